"""The commands ``huxin rules …``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from app.command_line import answers_mistakes, settings_of

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def rules() -> None:
    """给写规则的人：检查、查看、试改。"""


@rules.command("lint")
@click.pass_context
@answers_mistakes
def rules_lint(context: click.Context) -> None:
    """规则能不能读，有没有多余的部分。"""
    from app import rules_command

    sys.exit(0 if rules_command.lint(settings_of(context)) else 1)


@rules.command("test")
@click.argument("rule_id", required=False, metavar="[ID]")
@click.pass_context
@answers_mistakes
def rules_test(context: click.Context, rule_id: str | None) -> None:
    """每个例子是不是都对，无害的话是不是都放过。"""
    from app import rules_command

    sys.exit(0 if rules_command.prove(settings_of(context), rule_id) else 1)


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@click.pass_context
@answers_mistakes
def rules_show(context: click.Context, rule_id: str) -> None:
    """看一条规则：词、理由、例子。"""
    from app import rules_command

    rules_command.show(settings_of(context), rule_id)


@rules.command("try")
@click.argument(
    "changed", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--on", "texts", type=click.File("rb"), metavar="T.jsonl", help='每行一个 {"text"}。')
@click.pass_context
@answers_mistakes
def rules_try(context: click.Context, changed: Path, texts: Any) -> None:
    """换上改过的规则文件，会多命中什么、少命中什么。"""
    from app import rules_command

    rules_command.try_file(settings_of(context), changed, texts)


@rules.command("proposals")
@click.option("--accept", type=click.IntRange(1), metavar="N", help="采纳：加进规则的 no_match。")
@click.option("--drop", type=click.IntRange(1), metavar="N", help="放弃。")
@click.pass_context
@answers_mistakes
def rules_proposals(context: click.Context, accept: int | None, drop: int | None) -> None:
    """误报留下的建议：看、采纳或放弃。"""
    from app import rules_command
    from storage.proposals import Decision

    settings = settings_of(context)
    if accept is not None:
        rules_command.decide(settings, accept, Decision.ACCEPTED)
    if drop is not None:
        rules_command.decide(settings, drop, Decision.DROPPED)
    if accept is None and drop is None:
        rules_command.list_proposals(settings)
