"""The commands ``huxin roster …``, ``huxin people …`` and ``huxin group …``."""

from __future__ import annotations

from typing import Any

import click

from app.command_line import answers_mistakes, settings_of


@click.group()
def roster() -> None:
    """值班表。"""


@roster.command("add")
@click.option("--post", required=True, help="town_duty、district_duty 或 leader_duty。")
@click.option("--person", required=True, help="已登记的人：编号或姓名。")
@click.option("--town", help="镇街（镇街值班要写）。")
@click.option("--from", "starts", required=True, metavar="'2026-11-22 08:00'", help="从何时。")
@click.option("--to", "ends", required=True, metavar="'2026-11-23 08:00'", help="到何时。")
@click.pass_context
@answers_mistakes
def roster_add(context: click.Context, /, **shift: Any) -> None:
    """排一个班。"""
    from app import office_commands

    office_commands.add_shift(settings_of(context), **shift)


@roster.command("show")
@click.option("--days", type=click.IntRange(1, 366), default=7, help="看几天。")
@click.pass_context
@answers_mistakes
def roster_show(context: click.Context, days: int) -> None:
    """看接下来几天谁值班。"""
    from app import office_commands

    office_commands.show_roster(settings_of(context), days)


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
