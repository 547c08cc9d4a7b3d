"""How a line of the access log reads: what was looked at, and from where, in Chinese."""

from __future__ import annotations

from datetime import tzinfo

from domain.access import Way
from storage.looks import HEAD_LOST, Look

NOBODY = "命令行（没有写明是谁）"
_WHAT = {
    "access_log": "查看记录",
    "alert": "预警详情（看板）",
    "board": "看板",
    "change": "更正事项",
    "correct": "更正个人信息",
    "details": "预警详情（私信）",
    "extract": "导出本人资料",
    "file": "上报的附件",
    "indicator_list": "指标明细",
    "interest": "登记回避",
    "interest_ended": "取消回避",
    "interests": "回避名单",
    "import": "导入台账",
    "ledger": "台账",
    "matter": "信访事项",
    "opening": "查阅（写明理由）",
    "people": "人员名单",
    "register": "登记事项",
    "remove": "删除个人信息",
    "report": "本人的上报",
    "status": "预警进展",
    "step": "登记步骤",
    HEAD_LOST: "记录的结尾被动过",
}
_KEYS = (
    ("petitioners.name:", "某个姓名"),
    ("petitioners.phone:", "某个电话"),
    ("petitioners.id_number:", "某个证件号"),
    ("number:", ""),
    ("unit:", ""),
)
SHOWN_OF_A_MARK = 6


def look_line(look: Look, who: str, zone: tzinfo) -> str:
    """Return one line: number, time, who, what, whose, from where, why."""
    number = f"{look.number}" if look.number else "—"
    parts = (
        number,
        f"{look.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        who or NOBODY,
        what_words(look.what),
        whose_words(look.whose),
        place_words(look.channel),
        f"理由：{look.why}" if look.why else "",
    )
    return "　".join(part for part in parts if part)


def what_words(what: str) -> str:
    """Return what was looked at."""
    return _WHAT.get(what, what)


def whose_words(whose: str) -> str:
    """Return whose it was; a mark stays a mark, which tells two apart and nobody's name."""
    for prefix, word in _KEYS:
        if whose.startswith(prefix):
            rest = whose.removeprefix(prefix)
            return f"{word} {rest[:SHOWN_OF_A_MARK]}" if word else rest
    return whose


def place_words(place: str) -> str:
    """Return from where somebody looked: telegram 私聊, 网页, 命令行."""
    channel, _, way = place.rpartition(":")
    label = Way(way).label if way in {one.value for one in Way} else way
    return f"{channel} {label}".strip()
