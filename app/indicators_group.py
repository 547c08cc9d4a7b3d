"""The command ``huxin indicators``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.asking_person import asks_as
from app.command_line import answers_mistakes, settings_of


@click.command()
@click.option("--month", metavar="2026-03", help="哪个月；不写就是上个月。")
@click.option("--unit", help="只看一个责任单位。")
@click.option("--explain", metavar="按期答复率", help="列出这项指标背后的每一件：为什么这样算。")
@click.option("--only", type=click.Choice(["初次", "重复"]), help="与 --explain 一起：只看哪一种。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV，Excel 能直接打开。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.option(
    "--xlsx",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="写成 Excel：指标一张表，每项指标的名单各一张表。",
)
@asks_as
@click.pass_context
@answers_mistakes
def indicators(context: click.Context, /, *, as_person: int | None, **wanted: Any) -> None:
    """看一个月的信访指标：受理、答复、转送、满意、参评，分子分母都在。"""
    from app import indicators_command

    if wanted["only"] and not wanted["explain"]:
        message = "--only 要与 --explain 一起用。"
        raise click.UsageError(message)
    asked = indicators_command.Wanted(**wanted)
    indicators_command.indicators(settings_of(context), asked, as_person=as_person)
