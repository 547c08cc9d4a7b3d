"""Every call of huxin in the documents exists, and every command and option is documented."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from app.__main__ import main
from tests.docs.reading import Page, page, pages, rows

OPERATIONS = page("docs/operations.md")
EVERY_PAGE = pytest.mark.parametrize("one", pages(), ids=lambda one: str(one.name))
_CALL = re.compile(r"^(?:ExecStart=)?(?:[A-Z_]+=\S+ )*(?:/opt/huxin/)?(?:\.venv/bin/)?huxin(?= |$)")


def commands_of(group: click.Group) -> dict[str, click.Command]:
    """Return the commands of a group by name, also those that are found when asked for."""
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    assert all(command and command.name == name for name, command in found.items())
    return {name: command for name, command in found.items() if command}


def leaves(group: click.Group, above: str = "huxin") -> Iterator[tuple[str, click.Command]]:
    """Give every command that does something, by its whole name."""
    for name, command in commands_of(group).items():
        if isinstance(command, click.Group):
            yield from leaves(command, f"{above} {name}")
        else:
            yield f"{above} {name}", command


COMMANDS = dict(leaves(main))


def options(command: click.Command) -> set[str]:
    """Return the long options of a command."""
    return {
        name
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
        if name.startswith("--")
    }


def whole_calls(one: Page) -> list[list[str]]:
    """Return the words behind `huxin` of every call that somebody may copy from a block."""
    lines = [line for block in one.blocks for line in block.text.splitlines()]
    return [shlex.split(_CALL.sub("", line)) for line in lines if _CALL.match(line)]


def mentions(one: Page) -> list[list[str]]:
    """Return the words behind `huxin` wherever a line in backticks begins with it."""
    return [shlex.split(_CALL.sub("", said)) for said in one.words_of_code if _CALL.match(said)]


def found(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that words name, and what stands behind it."""
    command: click.Command = main
    rest = list(words)
    while rest and isinstance(command, click.Group):
        word = rest.pop(0)
        if word == "--settings":
            rest.pop(0)
        elif word != "…":
            there = commands_of(command)
            assert word in there, words
            command = there[word]
    return command, rest


def test_calls_are_found() -> None:
    """The documents show how to call it."""
    assert sum(len(whole_calls(one)) for one in pages()) > 10
    assert sum(len(mentions(one)) for one in pages()) > 30


@EVERY_PAGE
def test_calls_in_blocks_are_complete(one: Page) -> None:
    """The command line takes them as they stand: command, options, arguments, nothing missing."""
    for words in whole_calls(one):
        command, rest = found(words)
        assert not isinstance(command, click.Group), words
        command.make_context("huxin", rest)


@EVERY_PAGE
def test_commands_that_are_mentioned_exist(one: Page) -> None:
    """The command, and each option named with it."""
    for words in mentions(one):
        command, rest = found(words)
        assert {word for word in rest if word.startswith("--")} <= options(command), words


@pytest.mark.parametrize(
    ("name", "heading"),
    [("README.md", "Commands"), ("README.zh-CN.md", "命令"), ("docs/operations.md", "Commands")],
)
def test_every_command_is_documented(name: str, heading: str) -> None:
    """Each stands in the page's table of commands."""
    table = " ".join(cells[0] for cells in rows(page(name).section(heading)))
    assert set(re.findall(r"`(huxin[^`]*)`", table)) == set(COMMANDS)


def test_every_option_is_documented() -> None:
    """The table of docs/operations.md lists each command's options and no other."""
    section = OPERATIONS.section("Commands")
    table = {cells[0].strip("`"): cells[1] for cells in rows(section)}
    listed = {name: set(re.findall(r"--[a-z-]+", cell)) for name, cell in table.items()}
    assert listed == {name: options(command) for name, command in COMMANDS.items()}
    assert {option for option in options(main) if f"`{option}" not in section} <= {"--settings"}


def test_every_chat_command_is_documented() -> None:
    """The Chinese words that the bot obeys stand in both READMEs."""
    for name in ("README.md", "README.zh-CN.md"):
        assert {word for word in CHAT_WORDS if word not in page(name).text} == set()


CHAT_WORDS = (
    *("帮助", "上报", "我的", "状态", "值班", "更正", "补充", "撤回", "取消", "绑定"),
    *("我来值", "还班", "替班", "换班", "交接"),
)
