"""The commands ``huxin keys …``."""

from __future__ import annotations

import click

from app.command_line import answers_mistakes, settings_of


@click.group()
def keys() -> None:
    """数据库加密用的密钥。"""


@keys.command("list")
@click.pass_context
@answers_mistakes
def keys_list(context: click.Context) -> None:
    """列出密钥：哪一个正在用，哪些还有内容要用。"""
    from app import keys_command

    keys_command.show(settings_of(context))


@keys.command("new")
@click.pass_context
@answers_mistakes
def keys_new(context: click.Context) -> None:
    """加一个新密钥：以后都用它加密，旧的只用来读。"""
    from app import keys_command

    keys_command.add(settings_of(context))


@keys.command("rotate")
@click.pass_context
@answers_mistakes
def keys_rotate(context: click.Context) -> None:
    """用最新的密钥把已有内容重新加密。不用停机；中途断了，再运行一次就接着做。"""
    from app import keys_command

    keys_command.rotate(settings_of(context))
