"""What a message asks for: a command word, with or without a slash, in Chinese or English.

A pure function of the text. Telegram allows ``[a-z0-9_]{1,32}`` after a slash only, so the
Chinese words are matched as text (https://core.telegram.org/bots/features#commands).
"""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass


class Command(enum.StrEnum):
    """What the bot can be asked for."""

    ENROL = "start"
    BIND = "bind"
    REPORT = "report"
    CANCEL = "cancel"
    HELP = "help"
    MINE = "mine"
    STATUS = "status"
    DUTY = "duty"
    TAKE_SHIFT = "take_shift"
    HAND_BACK = "hand_back"
    STAND_IN = "stand_in"
    SWAP = "swap"
    SHIFT_WORDS = "shift_words"
    WITHDRAW = "withdraw"
    CORRECT = "correct"
    SUPPLEMENT = "supplement"
    PAUSE = "pause"
    RESUME = "resume"
    OPEN = "open"
    RENOUNCE = "renounce"


@dataclass(frozen=True, slots=True)
class Asked:
    """A command and what stood behind it."""

    command: Command
    rest: str = ""


_WORDS = {
    "start": Command.ENROL,
    "开始": Command.ENROL,
    "登记": Command.ENROL,
    "绑定": Command.BIND,
    "bind": Command.BIND,
    "上报": Command.REPORT,
    "report": Command.REPORT,
    "取消": Command.CANCEL,
    "cancel": Command.CANCEL,
    "帮助": Command.HELP,
    "help": Command.HELP,
    "我的": Command.MINE,
    "mine": Command.MINE,
    "状态": Command.STATUS,
    "status": Command.STATUS,
    "值班": Command.DUTY,
    "duty": Command.DUTY,
    "take_shift": Command.TAKE_SHIFT,
    "hand_back": Command.HAND_BACK,
    "shift_words": Command.SHIFT_WORDS,
    "我来值": Command.TAKE_SHIFT,
    "我来值班": Command.TAKE_SHIFT,
    "还班": Command.HAND_BACK,
    "替班": Command.STAND_IN,
    "换班": Command.SWAP,
    "交接": Command.SHIFT_WORDS,
    "撤回": Command.WITHDRAW,
    "withdraw": Command.WITHDRAW,
    "更正": Command.CORRECT,
    "correct": Command.CORRECT,
    "补充": Command.SUPPLEMENT,
    "supplement": Command.SUPPLEMENT,
    "维护": Command.PAUSE,
    "pause": Command.PAUSE,
    "维护结束": Command.RESUME,
    "结束维护": Command.RESUME,
    "resume": Command.RESUME,
    "查阅": Command.OPEN,
    "open": Command.OPEN,
    "回避": Command.RENOUNCE,
    "renounce": Command.RENOUNCE,
}

_SLASH = re.compile(
    r"^/(?P<word>[a-z0-9_\u4e00-\u9fff]{1,32})(?:@\w+)?(?:\s+(?P<rest>.*))?$",
    re.DOTALL | re.IGNORECASE,
)
_CODE = r"[0-9A-Za-z][0-9A-Za-z\- ]{5,20}"
_WITH_CODE = re.compile(rf"^(?P<word>绑定|登记)[\s::]*(?P<rest>{_CODE})$")
_WITH_NUMBER = re.compile(r"^(?P<word>状态|撤回)[\s::]*(?P<rest>[AaRr][--]?\d{1,9})$")
_TAKE_FOR = re.compile(r"^(?P<word>我来值)班?[\s,:]*(?P<rest>\d{1,3})\s*个?(?:小时|h)$")
_WITH_WORDS = re.compile(r"^(?P<word>替班|换班|交接|查阅|回避)[\s,:]+(?P<rest>.+)$", re.DOTALL)
_PAUSE_FOR = re.compile(
    r"^(?P<word>维护)[\s::]*(?P<rest>\d{1,4}\s*(?:小时|个小时|分钟|分|天).{0,100})$"
)
_STATUS_OF = re.compile(r"^状态(?:[\s::]+(?P<rest>.{1,60})|(?P<number>\d[\dXx\s-]{5,30}))$")


def asked(text: str) -> Asked | None:
    """Return the command that a text is, or None when it is something said."""
    tidy = unicodedata.normalize("NFKC", text).strip()
    slash = _SLASH.match(tidy)
    if slash is not None:
        command = _WORDS.get(slash["word"].lower())
        return None if command is None else Asked(command, (slash["rest"] or "").strip())
    for pattern in (_WITH_CODE, _WITH_NUMBER, _TAKE_FOR, _WITH_WORDS, _PAUSE_FOR):
        found = pattern.match(tidy)
        if found is not None:
            return Asked(_WORDS[found["word"]], found["rest"].strip())
    status = _STATUS_OF.match(tidy)
    if status is not None:
        return Asked(Command.STATUS, (status["rest"] or status["number"]).strip())
    bare = _WORDS.get(tidy.rstrip("。.! "))
    if bare is not None and not tidy.isascii():
        return Asked(bare)
    return None
