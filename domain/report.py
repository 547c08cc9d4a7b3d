"""A report (上报): what somebody at the front wrote, with its versions."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from domain.channel import Address, Attachment, Location
from domain.danger import Assessment, Level


class VersionKind(enum.StrEnum):
    """How a version of a report came to be."""

    FILED = "filed"
    SUPPLEMENTED = "supplemented"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class TownBy(enum.StrEnum):
    """How the responsible town of a report was found."""

    TEXT = "text"
    VILLAGE = "village"
    PIN = "pin"
    OWN = "own"
    ANSWERED = "answered"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """One version; a supplement adds to the words before it, a correction replaces them."""

    number: int
    kind: VersionKind
    text: str
    assessment: Assessment
    at: datetime
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None


class _Version(Protocol):
    @property
    def kind(self) -> VersionKind: ...


_V = TypeVar("_V", bound=_Version)


def standing(versions: Iterable[_V]) -> tuple[_V, ...]:
    """Return the versions that count of a report's, in order: from its last first words on.

    A correction replaces the words before it; a supplement adds to them; a withdrawal has
    no words.
    """
    kept: list[_V] = []
    for version in versions:
        if version.kind in {VersionKind.FILED, VersionKind.CORRECTED}:
            kept = [version]
        elif version.kind is VersionKind.SUPPLEMENTED:
            kept.append(version)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Report:
    """One report. ``level`` is the highest that its standing versions give."""

    id: int
    person_id: int | None
    address: Address
    sender: str
    message_id: str
    town: str | None
    town_by: TownBy
    level: Level
    filed_at: datetime
    verified: bool
    alert_id: int | None
    withdrawn_at: datetime | None
    version: int

    @property
    def number(self) -> str:
        """The number people say on the phone: R-0457."""
        return report_number(self.id)


def report_number(report_id: int) -> str:
    """Return the sayable number of a report."""
    return f"R-{report_id:04d}"
