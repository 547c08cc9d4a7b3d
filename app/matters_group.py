"""The commands ``huxin matters …``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from app.asking_person import asks_as
from app.command_line import answers_mistakes, settings_of

DAY = "2026-12-01"
_F = TypeVar("_F", bound=Callable[..., Any])


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


@matters.command("status")
@click.argument("wanted")
@asks_as
@click.pass_context
@answers_mistakes
def matters_status(context: click.Context, wanted: str, *, as_person: int | None) -> None:
    """查信访事项办到哪一步：WANTED 是姓名、电话、证件号码或编号。"""
    from app.matters_status import status

    status(settings_of(context), wanted, as_person=as_person)


def _of_a_span(command: _F) -> _F:
    """Give a command the options that say which matters."""
    for option in (
        click.option("--town", help="只要一个镇街的。"),
        click.option("--to", "until", metavar=DAY, help="登记日期到哪天；不写到今天。"),
        click.option("--from", "since", metavar=DAY, help="登记日期从哪天；不写从当年 1 月 1 日。"),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@matters.command("export")
@_of_a_span
@click.option("--phones", is_flag=True, help="电话写全；不写就打星号。")
@asks_as
@click.pass_context
@answers_mistakes
def matters_export(context: click.Context, /, *, file: Path, **asked: Any) -> None:
    """把台账写成 Excel：您能看的事项，一件一行。"""
    from app import matters_export

    matters_export.export_ledger(settings_of(context), file, **asked)


@matters.command("progress")
@_of_a_span
@asks_as
@click.pass_context
@answers_mistakes
def matters_progress(context: click.Context, /, *, file: Path, **asked: Any) -> None:
    """写出初次信访事项办理情况进度表。"""
    from app import matters_export

    matters_export.export_progress(settings_of(context), file, **asked)


@matters.command("daily")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--day", metavar=DAY, help="哪一天；不写就是今天。")
@asks_as
@click.pass_context
@answers_mistakes
def matters_daily(context: click.Context, /, *, file: Path, **asked: Any) -> None:
    """写出一天的日清日结表：当日登记、办理、到期和超期未办的。"""
    from app import matters_export

    matters_export.export_daily(settings_of(context), file, **asked)


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
def matters_supervise(context: click.Context, /, **asked: Any) -> None:
    """三级督办清单：临近期限、超期的事项，二次接访，超期未回的提醒函。"""
    from app import supervise_command

    supervise_command.supervise(settings_of(context), **asked)
