"""What the office does by the calendar: the digest, the week's drills and their results."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import structlog

from alerts.auditor import tell_desk
from alerts.digest import gather
from alerts.digest_words import digest_words
from alerts.drill_week import begin_due, plan_week, report_results
from alerts.drills import DrillPlan
from alerts.office import Office
from storage.live import BOARD, NOTICES, Live
from storage.store import Store
from storage.unit_of_work import UnitOfWork

LOOK_EVERY = timedelta(seconds=20)
TURN = "planned"
DIGEST = "digest"

log = structlog.get_logger()


@dataclass(slots=True)
class Planned:
    """Looks a few times a minute what the calendar asks for. ``digest_at`` None: no digest."""

    store: Store
    office: Office
    live: Live
    drills: DrillPlan
    digest_at: time | None
    _looked_at: datetime | None = field(default=None)

    async def look(self) -> int:
        """Do what is due; returns how much it was."""
        now = self.store.clock()
        if self._looked_at is not None and abs(now - self._looked_at) < LOOK_EVERY:
            return 0
        self._looked_at = now
        try:
            return await asyncio.wrap_future(self.store.submit(self._do))
        except Exception:  # what the calendar asks for holds up no timer; it stays due
            log.exception("planned_failed")
            return 0

    def _do(self, uow: UnitOfWork) -> int:
        uow.turns.wait(TURN)
        plan_week(uow, self.office, self.drills)
        raised = begin_due(uow, self.office, self.drills)
        told = report_results(uow, self.office)
        digest = send_digest(uow, self.office, self.digest_at)
        if raised:
            log.info("drills_begun", count=len(raised))
        if digest:
            log.info("digest_sent")
        uow.after_commit(self.live.wake, NOTICES)
        uow.after_commit(self.live.wake, BOARD)
        return len(raised) + told + int(digest)


def send_digest(uow: UnitOfWork, office: Office, at: time | None) -> bool:
    """Send today's digest if its time has come and it was not sent; None: never."""
    if at is None:
        return False
    local = office.hours.local(uow.now)
    due_at = datetime.combine(local.date(), at, office.hours.zone)
    begun_at = uow.plans.begun_at()
    if local < due_at or begun_at is None or begun_at > due_at:
        return False  # an office that opened later today has no yesterday
    key = f"{DIGEST}:{local.date().isoformat()}"
    if not uow.plans.once(key, kind=DIGEST, day=local.date()):
        return False
    tell_desk(uow, key, digest_words(gather(uow, office), office, uow.now))
    return True
