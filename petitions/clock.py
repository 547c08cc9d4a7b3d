"""A limit as it stands on a day: what is due, by which article, until when, late since when.

The articles are those of 《信访工作条例》. Refuses: working out which limits there are
(`petitions.deadlines`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from petitions.counting import A_DAY
from petitions.extensions import REPLY_DAYS


class Whose(enum.StrEnum):
    """Who has to keep a limit: an organ has to, a unit or a petitioner may."""

    OFFICE = "office"
    UNIT = "unit"
    PETITIONER = "petitioner"


class ClockKind(enum.StrEnum):
    """What a limit is for."""

    HANDLE = "handle"
    NOTICE = "notice"
    OBJECT = "object"
    REPORT_BACK = "report_back"
    REPLY = "reply"
    ASK_REVIEW = "ask_review"
    REVIEW = "review"
    ASK_RECHECK = "ask_recheck"
    RECHECK = "recheck"

    @property
    def label(self) -> str:
        """What is to be done, in Chinese."""
        return _RULES[self].label

    @property
    def article(self) -> str:
        """Where 《信访工作条例》 says so, in Chinese."""
        return _RULES[self].article

    @property
    def days(self) -> int | None:
        """How many days it gives (working days for OBJECT); None: the day is set by hand."""
        return _RULES[self].days

    @property
    def whose(self) -> Whose:
        """Who it binds, or whose chance it is."""
        return _RULES[self].whose


@dataclass(frozen=True, slots=True)
class _Rule:
    label: str
    article: str
    days: int | None
    whose: Whose = Whose.OFFICE


_RULES = {
    ClockKind.HANDLE: _Rule("转送交办或告知", "第二十二条第一款、第二十三条第二款", 15),
    ClockKind.NOTICE: _Rule("书面告知信访人", "第二十三条第三款", 15),
    ClockKind.OBJECT: _Rule("提出异议", "第二十三条第三款", 5, Whose.UNIT),
    ClockKind.REPORT_BACK: _Rule("反馈办理结果", "第二十二条第一款第三项", None),
    ClockKind.REPLY: _Rule("办结", "第三十四条", REPLY_DAYS),
    ClockKind.ASK_REVIEW: _Rule("申请复查", "第三十五条", 30, Whose.PETITIONER),
    ClockKind.REVIEW: _Rule("复查意见", "第三十五条", 30),
    ClockKind.ASK_RECHECK: _Rule("申请复核", "第三十六条第一款", 30, Whose.PETITIONER),
    ClockKind.RECHECK: _Rule("复核意见", "第三十六条第一、二款", 30),
}


class ClockState(enum.StrEnum):
    """How a clock stands on its day."""

    RUNNING = "running"
    LATE = "late"
    MET = "met"
    MET_LATE = "met_late"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"

    @property
    def label(self) -> str:
        """The state in Chinese."""
        return _STATE_LABEL[self]


_STATE_LABEL = {
    ClockState.RUNNING: "未到期",
    ClockState.LATE: "已超期",
    ClockState.MET: "已完成",
    ClockState.MET_LATE: "超期完成",
    ClockState.LAPSED: "期限已过",
    ClockState.OVERTAKEN: "不再需要",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit as it stands on the day ``as_of``.

    ``starts_on`` itself is not counted. ``counted_to`` is the last day as counted, ``due_on``
    the one that holds, after a day off has moved on. ``unit`` has to act, if it is known.
    ``overtaken_on``: something else came, and nobody has to act any longer. ``provisional``: that
    time's holidays are not announced, the day may still move.
    """

    what: ClockKind
    starts_on: date
    counted_to: date
    due_on: date
    as_of: date
    unit: str = ""
    met_on: date | None = None
    overtaken_on: date | None = None
    provisional: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act, or a petitioner still may."""
        return self.state in {ClockState.RUNNING, ClockState.LATE}

    @property
    def state(self) -> ClockState:
        """How it stands on its day.

        What a petitioner asks for is never late: when they had the paper in hand is theirs to show.
        """
        if self.met_on is not None:
            late = self.what.whose is not Whose.PETITIONER and self.met_on > self.due_on
            return ClockState.MET_LATE if late else ClockState.MET
        if self.overtaken_on is not None:
            return ClockState.OVERTAKEN
        if self.as_of <= self.due_on:
            return ClockState.RUNNING
        return ClockState.LATE if self.what.whose is Whose.OFFICE else ClockState.LAPSED

    @property
    def days_left(self) -> int | None:
        """Days until the last day: 0 on it, below 0 when late; None when it is not open."""
        return (self.due_on - self.as_of).days if self.is_open else None

    @property
    def late_since(self) -> date | None:
        """The first day on which an organ was late, also when it has acted since."""
        until = self.met_on or self.overtaken_on or self.as_of
        late = self.what.whose is Whose.OFFICE and until > self.due_on
        return self.due_on + A_DAY if late else None
