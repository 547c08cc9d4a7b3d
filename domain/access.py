"""Who may know what: the one policy that every reader goes through, by chat, page or command.

Pure: a person, what is asked for, of whom, and by which way in; out comes a named reason.
What no row of the table allows is refused. It stores nothing and writes no log; whoever asks
leaves the line in the access log (个人信息保护法 Art. 6, 51, 54; 《信访工作条例》 Art. 28(3),
30(3), 46(五)).
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

from domain.duty import Person, Role


class Topic(enum.StrEnum):
    """Kinds of what there is to know."""

    BOARD = "board"
    ALERT = "alert"
    MATTER = "matter"
    PETITIONER = "petitioner"
    ACCUSATION = "accusation"
    LEDGER = "ledger"
    KEEPING = "keeping"
    FIGURES = "figures"
    ACCESS_LOG = "access_log"
    EXTRACT = "extract"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return _TOPIC_LABEL[self]


_TOPIC_LABEL = {
    Topic.BOARD: "看板",
    Topic.ALERT: "预警详情",
    Topic.MATTER: "信访事项",
    Topic.PETITIONER: "信访人信息",
    Topic.ACCUSATION: "检举控告",
    Topic.LEDGER: "台账",
    Topic.KEEPING: "台账登记",
    Topic.FIGURES: "统计",
    Topic.ACCESS_LOG: "查看记录",
    Topic.EXTRACT: "个人信息副本",
}


class Way(enum.StrEnum):
    """Ways in."""

    PRIVATE = "private"
    GROUP = "group"
    WEB = "web"
    COMMAND = "command"

    @property
    def label(self) -> str:
        """The way in Chinese."""
        return _WAY_LABEL[self]


_WAY_LABEL = {
    Way.PRIVATE: "私聊",
    Way.GROUP: "群聊",
    Way.WEB: "网页",
    Way.COMMAND: "命令行",
}


class Reach(enum.StrEnum):
    """How far a role's right to a topic goes."""

    NONE = "none"
    OWN_TOWN = "own_town"
    DISTRICT = "district"


