"""People, posts and shifts: who is who, and who may do what with an alert."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Role(enum.StrEnum):
    """What somebody does for the office."""

    GRID_WORKER = "grid_worker"
    SOCIAL_WORKER = "social_worker"
    PROPERTY_MANAGER = "property_manager"
    TOWN_OFFICER = "town_officer"
    DISTRICT_OFFICER = "district_officer"
    LEADER = "leader"
    CLERK = "clerk"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        """The role in Chinese."""
        return _ROLE_LABEL[self]

    @property
    def needs_town(self) -> bool:
        """Whether a person of this role belongs to one town."""
        return self in {
            Role.GRID_WORKER,
            Role.SOCIAL_WORKER,
            Role.PROPERTY_MANAGER,
            Role.TOWN_OFFICER,
        }

    @property
    def serves_district(self) -> bool:
        """Whether a person of this role handles alerts of every town."""
        return self in {Role.DISTRICT_OFFICER, Role.LEADER, Role.ADMIN}


_ROLE_LABEL = {
    Role.GRID_WORKER: "网格员",
    Role.SOCIAL_WORKER: "社工",
    Role.PROPERTY_MANAGER: "物业",
    Role.TOWN_OFFICER: "镇街值班员",
    Role.DISTRICT_OFFICER: "区值班员",
    Role.LEADER: "带班领导",
    Role.CLERK: "业务科",
    Role.ADMIN: "管理员",
    Role.AUDITOR: "审计",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is enrolled. ``town`` is a full town name, or None for the district."""

    id: int
    name: str
    role: Role
    town: str | None

    def may_handle(self, town: str | None) -> bool:
        """Whether this person may act on an alert that ``town`` (None: the district) holds."""
        if self.role.serves_district:
            return True
        return self.role is Role.TOWN_OFFICER and town is not None and self.town == town

    @property
    def title(self) -> str:
        """Name and post as colleagues would say it: 大石街道值班员 李明."""
        if self.town is None:
            return f"{self.role.label} {self.name}"
        role = "值班员" if self.role is Role.TOWN_OFFICER else self.role.label
        return f"{self.town}{role} {self.name}"


class Scope(enum.StrEnum):
    """Whose duty group a group chat is."""

    TOWN = "town"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Group:
    """A duty group (值班群): a group chat bound to a town or to the district desk.

    Up to ``paused_until`` it is in maintenance, and the district desk has its alerts.
    """

    id: int
    channel: str
    chat: str
    scope: Scope
    town: str | None
    title: str
    paused_until: datetime | None = None
    paused_why: str = ""

    def is_paused(self, now: datetime) -> bool:
        """Whether it is in maintenance; a pause never outlives its time."""
        return self.paused_until is not None and now < self.paused_until


class Post(enum.StrEnum):
    """A chair on the roster."""

    TOWN_DUTY = "town_duty"
    DISTRICT_DUTY = "district_duty"
    LEADER_DUTY = "leader_duty"

    @property
    def label(self) -> str:
        """The post in Chinese."""
        return _POST_LABEL[self]


_POST_LABEL = {
    Post.TOWN_DUTY: "镇街值班",
    Post.DISTRICT_DUTY: "区值班",
    Post.LEADER_DUTY: "带班领导",
}


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on one post from ``starts_at`` up to, not including, ``ends_at`` (UTC)."""

    post: Post
    town: str | None
    person: Person
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Support:
    """A number that helps, with the hours it answers, as every alert names it."""

    name: str
    number: str
    hours: str = ""
