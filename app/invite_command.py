"""``huxin invite``: codes for people and duty groups."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import click

from app.invite_pages import Sheet, write_pages
from app.settings import Settings
from app.telegram_account import bot_name
from app.wiring import open_store
from bot import enrolment
from bot.enrolment import NewInvite
from domain.duty import Role, Scope
from domain.errors import PersonCanFix
from nlp import places


def invite(
    settings: Settings,
    *,
    role: str | None,
    group: bool,
    town: str | None,
    district: bool,
    name: str | None,
    count: int,
    as_json: bool,
    qr: Path | None = None,
) -> None:
    """Make and print codes; `PersonCanFix` says which word of the call is wrong.

    With ``qr`` each code is also a picture and a sheet to print in that folder.
    """
    bot = asyncio.run(bot_name(settings))
    if qr is not None and not bot:
        message = "二维码打开的是 Telegram：先设 channels.telegram.token，再用 huxin check 看看。"
        raise PersonCanFix(message)
    full_town = None if town is None else known_town(settings, town)
    if group:
        if role is not None:
            message = "--group 和 --role 只能选一个。"
            raise PersonCanFix(message)
        if (full_town is None) == (not district):
            message = "值班群写 --town 镇街，或 --district（区），两者选一。"
            raise PersonCanFix(message)
        new_role, scope = None, Scope.DISTRICT if district else Scope.TOWN
    else:
        new_role, scope = _role(role, full_town), None
    store = open_store(settings)
    try:
        made = store.write(
            lambda uow: [
                enrolment.invite(
                    uow,
                    lasts=settings.dialogue.invite_expires,
                    role=new_role,
                    scope=scope,
                    town=full_town,
                    name=name,
                )
                for _ in range(count)
            ]
        )
    finally:
        store.close()
    if qr is not None:
        write_pages(qr, [_sheet(one, settings, bot) for one in made])
    lines = (_line(one, settings, bot) for one in made)
    click.echo(_as_json(made, bot) if as_json else "\n".join(lines))


def known_town(settings: Settings, written: str) -> str:
    """Return a town's full name; `PersonCanFix` lists the towns when there is none such."""
    gazetteer = places.load(settings.office.towns_file)
    town = gazetteer.town(written)
    if town is None:
        names = "、".join(one.name for one in gazetteer.towns)
        message = f"没有「{written}」这个镇街。有：{names}"
        raise PersonCanFix(message)
    return town.name


def _role(written: str | None, town: str | None) -> Role:
    names = "、".join(f"{role.value}（{role.label}）" for role in Role)
    if written is None:
        message = f"写 --role：{names}；或 --group。"
        raise PersonCanFix(message)
    try:
        role = Role(written)
    except ValueError:
        message = f"没有「{written}」这个角色。有：{names}"
        raise PersonCanFix(message) from None
    if role.needs_town and town is None:
        message = f"{role.label}要写 --town 镇街。"
        raise PersonCanFix(message)
    if role.serves_district and town is not None:
        message = f"{role.label}管全区，不写 --town。"
        raise PersonCanFix(message)
    return role


def _as_json(made: list[NewInvite], bot: str) -> str:
    return json.dumps(
        [
            {
                "code": one.code,
                "role": None if one.role is None else one.role.value,
                "scope": None if one.scope is None else one.scope.value,
                "town": one.town,
                "expires_at": one.expires_at.isoformat(),
                "link": _link(one, bot),
            }
            for one in made
        ],
        ensure_ascii=False,
        indent=2,
    )


def _link(one: NewInvite, bot: str) -> str | None:
    """Return the link that opens Telegram with the code, for a person or for a group.

    https://core.telegram.org/bots/features#deep-linking
    """
    start = "start" if one.scope is None else "startgroup"
    return f"https://t.me/{bot}?{start}={one.code}" if bot else None


def _sheet(one: NewInvite, settings: Settings, bot: str) -> Sheet:
    local = one.expires_at.astimezone(settings.office.time_zone)
    for_whom = one.role.label if one.role is not None else "值班群"
    return Sheet(
        code=one.code,
        for_whom=f"{one.town or '区'} {for_whom}",
        until=f"{local.month}月{local.day}日 {local:%H:%M} 前有效",
        link=_link(one, bot) or "",
    )


def _line(one: NewInvite, settings: Settings, bot: str) -> str:
    sheet = _sheet(one, settings, bot)
    link = sheet.link or None
    line = f"{sheet.code}　{sheet.for_whom}　{sheet.until}"
    return line if link is None else f"{line}　{link}"
