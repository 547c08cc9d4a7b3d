"""Reminder letters and their steps. A number is given once a year, and a step never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa

from domain.letter import Letter, LetterHead, LetterStep, LetterStepKind
from storage.tables import letter_steps, letters


class LetterRows:
    """Letters in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now

    def add(self, head: LetterHead, *, year: int, on: date, made_by: int | None) -> Letter:
        """Add a letter under the next number of a year.

        The caller waits its turn for the year first (`storage.turns.Turns.wait`): a number is
        taken with the letter or not at all, so none is left out and none given twice.
        """
        newest = sa.select(sa.func.max(letters.c.serial)).where(letters.c.year == year)
        serial = (self._connection.execute(newest).scalar() or 0) + 1
        letter_id: int = self._connection.execute(
            sa.insert(letters)
            .values(
                year=year,
                serial=serial,
                unit=head.unit,
                matter_id=head.matter_id,
                alert_id=head.alert_id,
                about=head.about,
                title=head.title,
                words=head.words,
                reply_days=head.reply_days,
                made_on=on,
                made_at=self._now,
                made_by=made_by,
            )
            .returning(letters.c.id)
        ).scalar_one()
        return Letter(
            id=letter_id,
            year=year,
            serial=serial,
            head=head,
            made_on=on,
            made_at=self._now,
            made_by=made_by,
        )

    def record(self, letter_id: int, step: LetterStep, *, recorded_by: int | None) -> None:
        """Write a step down."""
        self._connection.execute(
            sa.insert(letter_steps).values(
                letter_id=letter_id,
                kind=step.kind.value,
                on_day=step.on,
                way=step.way,
                document=step.document,
                note=step.note,
                recorded_at=self._now,
                recorded_by=recorded_by,
            )
        )

    def numbered(self, year: int, serial: int) -> Letter | None:
        """Return the letter of a number."""
        query = sa.select(letters).where(letters.c.year == year, letters.c.serial == serial)
        found = self._whole(self._connection.execute(query).mappings())
        return found[0] if found else None

    def of_year(self, year: int) -> tuple[Letter, ...]:
        """Return a year's letters in the order of their numbers."""
        query = sa.select(letters).where(letters.c.year == year).order_by(letters.c.serial)
        return self._whole(self._connection.execute(query).mappings())

    def unanswered(self) -> tuple[Letter, ...]:
        """Return the letters that are out and not answered, of whatever year."""
        steps = {
            kind: sa.exists().where(
                letter_steps.c.letter_id == letters.c.id, letter_steps.c.kind == kind.value
            )
            for kind in LetterStepKind
        }
        query = (
            sa.select(letters)
            .where(
                steps[LetterStepKind.SENT],
                ~steps[LetterStepKind.REPLIED],
                ~steps[LetterStepKind.CANCELLED],
            )
            .order_by(letters.c.year, letters.c.serial)
        )
        return self._whole(self._connection.execute(query).mappings())

    def _whole(self, rows: Iterable[sa.RowMapping]) -> tuple[Letter, ...]:
        found = list(rows)
        steps = self._steps(tuple(row["id"] for row in found))
        return tuple(_letter_of(row, tuple(steps.get(row["id"], ()))) for row in found)

    def _steps(self, letter_ids: tuple[int, ...]) -> dict[int, list[LetterStep]]:
        query = (
            sa.select(letter_steps)
            .where(letter_steps.c.letter_id.in_(letter_ids))
            .order_by(letter_steps.c.id)
        )
        found: dict[int, list[LetterStep]] = {}
        for row in self._connection.execute(query):
            step = LetterStep(LetterStepKind(row.kind), row.on_day, row.way, row.document, row.note)
            found.setdefault(row.letter_id, []).append(step)
        return found


def _letter_of(row: sa.RowMapping, steps: tuple[LetterStep, ...]) -> Letter:
    head = LetterHead(
        unit=row["unit"],
        title=row["title"],
        reply_days=row["reply_days"],
        matter_id=row["matter_id"],
        alert_id=row["alert_id"],
        about=row["about"],
        words=row["words"],
    )
    return Letter(
        id=row["id"],
        year=row["year"],
        serial=row["serial"],
        head=head,
        made_on=row["made_on"],
        made_at=row["made_at"],
        made_by=row["made_by"],
        steps=steps,
    )
