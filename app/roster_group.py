"""The commands ``huxin roster …``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.command_line import answers_mistakes, settings_of

POSTS = "town_duty、district_duty 或 leader_duty。"
TOWN = "镇街（镇街值班要写）。"
PERSON = "已登记的人：编号或姓名。"
DAY = "2026-12-01"
MOMENT = "'2026-11-22 08:00'"


@click.group()
def roster() -> None:
    """值班表。"""


@roster.command("add")
@click.option("--post", required=True, help=POSTS)
@click.option("--person", required=True, help=PERSON)
@click.option("--town", help=TOWN)
@click.option("--from", "starts", required=True, metavar=MOMENT, help="从何时。")
@click.option("--to", "ends", required=True, metavar=MOMENT, help="到何时。")
@click.pass_context
@answers_mistakes
def roster_add(context: click.Context, /, **shift: Any) -> None:
    """排一个班。"""
    from app import roster_commands

    roster_commands.add_shift(settings_of(context), **shift)


@roster.command("show")
@click.option("--days", type=click.IntRange(1, 366), default=7, help="看几天。")
@click.option("--gaps", is_flag=True, help="只看没有人的时间。")
@click.option("--history", is_flag=True, help="看过去几天换过、取消过的班。")
@click.pass_context
@answers_mistakes
def roster_show(context: click.Context, days: int, *, gaps: bool, history: bool) -> None:
    """看接下来几天谁值班、哪里空着，或过去改过什么。"""
    from app import roster_commands

    show = roster_commands.show_gaps if gaps else roster_commands.show_roster
    if history:
        show = roster_commands.show_history
    show(settings_of(context), days)


@roster.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看会改什么，不改。")
@click.pass_context
@answers_mistakes
def roster_import(context: click.Context, file: Path, *, dry_run: bool) -> None:
    """从 Excel 导入值班表；同一段日子再导入就替换，并说明改了什么。"""
    from app import roster_files

    roster_files.import_sheet(settings_of(context), file, dry_run=dry_run)


@roster.command("export")
@click.option("--from", "first", required=True, metavar=DAY, help="从哪天。")
@click.option("--to", "last", required=True, metavar=DAY, help="到哪天。")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
@answers_mistakes
def roster_export(context: click.Context, first: str, last: str, file: Path) -> None:
    """把值班表写成 Excel；没有排班的日子就是空表，填好可以导入。"""
    from app import roster_files

    roster_files.export_sheet(settings_of(context), file, first=first, last=last)


@roster.command("repeat")
@click.option("--post", required=True, help=POSTS)
@click.option("--person", "people", multiple=True, required=True, help=f"{PERSON}写几个就轮流。")
@click.option("--town", help=TOWN)
@click.option("--from", "first", required=True, metavar=DAY, help="从哪天。")
@click.option("--to", "last", required=True, metavar=DAY, help="到哪天。")
@click.option(
    "--days",
    "pattern",
    type=click.Choice(["every_day", "weekdays", "weekends", "working_days", "days_off"]),
    default="every_day",
    help="哪些日子：每天、周一至周五、周末、工作日（含调休）、休息日（含节假日）。",
)
@click.option("--hours", default="全天", help="全天、白班、夜班，或 08:30-17:30、17:30-次日08:30。")
@click.pass_context
@answers_mistakes
def roster_repeat(context: click.Context, /, **wanted: Any) -> None:
    """按规律排班：同一时段的旧安排被替换。"""
    from app import roster_commands

    roster_commands.repeat(settings_of(context), **wanted)


@roster.command("override")
@click.option("--post", required=True, help=POSTS)
@click.option("--person", required=True, help=f"{PERSON}由谁值。")
@click.option("--instead", help="替谁；不写就替这段时间里所有的人。")
@click.option("--town", help=TOWN)
@click.option("--from", "starts", required=True, metavar=MOMENT, help="从何时。")
@click.option("--to", "ends", required=True, metavar=MOMENT, help="到何时。")
@click.pass_context
@answers_mistakes
def roster_override(context: click.Context, /, **wanted: Any) -> None:
    """临时换人：盖在值班表上面，过后恢复原样。"""
    from app import roster_commands

    roster_commands.override(settings_of(context), **wanted)


@roster.command("swap")
@click.option("--post", required=True, help=POSTS)
@click.option("--town", help=TOWN)
@click.argument("one")
@click.argument("one_day")
@click.argument("other")
@click.argument("other_day")
@click.pass_context
@answers_mistakes
def roster_swap(context: click.Context, /, **wanted: Any) -> None:
    """两个人换班，如：huxin roster swap … 李明 2026-12-03 王芳 2026-12-05。"""
    from app import roster_commands

    roster_commands.swap(settings_of(context), **wanted)
