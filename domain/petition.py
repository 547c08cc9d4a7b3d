"""A matter (信访事项): what somebody asks of the office, who answers for it, and each step.

The words of 《信访工作条例》 (in force 2022-05-01); limits and what follows from them are
`petitions.deadlines`. A matter never raises or grades an alert.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime


class MatterKind(enum.StrEnum):
    """What a petition is in law; it decides which limits run (Art. 29, 30, 31)."""

    APPEAL_SIX = "appeal_six"
    APPEAL_OTHER = "appeal_other"
    SUGGESTION = "suggestion"
    ACCUSATION = "accusation"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return _KIND_LABEL[self]


_KIND_LABEL = {
    MatterKind.APPEAL_SIX: "申诉求决（三十一条六项）",
    MatterKind.APPEAL_OTHER: "申诉求决（三十一条一至五项）",
    MatterKind.SUGGESTION: "建议意见",
    MatterKind.ACCUSATION: "检举控告",
}


class Lodging(enum.StrEnum):
    """How a petition came."""

    LETTER = "letter"
    VISIT = "visit"
    CALL = "call"
    MAIL = "mail"
    ONLINE = "online"
    LEADER_BOARD = "leader_board"

    @property
    def label(self) -> str:
        """The way in Chinese."""
        return _LODGING_LABEL[self]


_LODGING_LABEL = {
    Lodging.LETTER: "来信",
    Lodging.VISIT: "来访",
    Lodging.CALL: "来电",
    Lodging.MAIL: "来邮",
    Lodging.ONLINE: "网上",
    Lodging.LEADER_BOARD: "领导留言",
}


class Tier(enum.StrEnum):
    """The level of the organ at which a petition was lodged."""

    DISTRICT = "district"
    CITY = "city"
    PROVINCE = "province"
    STATE = "state"

    @property
    def label(self) -> str:
        """The level in Chinese."""
        return _TIER_LABEL[self]


_TIER_LABEL = {
    Tier.DISTRICT: "区",
    Tier.CITY: "市",
    Tier.PROVINCE: "省",
    Tier.STATE: "国家",
}


class StepKind(enum.StrEnum):
    """What was done about a matter."""

    REGISTERED = "registered"
    FORWARDED = "forwarded"
    OBJECTED = "objected"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    NO_LONGER_ACCEPTED = "no_longer_accepted"
    EXTENDED = "extended"
    REPLIED = "replied"
    REVIEW_ASKED = "review_asked"
    REVIEWED = "reviewed"
    RECHECK_ASKED = "recheck_asked"
    HEARING = "hearing"
    RECHECKED = "rechecked"
    SATISFACTION = "satisfaction"
    SECOND_RECEPTION = "second_reception"

    @property
    def label(self) -> str:
        """The step in Chinese."""
        return _STEP_LABEL[self]


_STEP_LABEL = {
    StepKind.REGISTERED: "登记",
    StepKind.FORWARDED: "转送交办",
    StepKind.OBJECTED: "异议",
    StepKind.ACCEPTED: "受理",
    StepKind.NOT_ACCEPTED: "不予受理",
    StepKind.NO_LONGER_ACCEPTED: "不再受理",
    StepKind.EXTENDED: "延期",
    StepKind.REPLIED: "答复办结",
    StepKind.REVIEW_ASKED: "申请复查",
    StepKind.REVIEWED: "复查意见",
    StepKind.RECHECK_ASKED: "申请复核",
    StepKind.HEARING: "听证",
    StepKind.RECHECKED: "复核意见",
    StepKind.SATISFACTION: "评价",
    StepKind.SECOND_RECEPTION: "二次接访",
}


class Satisfaction(enum.StrEnum):
    """What the petitioner said of the handling (Art. 18(1), 21(2)); None: did not rate."""

    SATISFIED = "satisfied"
    MOSTLY = "mostly"
    DISSATISFIED = "dissatisfied"

    @property
    def label(self) -> str:
        """The rating in Chinese."""
        return _SATISFACTION_LABEL[self]


_SATISFACTION_LABEL = {
    Satisfaction.SATISFIED: "满意",
    Satisfaction.MOSTLY: "基本满意",
    Satisfaction.DISSATISFIED: "不满意",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step, on a day of the office's calendar, with the document that says so.

    ``days`` is the length of an extension or the days of a hearing; ``until`` the day that an
    extension's paper names, or by which a unit is to report back (Art. 22(1)); ``unit`` who did it
    or to whom the matter went.
    """

    kind: StepKind
    on: date
    document: str = ""
    unit: str = ""
    days: int | None = None
    until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Petitioner:
    """Somebody who petitions (信访人). An ID number is optional and never shown whole."""

    name: str
    phone: str = ""
    id_number: str = ""
    village: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class MatterHead:
    """What a matter is, as the ledger's row says it.

    ``town`` is the area it belongs to (属地), None for the district; ``unit`` answers for it,
    ``lead`` is the person who leads it (包案领导); ``about_units`` are the units complained
    about. ``group_size`` counts everybody who petitions together, named or not.
    """

    number: str
    kind: MatterKind
    lodging: Lodging
    tier: Tier
    registered_on: date
    subject: str
    words: str = ""
    place: str = ""
    town: str | None = None
    unit: str = ""
    lead: str = ""
    about_units: tuple[str, ...] = ()
    repeated: bool = False
    group_size: int = 1
    satisfaction: Satisfaction | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter with its people and standing steps, the oldest step first."""

    id: int
    head: MatterHead
    petitioners: tuple[Petitioner, ...]
    steps: tuple[Step, ...]
    version: int
    changed_at: datetime
    next_due_on: date | None = None
    ended_on: date | None = None

    @property
    def number(self) -> str:
        """The number that its papers carry."""
        return self.head.number
