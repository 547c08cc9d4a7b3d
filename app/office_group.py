"""The commands ``huxin people …``."""

from __future__ import annotations

import click

from app.command_line import answers_mistakes, settings_of


@click.group()
def people() -> None:
    """登记的人。"""


@people.command("list")
@click.pass_context
@answers_mistakes
def people_list(context: click.Context) -> None:
    """列出登记的人。"""
    from app import office_commands

    office_commands.list_people(settings_of(context))


@people.command("revoke")
@click.argument("number", type=click.IntRange(1))
@click.pass_context
@answers_mistakes
def people_revoke(context: click.Context, number: int) -> None:
    """收回一个人的登记（NUMBER 是名单里的编号），网页也一并退出。"""
    from app import office_commands

    office_commands.revoke(settings_of(context), number)
