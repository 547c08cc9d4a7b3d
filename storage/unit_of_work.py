"""One transaction and the rows it may touch.

A use case is a plain function of a `UnitOfWork`; it neither commits nor rolls back. What
must follow a commit (a wake-up, which is only a hint) is left with `after_commit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial

import sqlalchemy as sa

from storage.alerts import AlertRows
from storage.audit import AuditRows
from storage.cards import CardRows
from storage.clearing import ClearingRows
from storage.cohorts import CohortRows
from storage.deliveries import DeliveryRows
from storage.dialogues import DialogueRows
from storage.duty import DutyRows
from storage.figures import FigureRows
from storage.files import FileRows
from storage.groups import GroupRows
from storage.inbox import InboxRows
from storage.interests import InterestRows
from storage.invites import InviteRows
from storage.later import LATER, Later
from storage.letters import LetterRows
from storage.looks import LookRows
from storage.matter_batches import MatterBatchRows
from storage.matter_pages import MatterPageRows
from storage.matters import MatterRows
from storage.menus import MenuRows
from storage.notices import NoticeRows
from storage.people import PeopleRows
from storage.petitioners import PetitionerRows
from storage.plans import PlanRows
from storage.prepared import say
from storage.proof import ProofRows
from storage.proposals import ProposalRows
from storage.quiet import QuietRows
from storage.reports import ReportRows
from storage.retention import RetentionRows
from storage.shift_changes import ShiftChangeRows
from storage.storms import StormRows
from storage.supervisions import SupervisionRows
from storage.told import KeptTold, ToldRows
from storage.turns import Turns
from storage.webchat import WebchatRows
from storage.words import WordRows

_NUMBERING = ("alerts", "webchat")
Hint = tuple[Callable[..., None], tuple[object, ...]]


class UnitOfWork:
    """The rows of one transaction at one moment.

    Attributes:
        now: the time of the transaction, aware UTC, the same for every row it writes.
        turns: what it waits for, so that units that name the same follow one another.
    """

    def __init__(self, connection: sa.Connection, now: datetime, told: KeptTold) -> None:
        """Bind to a connection on which a transaction has begun; ``told`` is the store's."""
        self.connection = connection
        self.now = now
        self._told = told
        self._hints: list[Hint] = []
        self._later = Later(connection, partial(say, connection), lambda: self._is_there)
        self.turns = Turns(connection, self._later.memory)
        connection.info[LATER] = self._later

    def after_commit(self, hint: Callable[..., None], *values: object) -> None:
        """Have ``hint`` called with these values once the transaction is on disk.

        It may be lost, never early; the same one with the same values is called once.
        """
        self._hints.append((hint, values))

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Undo what is done within, and only that, when it raises; the error goes on."""
        hints, turns = len(self._hints), dict(self.turns.taken)
        try:
            with self._later.apart():
                yield
        except Exception:
            del self._hints[hints:]
            self.turns.taken = turns  # the database may have given back what was taken within
            for name in _NUMBERING:  # what is numbered next is asked for anew
                self.__dict__.pop(name, None)
            raise

    def settle(self) -> None:
        """Write what is still to be written, so that it fails here if it does."""
        self._later.settle_all()

    @property
    def stands(self) -> bool:
        """Whether the transaction still stands after something in it failed, and was undone."""
        return self._is_there and not self._later.is_spoilt

    @property
    def _is_there(self) -> bool:
        """Whether the database still has the transaction.

        SQLite undoes the whole of it by itself when the disk is full or fails
        (https://www.sqlite.org/lang_transaction.html), and SQLAlchemy does not hear of it: what
        follows would begin a new transaction and its commit would speak for rows that are gone.
        """
        if self.connection.invalidated or not self.connection.in_transaction():
            return False
        raw = self.connection.connection.dbapi_connection
        return bool(getattr(raw, "in_transaction", not getattr(raw, "closed", False)))

    @property
    def hints(self) -> tuple[Hint, ...]:
        """What is to be called after the commit."""
        return tuple(self._hints)

    @cached_property
    def inbox(self) -> InboxRows:
        """Raw messages."""
        return InboxRows(self.connection, self.now)

    @cached_property
    def people(self) -> PeopleRows:
        """People, how channels know them and their private chats."""
        return PeopleRows(self.connection, self.now)

    @cached_property
    def groups(self) -> GroupRows:
        """Duty groups and addresses."""
        return GroupRows(self.connection, self.now)

    @cached_property
    def invites(self) -> InviteRows:
        """Invite codes."""
        return InviteRows(self.connection, self.now)

    @cached_property
    def dialogues(self) -> DialogueRows:
        """What the desk waits to hear, and how fast people write."""
        return DialogueRows(self.connection, self.now)

    @cached_property
    def reports(self) -> ReportRows:
        """Reports and their versions."""
        return ReportRows(self.connection, self.now)

    @cached_property
    def words(self) -> WordRows:
        """What reports say, without what was read in it."""
        return WordRows(self.connection, self.now)

    @cached_property
    def told(self) -> ToldRows:
        """What was told lately of live alerts."""
        return ToldRows(self.connection, self._told, self.after_commit)

    @cached_property
    def files(self) -> FileRows:
        """Files of reports that channels still have."""
        return FileRows(self.connection, self.now)

    @cached_property
    def menus(self) -> MenuRows:
        """Which commands chats were told."""
        return MenuRows(self.connection, self.now)

    @cached_property
    def alerts(self) -> AlertRows:
        """Alerts and their timeline."""
        return AlertRows(self.connection, self.now)

    @cached_property
    def cards(self) -> CardRows:
        """The messages that show alerts."""
        return CardRows(self.connection, self.now)

    @cached_property
    def notices(self) -> NoticeRows:
        """The outbox."""
        return NoticeRows(self.connection, self.now)

    @cached_property
    def quiet(self) -> QuietRows:
        """Chats and channels that take nothing for a while."""
        return QuietRows(self.connection, self.now)

    @cached_property
    def deliveries(self) -> DeliveryRows:
        """How the outbox's notices stand, for people."""
        return DeliveryRows(self.connection, self.now)

    @cached_property
    def storms(self) -> StormRows:
        """Alerts on which many report at once."""
        return StormRows(self.connection, self.now)

    @cached_property
    def duty(self) -> DutyRows:
        """The roster."""
        return DutyRows(self.connection, self.now)

    @cached_property
    def shift_changes(self) -> ShiftChangeRows:
        """Changes of shift, and the words that a shift leaves."""
        return ShiftChangeRows(self.connection, self.now)

    @cached_property
    def webchat(self) -> WebchatRows:
        """Chats, events and sessions of the built-in web chat."""
        return WebchatRows(self.connection, self.now)

    @cached_property
    def retention(self) -> RetentionRows:
        """What has served and is to go."""
        return RetentionRows(self.connection, self.now)

    @cached_property
    def proposals(self) -> ProposalRows:
        """Lines that rules should leave alone."""
        return ProposalRows(self.connection, self.now)

    @cached_property
    def audit(self) -> AuditRows:
        """The log of looks at people's data, and heartbeats."""
        return AuditRows(self.connection, self.now, self.looks)

    @cached_property
    def looks(self) -> LookRows:
        """The access log's chained lines."""
        return LookRows(self.connection, self.now, self.turns.wait)

    @cached_property
    def proof(self) -> ProofRows:
        """What is wrong in the rows, and what was found so far."""
        return ProofRows(self.connection, self.now)

    @cached_property
    def plans(self) -> PlanRows:
        """What is done once, and whose turn it is."""
        return PlanRows(self.connection, self.now)

    @cached_property
    def figures(self) -> FigureRows:
        """When things happened to alerts, for counting."""
        return FigureRows(self.connection, self.now)

    @cached_property
    def matter_batches(self) -> MatterBatchRows:
        """Many matters at once."""
        return MatterBatchRows(self.connection, self.now)

    @cached_property
    def matter_pages(self) -> MatterPageRows:
        """Lists of matters."""
        return MatterPageRows(self.connection, self.now)

    @cached_property
    def matters(self) -> MatterRows:
        """The petition ledger's matters and their steps."""
        return MatterRows(self.connection, self.now)

    @cached_property
    def cohorts(self) -> CohortRows:
        """Matters to be counted."""
        return CohortRows(self.connection)

    @cached_property
    def petitioners(self) -> PetitionerRows:
        """Who petitions."""
        return PetitionerRows(self.connection, self.now)

    @cached_property
    def clearing(self) -> ClearingRows:
        """Matters whose time is over, and everything of somebody's."""
        return ClearingRows(self.connection, self.now)

    @cached_property
    def interests(self) -> InterestRows:
        """Declared interests, and looks opened by a written reason."""
        return InterestRows(self.connection, self.now)

    @cached_property
    def letters(self) -> LetterRows:
        """Reminder letters."""
        return LetterRows(self.connection, self.now)

    @cached_property
    def supervisions(self) -> SupervisionRows:
        """What supervision looks through, and what it has said."""
        return SupervisionRows(self.connection, self.now)
