"""Duty groups from the terminal: into maintenance, and out of it again."""

from __future__ import annotations

from datetime import timedelta

import click

from alerts import maintenance
from app.invite_command import known_town
from app.office_settings import build_office
from app.setting_kinds import read_positive_duration
from app.settings import Settings
from app.wiring import open_store
from domain.duty import Group
from domain.errors import PersonCanFix
from storage.unit_of_work import UnitOfWork

BY_TERMINAL = "管理员（命令行）"


def pause(settings: Settings, town: str, *, span: str, why: str) -> None:
    """Put a town's groups into maintenance; the running dispatcher tells them and the desk."""
    office, name, length = build_office(settings), known_town(settings, town), _span(span)
    if not why.strip():
        message = "--why 要写原因。"
        raise PersonCanFix(message)

    def write(uow: UnitOfWork) -> tuple[Group, ...]:
        groups = maintenance.groups_of(uow, name)
        return maintenance.pause(uow, office, groups, length, why=why.strip(), who=BY_TERMINAL)

    store = open_store(settings)
    try:
        paused = store.write(write)
    finally:
        store.close()
    until = paused[0].paused_until
    local = "" if until is None else f"{until.astimezone(settings.office.time_zone):%m-%d %H:%M}"
    click.echo(f"{'、'.join(group.title for group in paused)} 维护到 {local}：{why.strip()}")


def resume(settings: Settings, town: str) -> None:
    """End the maintenance of a town's groups."""
    name = known_town(settings, town)
    store = open_store(settings)
    try:
        store.write(lambda uow: maintenance.resume(uow, maintenance.groups_of(uow, name)))
    finally:
        store.close()
    click.echo(f"{name} 维护已结束")


def _span(written: str) -> timedelta:
    try:
        return read_positive_duration(written)
    except ValueError:
        message = f"时间「{written}」看不懂，请写成 30m 或 2h"
        raise PersonCanFix(message) from None
