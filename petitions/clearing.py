"""Matters are kept so long after they ended, then their people and words go.

What is under way, under review, or touches an alert that is still followed up stays
(个人信息保护法 Art. 19, 47). Whether it does is asked of whoever knows alerts (`Followed`):
matters and alerts do not know each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.petition import Matter
from petitions import asking
from petitions.ledger import Ledger
from storage.unit_of_work import UnitOfWork

BATCH = 100
KIND = "matters"

Followed = Callable[[UnitOfWork, Matter], bool]
"""Whether somebody of a matter is named in an alert that is still followed up."""


@dataclass(slots=True)
class Clearing:
    """Clears a batch a pass; what is followed up is looked at again when it comes round."""

    ledger: Ledger
    kept: timedelta
    followed: Followed
    _after: int = 0

    def __call__(self, uow: UnitOfWork) -> Counter[str]:
        """Clear a bounded batch of matters; returns how many there were."""
        ids = uow.clearing.due(ended_before=self.before(uow), after=self._after, limit=BATCH)
        self._after = ids[-1] if len(ids) == BATCH else 0
        cleared = 0
        for matter in uow.matters.several(ids):
            if not self.followed(uow, matter):
                clear(uow, matter)
                cleared += 1
        return Counter({KIND: cleared})

    def waiting(self, uow: UnitOfWork) -> int:
        """Count the matters whose time is over."""
        return uow.clearing.waiting(ended_before=self.before(uow))

    def before(self, uow: UnitOfWork) -> date:
        """Return the day before which a matter must have ended."""
        return self.ledger.today(uow.now) - self.kept

    def kept_to(self, matter: Matter) -> date | None:
        """Return until when a matter is kept by its time; None: it has not ended."""
        return None if matter.ended_on is None else matter.ended_on + self.kept


def clear(uow: UnitOfWork, matter: Matter) -> None:
    """Take people and words out of a matter; its figures stay."""
    uow.clearing.clear(matter, open_to=asking.open_to(matter.head))
