"""Chats that are rows of ours: put out and recorded in one transaction, each notice apart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alerts.dispatcher import Dispatcher
from alerts.own_chats import Put
from alerts.sending import DispatchTimes
from bot.channels.webchat import Webchat
from domain.channel import Address, plain
from storage.live import LocalLive
from storage.notices import NoticeKind, Priority
from storage.store import StorageAway, Store
from storage.tables import notices
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING
from tests.office_people import office_of_panyu

HERE, THERE, NOWHERE = "p:1", "p:2", "p:999"
BREAKS, AWAY = "breaks", "away"


class Breakable(Webchat):
    """A web chat that fails, after it has written, at what says so."""

    def put_out(self, uow: UnitOfWork, put: Put) -> str | None:
        """Write as ever, then fail if asked to."""
        message_id = super().put_out(uow, put)
        if put.message.plain_text == BREAKS:
            raise ValueError(BREAKS)
        if put.message.plain_text == AWAY:
            raise StorageAway("no statement", None, Exception(AWAY))
        return message_id


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give a store on each database, with two chats."""
    opened = Store(database, keyring=KEYRING)
    for chat in (HERE, THERE):
        opened.write(lambda uow, chat=chat: uow.webchat.keep_chat(chat, kind="private", title=""))  # type: ignore[misc]
    yield opened
    opened.close()


def dispatcher(store: Store) -> Dispatcher:
    """Return a dispatcher that knows the web chat alone."""
    live = LocalLive()
    times = DispatchTimes(timedelta(seconds=30), timedelta(seconds=1), {})
    return Dispatcher(store, office_of_panyu(), {"webchat": Breakable(store, live)}, live, times)


def notify(store: Store, *said: tuple[str, str]) -> None:
    """Put a notice for a chat into the outbox for each of these."""

    def add(uow: UnitOfWork) -> None:
        for number, (chat, words) in enumerate(said):
            uow.notices.add(
                Address("webchat", chat),
                key=f"n{number}",
                kind=NoticeKind.MESSAGE,
                priority=Priority.RECEIPT,
                body=plain(words),
            )

    store.write(add)


def shown(store: Store, chat: str) -> list[str]:
    """Return what a chat shows, in order."""
    events = store.read(lambda uow: uow.webchat.events(chat, after=0))
    return [event.body["body"][0][0] for event in events]


def standing(store: Store) -> list[tuple[str, int, bool]]:
    """Return each notice's state, failed tries and whether it is leased, in order."""
    query = sa.select(
        notices.c.state, notices.c.attempts, notices.c.lease_until.is_not(None)
    ).order_by(notices.c.id)
    return store.read(
        lambda uow: [(row[0], row[1], bool(row[2])) for row in uow.connection.execute(query)]
    )


async def test_what_is_put_out_is_recorded_with_it_and_in_order(store: Store) -> None:
    """More than one claim takes of a chat: all are there, in order, sent, none leased."""
    said = [f"第{number}条" for number in range(20)]
    notify(store, *((HERE, words) for words in said))
    sends = dispatcher(store)
    while await sends.send_due():
        pass
    assert shown(store, HERE) == said
    assert standing(store) == [("sent", 0, False)] * 20


async def test_a_chat_that_is_not_there_holds_up_no_other(store: Store) -> None:
    """Its notice is refused; what stands before and after it arrives."""
    notify(store, (HERE, "一"), (NOWHERE, "二"), (THERE, "三"))
    await dispatcher(store).send_due()
    assert (shown(store, HERE), shown(store, THERE)) == (["一"], ["三"])
    assert [state for state, _, _ in standing(store)] == ["sent", "refused", "sent"]


async def test_a_send_that_breaks_is_undone_alone_and_stays_due(store: Store) -> None:
    """What it wrote is gone, its try is counted, and its chat goes on."""
    notify(store, (HERE, "一"), (HERE, BREAKS), (HERE, "三"))
    await dispatcher(store).send_due()
    assert shown(store, HERE) == ["一", "三"]
    assert standing(store) == [("sent", 0, False), ("due", 1, False), ("sent", 0, False)]


async def test_a_database_that_fails_in_between_leaves_all_of_it_due(store: Store) -> None:
    """Nothing is shown that is not recorded, and nothing is leased."""
    notify(store, (HERE, "一"), (THERE, AWAY))
    with pytest.raises(StorageAway):
        await dispatcher(store).send_due()
    assert shown(store, HERE) == []
    assert standing(store) == [("due", 0, False)] * 2


async def test_two_who_send_show_everything_once(store: Store) -> None:
    """Both look at the same moment; nothing is doubled, no number of a chat is left out."""
    notify(store, *((chat, str(number)) for number in range(20) for chat in (HERE, THERE)))
    both = (dispatcher(store), dispatcher(store))
    while any(await asyncio.gather(*(one.send_due() for one in both))):
        pass
    for chat in (HERE, THERE):
        assert sorted(shown(store, chat), key=int) == [str(number) for number in range(20)]
        events = store.read(lambda uow, chat=chat: uow.webchat.events(chat, after=0))  # type: ignore[misc]
        assert [event.number for event in events] == list(range(1, 21))


async def test_a_failure_that_cannot_be_settled_holds_up_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks again while its failure is written is put off; the others are put out."""

    def break_too(*_: object, **__: object) -> None:
        raise LookupError

    monkeypatch.setattr("alerts.own_chats.record_failure", break_too)
    notify(store, (HERE, "一"), (HERE, BREAKS), (THERE, "二"))
    await dispatcher(store).send_due()
    assert store.read(lambda uow: uow.deliveries.waiting()[:2]) == (1, 0)
