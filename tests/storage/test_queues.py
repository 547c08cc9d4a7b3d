"""Inbox and outbox rows: leases, fences, order, and what two workers see of each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.channel import Address, plain
from storage import migrate
from storage.inbox import InboxOutcome, InboxRow
from storage.notices import Notice, NoticeKind, Priority
from storage.store import Store
from storage.tables import inbox
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock
from tests.held import held
from tests.keys import KEYRING

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)


@pytest.fixture
def clock() -> PushedClock:
    """Give a clock that stands at noon."""
    return PushedClock(NOON)


@pytest.fixture
def store(database: str, clock: PushedClock) -> Iterator[Store]:
    """Give a store on each engine."""
    opened = Store(database, keyring=KEYRING, clock=clock, connections=4)
    yield opened
    opened.close()


def put(store: Store, chat: str, key: str, agent: str = "") -> bool:
    """Put a raw message into the inbox."""
    return store.write(
        lambda uow: uow.inbox.put(
            channel="wire", chat=chat, message_key=key, raw=f"{chat}{key}", agent=agent
        )
    )


def lease_inbox(store: Store, limit: int = 9) -> list[InboxRow]:
    """Lease what is due."""
    return list(store.write(lambda uow: uow.inbox.lease(limit=limit, lease=LEASE)))


def add(
    store: Store, chat: str, key: str, priority: Priority = Priority.RED, **more: timedelta
) -> None:
    """Put a notice into the outbox."""
    store.write(
        lambda uow: uow.notices.add(
            Address("wire", chat),
            key=key,
            kind=NoticeKind.MESSAGE,
            priority=priority,
            body=plain(key),
            **more,  # type: ignore[arg-type]
        )
    )


def lease_notices(store: Store, limit: int = 9) -> list[Notice]:
    """Lease what is due."""
    return list(store.write(lambda uow: uow.notices.lease(limit=limit, lease=LEASE)))


def test_the_same_message_is_stored_once(store: Store) -> None:
    """The key is channel, agent, chat and message; another agent's copy is another row."""
    assert put(store, "a", "1")
    assert not put(store, "a", "1")
    assert put(store, "b", "1")
    assert put(store, "a", "1", agent="second")


def test_only_the_oldest_of_each_chat_is_leased(store: Store) -> None:
    """A chat stays in order, and one chat does not wait for another."""
    for chat, key in (("a", "1"), ("a", "2"), ("b", "1")):
        put(store, chat, key)
    first = lease_inbox(store)
    assert [row.raw for row in first] == ["a1", "b1"]
    assert lease_inbox(store) == []
    assert store.write(
        lambda uow: uow.inbox.finish(first[0].id, InboxOutcome.ANSWER, fence=first[0].fence)
    )
    assert [row.raw for row in lease_inbox(store)] == ["a2"]


def take(store: Store, limit: int = 9) -> list[str]:
    """Return the texts of what a reader would hear together, and end none of it."""
    return [row.raw for row in store.write(lambda uow: uow.inbox.take(limit=limit))]


def test_what_is_heard_together_are_the_oldest_and_then_what_follows(store: Store) -> None:
    """Where there is room; each chat in order and none left out for another."""
    for chat, key in (("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"), ("a", "4"), ("b", "2")):
        put(store, chat, key)
    assert take(store, 2) == ["a1", "b1"]
    assert take(store, 4) == ["a1", "b1", "a2", "a3"]
    assert sorted(take(store)) == ["a1", "a2", "a3", "a4", "b1", "b2"]
    assert [one for one in take(store) if one[0] == "b"] == ["b1", "b2"]
    looked = store.read(lambda uow: uow.inbox.due(limit=4))
    assert [row.raw for row in looked] == ["a1", "b1", "a2", "a3"]


def test_a_chat_is_heard_up_to_what_is_not_due(store: Store, clock: PushedClock) -> None:
    """One that was put off while an older one was on its way holds up what follows it."""
    put(store, "a", "1")
    (row,) = lease_inbox(store)
    until = NOON + timedelta(seconds=5)
    store.write(lambda uow: uow.inbox.put_off(row.id, fence=row.fence, until=until, reason="x"))
    put(store, "a", "2")
    assert take(store) == []
    older = sa.update(inbox).where(inbox.c.message_key == "2").values(id=row.id - 5)
    store.write(lambda uow: uow.connection.execute(older).rowcount)
    put(store, "a", "3")
    assert take(store) == ["a2"]
    clock.now = until
    assert take(store) == ["a2", "a1", "a3"]


def test_what_another_reader_is_at_is_not_heard_twice(postgres_database: str) -> None:
    """An older message appears while a later one of its chat is being heard elsewhere."""
    migrate.upgrade(postgres_database)
    store = Store(postgres_database, keyring=KEYRING, clock=PushedClock(NOON), connections=4)
    for key in "123":
        put(store, "a", key)
    second = sa.select(inbox.c.id).where(inbox.c.message_key == "2").with_for_update()
    with held(store, lambda uow: uow.connection.execute(second)):
        assert take(store) == ["a1"]
    assert take(store) == ["a1", "a2", "a3"]
    store.close()


