"""An alert: what it is, how it climbs, how it ends.

An alert is about an event, never about a person. Its timers are plain times in rows; the
chain it climbs is frozen when it is raised.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.danger import Category, Level


class AlertState(enum.StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    TAKEN = "taken"
    WATCHED = "watched"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The state in Chinese."""
        return _STATE_LABEL[self]


_STATE_LABEL = {
    AlertState.OPEN: "待接收",
    AlertState.TAKEN: "已接收",
    AlertState.WATCHED: "关注中",
    AlertState.CLOSED: "已办结",
}


class Outcome(enum.StrEnum):
    """How an alert ended."""

    SAFE = "safe"
    HOSPITAL = "hospital"
    POLICE = "police"
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"
    OTHER = "other"
    MERGED = "merged"

    @property
    def label(self) -> str:
        """The outcome in Chinese."""
        return _OUTCOME_LABEL[self]


_OUTCOME_LABEL = {
    Outcome.SAFE: "平安",
    Outcome.HOSPITAL: "已送医",
    Outcome.POLICE: "已由公安处置",
    Outcome.RESOLVED: "已化解",
    Outcome.FALSE_ALARM: "误报",
    Outcome.OTHER: "其他",
    Outcome.MERGED: "并入另一预警",
}


class LogKind(enum.StrEnum):
    """What may stand in an alert's timeline; the vocabulary is closed."""

    RAISED = "raised"
    SUPPLEMENTED = "supplemented"
    CORROBORATED = "corroborated"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    LEVEL_RAISED = "level_raised"
    TOWN_ANSWERED = "town_answered"
    NOTIFIED = "notified"
    NOTICE_REFUSED = "notice_refused"
    NOTICE_UNKNOWN = "notice_unknown"
    NOTICE_LIMITED = "notice_limited"
    ADDRESS_DEAD = "address_dead"
    ANOTHER_WAY = "another_way"
    UNDELIVERABLE = "undeliverable"
    STEP_EMPTY = "step_empty"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGEMENT_LAPSED = "acknowledgement_lapsed"
    HANDED_OVER = "handed_over"
    HELP_CALLED = "help_called"
    WATCHED = "watched"
    WATCH_ENDED = "watch_ended"
    SNOOZED = "snoozed"
    SNOOZE_ENDED = "snooze_ended"
    CALLED_BACK = "called_back"
    SEPARATED = "separated"
    GROUP_PAUSED = "group_paused"
    NOTED = "noted"
    MEMBER_NOTED = "member_noted"
    CLOSED = "closed"
    MERGED = "merged"

    @property
    def label(self) -> str:
        """The kind in Chinese, for the timeline."""
        return _LOG_LABEL[self]


_LOG_LABEL = {
    LogKind.RAISED: "发出预警",
    LogKind.SUPPLEMENTED: "收到补充",
    LogKind.CORROBORATED: "另有人反映同一情况",
    LogKind.CORRECTED: "上报人更正",
    LogKind.WITHDRAWN: "上报人撤回",
    LogKind.LEVEL_RAISED: "等级升高",
    LogKind.TOWN_ANSWERED: "确认镇街",
    LogKind.NOTIFIED: "已送达",
    LogKind.NOTICE_REFUSED: "对方不收",
    LogKind.NOTICE_UNKNOWN: "未知（可能已送达），再发",
    LogKind.NOTICE_LIMITED: "对方限流，稍后再发",
    LogKind.ADDRESS_DEAD: "地址失效",
    LogKind.ANOTHER_WAY: "改走备用",
    LogKind.UNDELIVERABLE: "送不到",
    LogKind.STEP_EMPTY: "此级无人，直接提级",
    LogKind.ESCALATED: "提级",
    LogKind.REPEATED: "再次呼叫",
    LogKind.ACKNOWLEDGED: "接收",
    LogKind.ACKNOWLEDGEMENT_LAPSED: "接收后未报结果，再次呼叫",
    LogKind.HANDED_OVER: "移交",
    LogKind.HELP_CALLED: "求助",
    LogKind.WATCHED: "转为关注",
    LogKind.WATCH_ENDED: "关注到期",
    LogKind.SNOOZED: "暂缓",
    LogKind.SNOOZE_ENDED: "暂缓到期，再次呼叫",
    LogKind.CALLED_BACK: "有新情况，提前再次呼叫",
    LogKind.SEPARATED: "上报人说不是同一件事",
    LogKind.GROUP_PAUSED: "值班群维护，转区值班室",
    LogKind.NOTED: "备注",
    LogKind.MEMBER_NOTED: "群里回复",
    LogKind.CLOSED: "办结",
    LogKind.MERGED: "并案",
}