class Ruling(enum.StrEnum):
    """Why somebody may or may not know."""

    GRANTED = "granted"
    GRANTED_FOR_A_REASON = "granted_for_a_reason"
    NOT_ENROLLED = "not_enrolled"
    NOT_THE_ROLE = "not_the_role"
    NOT_THIS_WAY = "not_this_way"
    OTHER_AREA = "other_area"
    COMPLAINED_ABOUT = "complained_about"
    INTEREST = "interest"

    @property
    def allows(self) -> bool:
        """Whether they may."""
        return self in {Ruling.GRANTED, Ruling.GRANTED_FOR_A_REASON}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and by which way.

    ``person`` is None for whoever is not enrolled or no longer. ``interests`` (回避) and
    ``opened`` (a written reason outside one's area, for its three hours) hold the keys of
    `Subject.keys` that they are about. ``channel`` is the chat service, where there is one.
    """

    person: Person | None
    way: Way
    interests: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    channel: str = ""

    @property
    def place(self) -> str:
        """From where they look, as the access log has it: telegram:private, command."""
        return f"{self.channel}:{self.way.value}" if self.channel else self.way.value


def number_key(number: str) -> str:
    """Return the key of a matter's or an alert's number."""
    return f"number:{number}"


def unit_key(unit: str) -> str:
    """Return the key of a unit."""
    return f"unit:{unit}"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose it is: the town it belongs to (None: the district), and who is complained about.

    ``keys`` name it for interests and openings: its number, its units, its people, each as an
    opaque text.
    """

    town: str | None = None
    about_units: tuple[str, ...] = ()
    keys: frozenset[str] = field(default_factory=frozenset)


_OF_SOMEBODY_ELSE = re.compile("村|居委|居民|社区|小区|公司|学|幼儿园|医院|派出所|物业")


def is_office_of(town: str | None, unit: str) -> bool:
    """Whether a unit complained about is a town's own office, under whatever name.

    大石街道, 番禺区大石街道办事处 and 大石街道城管办 are; a village's committee, which the town
    looks after, is not.
    """
    tidy = "".join(unit.split())
    _, found, behind = tidy.partition(town) if town else ("", "", "")
    return bool(found) and not _OF_SOMEBODY_ELSE.search(behind)


ANYWHERE = Subject()
"""What belongs to no one town: the board, the log, the ledger as a whole."""

_D, _T = Reach.DISTRICT, Reach.OWN_TOWN
_REACH: dict[Topic, dict[Role, Reach]] = {
    Topic.BOARD: {
        Role.DISTRICT_OFFICER: _D,
        Role.LEADER: _D,
        Role.ADMIN: _D,
        Role.AUDITOR: _D,
    },
    Topic.ALERT: {
        Role.TOWN_OFFICER: _T,
        Role.DISTRICT_OFFICER: _D,
        Role.LEADER: _D,
        Role.ADMIN: _D,
        Role.AUDITOR: _D,
    },
    Topic.MATTER: {
        Role.TOWN_OFFICER: _T,
        Role.DISTRICT_OFFICER: _D,
        Role.LEADER: _D,
        Role.CLERK: _D,
    },
    Topic.PETITIONER: {
        Role.TOWN_OFFICER: _T,
        Role.DISTRICT_OFFICER: _D,
        Role.LEADER: _D,
        Role.CLERK: _D,
    },
    Topic.ACCUSATION: {Role.LEADER: _D, Role.CLERK: _D},
    Topic.LEDGER: {Role.TOWN_OFFICER: _T, Role.LEADER: _D, Role.CLERK: _D},
    Topic.KEEPING: {Role.CLERK: _D},
    Topic.FIGURES: {
        Role.TOWN_OFFICER: _T,
        Role.DISTRICT_OFFICER: _D,
        Role.LEADER: _D,
        Role.CLERK: _D,
        Role.ADMIN: _D,
        Role.AUDITOR: _D,
    },
    Topic.ACCESS_LOG: {Role.AUDITOR: _D},
    Topic.EXTRACT: {Role.CLERK: _D},
}
_AT_A_DESK = frozenset({Way.WEB, Way.COMMAND})
_ALONE = _AT_A_DESK | {Way.PRIVATE}
_WAYS: dict[Topic, frozenset[Way]] = {
    Topic.BOARD: _AT_A_DESK,
    Topic.ALERT: frozenset(Way),
    Topic.MATTER: _ALONE,
    Topic.PETITIONER: _ALONE,
    Topic.ACCUSATION: _ALONE,
    Topic.LEDGER: _AT_A_DESK,
    Topic.KEEPING: _AT_A_DESK,
    Topic.FIGURES: _ALONE,
    Topic.ACCESS_LOG: _AT_A_DESK,
    Topic.EXTRACT: frozenset({Way.COMMAND}),
}
# A written reason opens what stands in another town, and nothing else.
_OPENED_BY_A_REASON = frozenset({Topic.MATTER, Topic.PETITIONER})


def reach(role: Role, topic: Topic) -> Reach:
    """Return how far a role's right to a topic goes."""
    return _REACH[topic].get(role, Reach.NONE)


def rule(asker: Asker, topic: Topic, subject: Subject = ANYWHERE) -> Ruling:
    """Decide whether somebody may know something; the first reason against it counts.

    An interest that somebody declared bars them whatever their role (Art. 28(3)). The officers
    of a unit that is complained about never know, with a reason neither (Art. 30(3)).
    """
    person = asker.person
    if person is None:
        return Ruling.NOT_ENROLLED
    how_far = reach(person.role, topic)
    against = (
        (how_far is Reach.NONE, Ruling.NOT_THE_ROLE),
        (asker.way not in _WAYS[topic], Ruling.NOT_THIS_WAY),
        (bool(asker.interests & subject.keys), Ruling.INTEREST),
        (_is_about(person.town, subject.about_units), Ruling.COMPLAINED_ABOUT),
    )
    for holds, ruling in against:
        if holds:
            return ruling
    if how_far is Reach.DISTRICT or (subject.town is not None and subject.town == person.town):
        return Ruling.GRANTED
    opened = topic in _OPENED_BY_A_REASON and bool(asker.opened & subject.keys)
    return Ruling.GRANTED_FOR_A_REASON if opened else Ruling.OTHER_AREA


def _is_about(town: str | None, units: tuple[str, ...]) -> bool:
    return any(is_office_of(town, unit) for unit in units)


ACCUSATIONS = "#accusation"
DISTRICT_ALONE = ""


@dataclass(frozen=True, slots=True)
class Area:
    """What somebody's look-ups of the ledger may read at all.

    ``town`` narrows to what is open to that town's officers, None to nothing but the district;
    ``accusations`` (检举控告) are read by few.
    """

    town: str | None
    accusations: bool


def area(asker: Asker) -> Area | None:
    """Return what somebody's look-ups may read; None: nothing, and nothing is looked up."""
    person = asker.person
    if person is None or asker.way not in _WAYS[Topic.MATTER]:
        return None
    how_far = reach(person.role, Topic.MATTER)
    if how_far is Reach.DISTRICT:
        return Area(None, reach(person.role, Topic.ACCUSATION) is Reach.DISTRICT)
    return Area(person.town, accusations=False) if how_far is Reach.OWN_TOWN else None


def open_to(town: str | None, about_units: tuple[str, ...], *, accusation: bool) -> str:
    """Return to whom a matter is open, as it is kept with it: a town, or one of the two above.

    Look-ups are narrowed by it in the database, so that what is not somebody's to know is not
    even read: neither an answer nor its time tells whether it is there.
    """
    if accusation:
        return ACCUSATIONS
    return DISTRICT_ALONE if town is None or _is_about(town, about_units) else town
