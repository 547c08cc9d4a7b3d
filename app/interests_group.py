"""The commands ``huxin interests …``."""

from __future__ import annotations

import click

from app.asking_person import asks_as
from app.command_line import answers_mistakes, settings_of


@click.group()
def interests() -> None:
    """回避：谁不看、不经手什么。"""


@interests.command("list")
@asks_as
@click.pass_context
@answers_mistakes
def interests_list(context: click.Context, as_person: int | None) -> None:
    """列出现在有效的回避。"""
    from app import interests_commands

    interests_commands.show(settings_of(context), as_person=as_person)


@interests.command("declare")
@asks_as
@click.option("--person", required=True, help="谁回避：编号或姓名。")
@click.option("--about", required=True, help="回避什么：镇街全名、事项号、姓名或电话。")
@click.pass_context
@answers_mistakes
def interests_declare(
    context: click.Context, as_person: int | None, person: str, about: str
) -> None:
    """登记回避，马上生效：他不再看到，也不能经手。"""
    from app import interests_commands

    interests_commands.declare(
        settings_of(context), as_person=as_person, person=person, about=about
    )


@interests.command("end")
@asks_as
@click.argument("number", type=click.IntRange(1))
@click.pass_context
@answers_mistakes
def interests_end(context: click.Context, as_person: int | None, number: int) -> None:
    """取消回避（NUMBER 是名单里的序号）。自己的回避要别人来取消。"""
    from app import interests_commands

    interests_commands.end(settings_of(context), as_person=as_person, number=number)
