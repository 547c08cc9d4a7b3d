"""The commands ``huxin people …`` and ``huxin group …``."""

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


@click.group()
def group() -> None:
    """值班群维护。"""


@group.command("pause")
@click.argument("town")
@click.option("--for", "span", required=True, metavar="2h", help="多久，如 30m、2h。")
@click.option("--why", required=True, help="为什么。")
@click.pass_context
@answers_mistakes
def group_pause(context: click.Context, town: str, span: str, why: str) -> None:
    """让 TOWN 的值班群维护一段时间：预警由区值班室接，值班员照样通知。"""
    from app import group_commands

    group_commands.pause(settings_of(context), town, span=span, why=why)


@group.command("resume")
@click.argument("town")
@click.pass_context
@answers_mistakes
def group_resume(context: click.Context, town: str) -> None:
    """提前结束 TOWN 值班群的维护。"""
    from app import group_commands

    group_commands.resume(settings_of(context), town)
