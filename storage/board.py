"""Whether the board may have changed, without reading it."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables import alert_log, report_versions, shifts
from storage.unit_of_work import UnitOfWork

Mark = tuple[int | None, int | None, int | None, int | None]


def board_mark(uow: UnitOfWork) -> Mark:
    """Return a mark that differs once an alert, a report or the roster has changed.

    Each change of an alert leaves a line in its timeline, so the newest line tells. What
    only time changes (a shift begins, a closed alert leaves the board) it does not know.
    """
    newest = [
        sa.select(sa.func.max(table.c.id)).scalar_subquery()
        for table in (alert_log, report_versions, shifts)
    ]
    # A shift that is taken off leaves its row, and no newer one.
    taken_off = sa.select(sa.func.count(shifts.c.removed_at)).scalar_subquery()
    row = uow.connection.execute(sa.select(*newest, taken_off)).one()
    return (row[0], row[1], row[2], row[3])
