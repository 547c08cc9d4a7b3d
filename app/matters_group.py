"""The commands ``huxin matters …``."""

from __future__ import annotations

from pathlib import Path

import click

from app.asking_person import asks_as
from app.command_line import answers_mistakes, settings_of


@click.group()
def matters() -> None:
    """信访事项台账。"""


@matters.command("supervise")
@click.option(
    "--level", type=click.IntRange(1, 3), help="只看这一级及以上：1 单位，2 区信联办，3 领导。"
)
@click.option(
    "--xlsx", "file", type=click.Path(path_type=Path), metavar="FILE", help="写成 Excel 清单。"
)
@asks_as
@click.pass_context
@answers_mistakes
def matters_supervise(
    context: click.Context, level: int | None, file: Path | None, as_person: int | None
) -> None:
    """三级督办清单：临近期限、超期的事项，二次接访，超期未回的提醒函。"""
    from app import supervise_command

    supervise_command.supervise(settings_of(context), level=level, file=file, as_person=as_person)
