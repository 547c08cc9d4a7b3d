"""The commands ``huxin letters …``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.asking_person import asks_as
from app.command_line import answers_mistakes, settings_of
from domain.letter import LetterStepKind

DAY = "2026-12-01"
FILE = click.Path(path_type=Path)
WORKBOOK = click.option("--xlsx", "file", type=FILE, metavar="FILE", help="写成 Excel。")
YEAR = click.option("--year", type=click.IntRange(2000, 2999), help="哪一年；不写就是今年。")
ON = click.option("--on", "day", metavar=DAY, help="哪一天；不写就是今天。")
WAY = click.option("--way", default="", help="怎样送的、收的，如 专人、机要、邮寄、公文系统。")
NOTE = click.option("--note", default="", help="备注。")


@click.group()
def letters() -> None:
    """提醒函：编号、发出、签收、回函，催办和回函率。"""


@letters.command("new")
@click.option("--unit", required=True, help="主送单位。")
@click.option("--matter", default="", help="关于哪件信访事项：编号。")
@click.option("--alert", default="", metavar="A-0132", help="关于哪条预警的后续处置。")
@click.option("--title", default="", help="标题；不写就用通常的。")
@click.option("--words", default="", help="另外要写的话，一行一段。")
@click.option("--reply-days", type=click.IntRange(1, 366), help="多少天内回函；不写就按设置。")
@click.option("--file", type=FILE, metavar="FILE.docx", help="写到哪里；不写就在当前文件夹。")
@asks_as
@click.pass_context
@answers_mistakes
def letters_new(context: click.Context, /, **wanted: Any) -> None:
    """拟一封提醒函：取得今年的下一个文号，按模板写成 Word。不写信访人姓名。"""
    from app import letters_commands

    letters_commands.new(settings_of(context), **wanted)


@letters.command("print")
@click.argument("number")
@click.option("--file", type=FILE, metavar="FILE.docx", help="写到哪里；不写就在当前文件夹。")
@asks_as
@click.pass_context
@answers_mistakes
def letters_print(
    context: click.Context, number: str, file: Path | None, as_person: int | None
) -> None:
    """把登记过的提醒函再写一遍，内容不变。"""
    from app import letters_commands

    letters_commands.print_again(settings_of(context), number, file=file, as_person=as_person)


@letters.command("sent")
@click.argument("number")
@ON
@WAY
@NOTE
@asks_as
@click.pass_context
@answers_mistakes
def letters_sent(context: click.Context, /, **step: Any) -> None:
    """登记发出：从这一天起算回函期限。"""
    _record(context, LetterStepKind.SENT, step)


@letters.command("receipt")
@click.argument("number")
@ON
@WAY
@NOTE
@asks_as
@click.pass_context
@answers_mistakes
def letters_receipt(context: click.Context, /, **step: Any) -> None:
    """登记签收。"""
    _record(context, LetterStepKind.RECEIVED, step)


@letters.command("reply")
@click.argument("number")
@ON
@WAY
@click.option("--document", default="", help="回函的文号。")
@NOTE
@asks_as
@click.pass_context
@answers_mistakes
def letters_reply(context: click.Context, /, **step: Any) -> None:
    """登记回函。"""
    _record(context, LetterStepKind.REPLIED, step)


@letters.command("cancel")
@click.argument("number")
@NOTE
@asks_as
@click.pass_context
@answers_mistakes
def letters_cancel(context: click.Context, /, **step: Any) -> None:
    """作废一封拟错的：文号留着，不再使用，不计入回函率。"""
    _record(context, LetterStepKind.CANCELLED, step)


@letters.command("list")
@YEAR
@click.option("--open", "only_open", is_flag=True, help="只看还没有回函的。")
@WORKBOOK
@asks_as
@click.pass_context
@answers_mistakes
def letters_list(context: click.Context, /, **wanted: Any) -> None:
    """提醒函台账：每封到了哪一步。"""
    from app import letters_commands

    letters_commands.show(settings_of(context), **wanted)


@letters.command("rate")
@YEAR
@WORKBOOK
@asks_as
@click.pass_context
@answers_mistakes
def letters_rate(context: click.Context, /, **wanted: Any) -> None:
    """回函率：发出多少，签收、回函多少，按时多少，分单位。"""
    from app import letters_commands

    letters_commands.rate(settings_of(context), **wanted)


def _record(context: click.Context, kind: LetterStepKind, step: dict[str, Any]) -> None:
    from app import letters_commands

    letters_commands.record(settings_of(context), kind, **step)
