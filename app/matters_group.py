"""The commands ``huxin matters …``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from app.asking_person import asks_as
from app.command_line import answers_mistakes, settings_of


@click.group()
def matters() -> None:
    """信访台账。"""


@matters.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet", metavar="NAME", help="导入哪一张表；只有一张时不用写。")
@click.option("--dry-run", is_flag=True, help="只看会怎样，不改。")
@click.option("--all-or-nothing", is_flag=True, help="有一行不能导入，就一行也不导入。")
@click.option("--json", "as_json", is_flag=True, help="结果输出为 JSON。")
@click.option(
    "--result",
    type=click.Path(path_type=Path),
    help="结果表写到哪里；不写就放在原表旁边，名为“原名-导入结果.xlsx”。",
)
@asks_as
@click.pass_context
@answers_mistakes
def matters_import(context: click.Context, /, *, as_person: int | None, **asked: Any) -> None:
    """导入国家、省信访系统导出的表（.xlsx 或 .csv）；同一编号再导入就更新。"""
    from app.matters_import import Wanted, import_matters

    everything = import_matters(settings_of(context), Wanted(**asked), as_person=as_person)
    sys.exit(0 if everything else 1)
