"""The commands ``huxin audit …``."""

from __future__ import annotations

import sys

import click

from app.asking_person import asks_as
from app.command_line import answers_mistakes, settings_of


@click.group()
def audit() -> None:
    """查看记录：谁在什么时候看过谁的。"""


@audit.command("verify")
@click.option("--head", metavar="N:abcdef", help="日报里或上次核对时抄下的尾号。")
@click.pass_context
@answers_mistakes
def audit_verify(context: click.Context, head: str | None) -> None:
    """核对查看记录有没有被改、删、换序、伪造。不显示任何人的信息。"""
    from app import audit_commands

    sys.exit(0 if audit_commands.verify(settings_of(context), head=head) else 1)


@audit.command("list")
@asks_as
@click.option("--who", type=click.IntRange(1), metavar="NUMBER", help="谁看的：编号。")
@click.option("--whose", metavar="2026-0042", help="看的是谁：事项号、预警号、姓名或电话。")
@click.option("--since", metavar="2026-11-01", help="从哪天起。")
@click.pass_context
@answers_mistakes
def audit_list(
    context: click.Context,
    as_person: int | None,
    who: int | None,
    whose: str | None,
    since: str | None,
) -> None:
    """列出查看记录，只给审计人员看。这一次也会记下。"""
    from app import audit_commands

    audit_commands.show(
        settings_of(context), as_person=as_person, who=who, whose=whose, since=since
    )