class Recipient(enum.StrEnum):
    """Whom one step of a chain calls."""

    TOWN_GROUP = "town_group"
    TOWN_ON_DUTY = "town_on_duty"
    DISTRICT_DESK = "district_desk"
    LEADER_ON_DUTY = "leader_on_duty"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a level's settings: how long after the start, and whom it calls.

    ``working_hours`` counts ``after`` in working time only and waits for it.
    """

    after: timedelta
    to: tuple[Recipient, ...]
    working_hours: bool = False


@dataclass(frozen=True, slots=True)
class LevelTimes:
    """How alerts of one level climb, from the settings.

    The last step repeats every ``repeat_every``; an alert that was taken fires again when
    no outcome came within ``outcome_within``.
    """

    steps: tuple[Step, ...]
    repeat_every: timedelta
    outcome_within: timedelta
    working_hours: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """A level's times and when each of its steps is due, frozen when the alert was raised.

    ``due_at`` has one aware UTC time a step. Settings that change later change nothing here.
    """

    times: LevelTimes
    due_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it stands in its row. Times are aware UTC; ``town`` None: the district.

    ``version`` grows with every change that a card shows. ``step`` is the number of chain
    steps that were called. ``next_escalation_at`` is the one live timer: the next step
    while open, the time limit of the outcome while taken, the look-again time while
    watched, None once closed. ``snoozed_until`` moves the outcome's limit while taken;
    ``wait_why`` is the reason of a watch or a snooze. ``gathered`` reports of a storm wait
    for the summary at ``summary_at``.
    """

    id: int
    town: str | None
    level: Level
    categories: tuple[Category, ...]
    state: AlertState
    raised_at: datetime
    chain: Chain
    step: int
    next_escalation_at: datetime | None
    version: int
    taken_by: int | None = None
    taken_at: datetime | None = None
    watched_until: datetime | None = None
    closed_at: datetime | None = None
    closed_by: int | None = None
    outcome: Outcome | None = None
    outcome_note: str = ""
    merged_into: int | None = None
    verified: bool = True
    drill: bool = False
    about_units: frozenset[str] = field(default_factory=frozenset)
    snoozed_until: datetime | None = None
    wait_why: str = ""
    gathered: int = 0
    summary_at: datetime | None = None

    @property
    def number(self) -> str:
        """The number people say on the phone: A-0132."""
        return number_of(self.id)

    @property
    def is_live(self) -> bool:
        """Whether somebody still has to act on it."""
        return self.state is not AlertState.CLOSED


def number_of(alert_id: int) -> str:
    """Return the number by which people call an alert."""
    return f"A-{alert_id:04d}"


def fresh_alert(
    *,
    town: str | None,
    level: Level,
    categories: tuple[Category, ...],
    chain: Chain,
    at: datetime,
    verified: bool = True,
    drill: bool = False,
    about_units: frozenset[str] = frozenset(),
) -> Alert:
    """Return an open alert that nobody was called for and that has no row yet (``id`` 0)."""
    return Alert(
        id=0,
        town=town,
        level=level,
        categories=categories,
        state=AlertState.OPEN,
        raised_at=at,
        chain=chain,
        step=0,
        next_escalation_at=chain.due_at[0],
        version=1,
        verified=verified,
        drill=drill,
        about_units=about_units,
    )


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of an alert's timeline; ``detail`` is Chinese, and never a report's words."""

    at: datetime
    kind: LogKind
    person_id: int | None = None
    detail: str = ""
