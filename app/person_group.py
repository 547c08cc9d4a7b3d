"""The commands ``huxin person …``: somebody's own data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from app.asking_person import asks_as
from app.command_line import answers_mistakes, settings_of

_F = TypeVar("_F", bound=Callable[..., Any])
WHY = "理由，如：本人持身份证来窗口申请。"


def names_somebody(command: _F) -> _F:
    """Give a command the options that say whose data it is about."""
    for name, parameter, text in (
        ("--id", "id_number", "证件号。"),
        ("--phone", "phone", "电话。"),
        ("--name", "name", "姓名。"),
    ):
        command = click.option(name, parameter, default="", help=text)(command)
    return command


@click.group()
def person() -> None:
    """信访人本人的资料：导出、更正、删除。"""


@person.command("export")
@asks_as
@names_somebody
@click.option("--why", required=True, help=WHY)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="写到哪个文件：.xlsx 或 .json。",
)
@click.pass_context
@answers_mistakes
def person_export(context: click.Context, /, **wanted: Any) -> None:
    """把台账里这个人的资料导出来交给本人；联名的只有他自己的部分。"""
    from app import person_commands

    person_commands.export(settings_of(context), **wanted)


@person.command("correct")
@asks_as
@click.argument("number")
@click.option("--person", "name", required=True, help="更正这一件里的哪个信访人：现在写的姓名。")
@click.option("--name", "new_name", help="正确的姓名。")
@click.option("--phone", "new_phone", help="正确的电话。")
@click.option("--village", "new_village", help="正确的村居。")
@click.option("--address", "new_address", help="正确的住址。")
@click.option("--why", required=True, help=WHY)
@click.pass_context
@answers_mistakes
def person_correct(context: click.Context, /, **wanted: Any) -> None:
    """更正事项 NUMBER 里一个信访人的资料；原来写的留在更正记录里。"""
    from app import person_commands

    person_commands.correct(settings_of(context), **wanted)


@person.command("remove")
@asks_as
@names_somebody
@click.option("--why", required=True, help=WHY)
@click.pass_context
@answers_mistakes
def person_remove(context: click.Context, /, **wanted: Any) -> None:
    """应本人要求删除：都了结、过了保存期才行，否则说明要保存到哪天。"""
    from app import person_commands

    person_commands.remove(settings_of(context), **wanted)
