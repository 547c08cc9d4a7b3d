"""What a message asks for."""

from __future__ import annotations

import pytest

from bot.commands import Asked, Command, asked


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/start", Asked(Command.ENROL)),
        ("/start ABCD-EFG-HJK", Asked(Command.ENROL, "ABCD-EFG-HJK")),
        ("/start@huxin_bot ABCD-EFG-HJK", Asked(Command.ENROL, "ABCD-EFG-HJK")),
        ("绑定 ABCD-EFG-HJK", Asked(Command.BIND, "ABCD-EFG-HJK")),
        ("绑定：abcdefghjk", Asked(Command.BIND, "abcdefghjk")),
        ("绑定ABCDEFGHJK", Asked(Command.BIND, "ABCDEFGHJK")),
        ("ＡＢＣＤ", None),
        ("绑定 ＡＢＣＤＥＦＧＨＪＫ", Asked(Command.BIND, "ABCDEFGHJK")),
        ("上报", Asked(Command.REPORT)),
        ("上报。", Asked(Command.REPORT)),
        ("/report 有人要跳楼", Asked(Command.REPORT, "有人要跳楼")),
        ("上报有人要跳楼", None),
        ("帮助！", Asked(Command.HELP)),
        ("/HELP", Asked(Command.HELP)),
        ("/帮助", Asked(Command.HELP)),
        ("help", None),
        ("我的", Asked(Command.MINE)),
        ("我的邻居要跳楼", None),
        ("值班", Asked(Command.DUTY)),
        ("值班员说有人要跳楼", None),
        ("状态 A-0132", Asked(Command.STATUS, "A-0132")),
        ("状态A-0132", Asked(Command.STATUS, "A-0132")),
        ("状态 a132", Asked(Command.STATUS, "a132")),
        ("状态：R-0457", Asked(Command.STATUS, "R-0457")),
        ("状态不好", None),
        ("撤回", Asked(Command.WITHDRAW)),
        ("撤回 R-0457", Asked(Command.WITHDRAW, "R-0457")),
        ("撤回那句话他就要跳楼", None),
        ("取消", Asked(Command.CANCEL)),
        ("/nonsense", None),
        ("/", None),
        ("", None),
        ("有人要跳楼", None),
    ],
)
def test_a_text_is_a_command_or_it_is_something_said(text: str, command: Asked | None) -> None:
    """With or without a slash, in Chinese or English, in full or half width."""
    assert asked(text) == command