def test_an_inbox_lease_runs_out_and_its_fence_with_it(store: Store, clock: PushedClock) -> None:
    """Who comes back late can neither end the row nor put it off."""
    put(store, "a", "1")
    (late,) = lease_inbox(store)
    clock.push(LEASE)
    (again,) = lease_inbox(store)
    assert again.fence == late.fence + 1
    store.write(
        lambda uow: uow.inbox.put_off(
            late.id, fence=late.fence, until=NOON + timedelta(days=9), reason="x"
        )
    )
    end = InboxOutcome.REPORT
    assert not store.write(lambda uow: uow.inbox.finish(late.id, end, fence=late.fence))
    assert store.write(lambda uow: uow.inbox.finish(again.id, end, fence=again.fence))
    assert not store.write(lambda uow: uow.inbox.finish(again.id, end, fence=again.fence))
    assert store.read(lambda uow: uow.inbox.unread()) == (0, None)


def test_what_is_put_off_comes_back(store: Store, clock: PushedClock) -> None:
    """A row that failed is due again at its time, with the tries counted."""
    put(store, "a", "1")
    (row,) = lease_inbox(store)
    until = NOON + timedelta(seconds=5)
    store.write(lambda uow: uow.inbox.put_off(row.id, fence=row.fence, until=until, reason="x"))
    assert lease_inbox(store) == []
    clock.now = until
    (again,) = lease_inbox(store)
    assert again.attempts == 1
    assert store.read(lambda uow: uow.inbox.unread()) == (1, NOON)


def test_the_most_urgent_notice_goes_first(store: Store) -> None:
    """A toast before red before a receipt; the same key is one notice."""
    add(store, "a", "receipt", Priority.RECEIPT)
    add(store, "a", "red", Priority.RED)
    add(store, "a", "toast", Priority.TOAST)
    add(store, "b", "red")
    assert [notice.key for notice in lease_notices(store)] == ["toast", "red", "receipt"]


def test_a_chat_that_somebody_sends_to_is_left_alone(store: Store, clock: PushedClock) -> None:
    """One at a time in a chat, until the lease ends or is given back."""
    add(store, "a", "one")
    add(store, "b", "two")
    (first, second) = lease_notices(store)
    add(store, "a", "three")
    assert lease_notices(store) == []
    store.write(lambda uow: uow.notices.give_back([first]))
    assert [notice.key for notice in lease_notices(store)] == ["one", "three"]
    clock.push(LEASE)
    assert {notice.key for notice in lease_notices(store)} == {"one", "two", "three"}
    assert second.fence == 1


def test_a_late_sender_records_what_arrived_and_nothing_else(
    store: Store, clock: PushedClock
) -> None:
    """The fence decides whose failure counts; what arrived has arrived, and counts once."""
    add(store, "a", "one")
    (late,) = lease_notices(store)
    clock.push(LEASE)
    (again,) = lease_notices(store)
    assert not store.write(lambda uow: uow.notices.refused(late, "no"))
    assert store.write(lambda uow: uow.notices.sent({late.id: "m-1"}))
    assert not store.write(lambda uow: uow.notices.sent({again.id: "m-2"}))
    assert not store.write(lambda uow: uow.notices.refused(again, "no"))
    assert store.read(lambda uow: uow.deliveries.waiting())[0] == 0


def test_what_expires_is_not_sent(store: Store, clock: PushedClock) -> None:
    """A receipt may run out; a notice without an end never does."""
    add(store, "a", "for ever")
    add(store, "a", "a while", lasts=timedelta(seconds=9))
    clock.push(timedelta(days=99))
    assert store.write(lambda uow: uow.notices.expire()) == 1
    assert [notice.key for notice in lease_notices(store)] == ["for ever"]


def test_two_workers_do_not_wait_for_each_other(postgres_database: str) -> None:
    """On PostgreSQL rows that one transaction has leased are skipped by the other (SKIP LOCKED)."""
    migrate.upgrade(postgres_database)
    store = Store(postgres_database, keyring=KEYRING, clock=PushedClock(NOON), connections=4)
    for chat in "abcd":
        put(store, chat, "1")
        add(store, chat, chat)
    begun, go_on = threading.Event(), threading.Event()

    def slow(uow: UnitOfWork) -> set[str]:
        taken = {row.chat for row in uow.inbox.lease(limit=2, lease=LEASE)}
        taken |= {one.address.chat + "!" for one in uow.notices.lease(limit=2, lease=LEASE)}
        begun.set()
        go_on.wait(10)
        return taken

    first = store.submit(slow)
    assert begun.wait(10)
    rows = {row.chat for row in lease_inbox(store)}
    notices = {one.address.chat + "!" for one in lease_notices(store)}
    go_on.set()
    assert first.result() == {"a", "b", "a!", "b!"}
    assert (rows, notices) == ({"c", "d"}, {"c!", "d!"})
    store.close()
