"""What removes data that has served: the times of the settings, and who asks whom.

Alerts and matters do not know each other; here somebody of a matter is looked for in live
alerts before the matter is cleared.
"""

from __future__ import annotations

from pathlib import Path

from alerts.knowing import is_followed_up
from alerts.retention import Remover
from app.settings import Settings
from domain.petition import Matter
from petitions.clearing import Clearing
from petitions.ledger import Ledger
from storage.kept_files import KeptFiles
from storage.store import Store
from storage.unit_of_work import UnitOfWork


def build_clearing(settings: Settings, ledger: Ledger) -> Clearing:
    """Return what clears matters whose time is over."""

    def followed(uow: UnitOfWork, matter: Matter) -> bool:
        names = [one.name for one in matter.petitioners]
        return is_followed_up(uow, [*names, *(one.phone for one in matter.petitioners)])

    return Clearing(ledger, settings.retention.matters, followed)


def build_remover(settings: Settings, ledger: Ledger, store: Store, folder: Path) -> Remover:
    """Return what removes data that has served; ``folder`` holds the files of reports."""
    return Remover(
        store=store,
        retention=settings.retention.times(),
        remove_files=KeptFiles(folder).remove_older,
        also=(build_clearing(settings, ledger),),
    )
