"""The commands ``huxin retention …``."""

from __future__ import annotations

import click

from app.command_line import answers_mistakes, settings_of


@click.group()
def retention() -> None:
    """到期的资料：删除或隐去姓名、原话，统计数字留着。"""


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="只数有多少，不动。")
@click.pass_context
@answers_mistakes
def retention_run(context: click.Context, *, dry_run: bool) -> None:
    """现在就清理到期的资料。平时每小时自动做，一次做一批。"""
    from app import retention_commands

    retention_commands.run(settings_of(context), dry_run=dry_run)
