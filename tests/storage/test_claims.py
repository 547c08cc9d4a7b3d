"""Claims: a chat has one sender, stays in order, and is quiet where somebody asked for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.channel import Address, plain
from storage.claims import MOST_OF_A_CHAT
from storage.notices import Notice, NoticeKind, Priority
from storage.store import Store
from storage.tables import notices, quiet
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock
from tests.keys import KEYRING

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
SOON = NOON + timedelta(seconds=5)


@pytest.fixture
def clock() -> PushedClock:
    """Give a clock that stands at noon."""
    return PushedClock(NOON)


@pytest.fixture
def store(database: str, clock: PushedClock) -> Iterator[Store]:
    """Give a store on each engine."""
    opened = Store(database, keyring=KEYRING, clock=clock, connections=8)
    yield opened
    opened.close()


def add(
    store: Store,
    chat: str,
    *keys: str,
    priority: Priority = Priority.RED,
    kind: NoticeKind = NoticeKind.MESSAGE,
) -> None:
    """Put notices into the outbox; a chat may be written with its channel."""
    channel, _, name = chat.rpartition(":")

    def put(uow: UnitOfWork) -> None:
        for key in keys:
            uow.notices.add(
                Address(channel or "wire", name),
                key=key,
                kind=kind,
                priority=priority,
                body=plain(key),
            )

    store.write(put)


def lease(store: Store, limit: int = 40) -> list[Notice]:
    """Lease what may be sent."""
    return list(store.write(lambda uow: uow.notices.lease(limit=limit, lease=LEASE)))


def keys(leased: list[Notice]) -> list[str]:
    """Return what was leased, by name."""
    return [notice.key for notice in leased]


def hush(
    store: Store, chat: str, priority: Priority, until: datetime = SOON, *, whole: bool = False
) -> None:
    """Ask for quiet."""
    store.write(
        lambda uow: uow.quiet.ask(
            Address("wire", chat),
            until=until,
            priority=priority,
            reason="slow down",
            whole_channel=whole,
        )
    )


def test_who_waits_for_a_retry_comes_before_who_came_later(
    store: Store, clock: PushedClock
) -> None:
    """Within one urgency a chat is sent to as things came, whenever they are due."""
    add(store, "a", "first", "second")
    (first, _) = lease(store)
    store.write(lambda uow: uow.notices.put_off(first, until=SOON, reason="x"))
    clock.now = NOON + LEASE
    assert keys(lease(store)) == ["first", "second"]


def test_a_quiet_chat_holds_what_is_as_urgent_or_less(store: Store, clock: PushedClock) -> None:
    """Red and short answers go on there; other chats do not notice."""
    add(store, "a", "orange", priority=Priority.ORANGE)
    add(store, "a", "receipt", priority=Priority.RECEIPT)
    add(store, "b", "elsewhere", priority=Priority.RECEIPT)
    hush(store, "a", Priority.ORANGE)
    assert keys(lease(store)) == ["elsewhere"]
    add(store, "a", "toast", priority=Priority.TOAST)
    add(store, "a", "red")
    assert keys(lease(store)) == ["toast", "red"]
    clock.now = NOON + LEASE
    assert keys(lease(store)) == ["toast", "red", "orange", "receipt", "elsewhere"]


def test_a_quiet_channel_holds_everything_of_it(store: Store, clock: PushedClock) -> None:
    """Toasts too, in every chat; another channel goes on."""
    add(store, "a", "toast", priority=Priority.TOAST)
    add(store, "pigeon:a", "other")
    hush(store, "b", Priority.TOAST, whole=True)
    assert keys(lease(store)) == ["other"]
    clock.now = SOON
    assert keys(lease(store)) == ["toast"]


def test_quiet_that_is_over_is_forgotten(store: Store, clock: PushedClock) -> None:
    """Not at once, and never while it counts."""
    hush(store, "a", Priority.RED)
    hush(store, "b", Priority.RED, NOON + timedelta(days=1))
    clock.push(timedelta(minutes=30))
    assert store.write(lambda uow: uow.quiet.forget()) == 0
    clock.push(timedelta(hours=1))
    assert store.write(lambda uow: uow.quiet.forget()) == 1
    left = sa.select(quiet.c.chat)
    assert store.read(lambda uow: uow.connection.scalars(left).all()) == ["b"]


def test_only_a_few_of_a_chat_are_leased(store: Store) -> None:
    """What is urgent and comes later waits behind a few, and other chats have their turn."""
    add(store, "a", *(f"a{number}" for number in range(20)))
    add(store, "b", "b")
    leased = lease(store)
    assert keys(leased) == [*(f"a{number}" for number in range(MOST_OF_A_CHAT)), "b"]


def test_a_renewed_lease_lasts(store: Store, clock: PushedClock) -> None:
    """Nobody else gets the chat; one that ran out and was taken cannot be renewed."""
    add(store, "a", "one", "two")
    leased = lease(store)
    clock.push(LEASE - timedelta(seconds=1))
    assert store.write(lambda uow: uow.notices.renew(leased, LEASE))
    clock.push(LEASE - timedelta(seconds=1))
    assert lease(store) == []
    clock.push(timedelta(seconds=1))
    again = lease(store)
    assert not store.write(lambda uow: uow.notices.renew(leased, LEASE))
    store.write(lambda uow: uow.notices.give_back(leased))
    assert lease(store) == []
    assert [notice.may_have_arrived for notice in again] == [True, True]


def test_given_back_untried_is_no_try(store: Store) -> None:
    """It cannot have arrived, and nothing is counted."""
    add(store, "a", "one")
    store.write(lambda uow: uow.notices.give_back(uow.notices.lease(limit=9, lease=LEASE)))
    (again,) = lease(store)
    assert (again.attempts, again.may_have_arrived) == (0, False)


def test_a_lease_that_a_start_takes_back_may_have_arrived(store: Store) -> None:
    """The process that held it may have been killed between the send and the record."""
    add(store, "a", "one")
    lease(store)
    assert store.write(lambda uow: uow.notices.take_back()) == 1
    (again,) = lease(store)
    assert (again.attempts, again.may_have_arrived) == (0, True)
    assert store.write(lambda uow: uow.notices.take_back()) == 1


def test_cards_held_for_longer_than_their_level_allows(store: Store, clock: PushedClock) -> None:
    """Red may wait half a minute, yellow ten; what is no card, or may wait, is left alone."""
    longest = {Priority.RED: timedelta(seconds=30), Priority.YELLOW: timedelta(minutes=10)}
    for name, priority in (("red", Priority.RED), ("yellow", Priority.YELLOW)):
        add(store, "a", name, priority=priority, kind=NoticeKind.CARD)
    add(store, "b", "elsewhere", kind=NoticeKind.CARD)
    add(store, "a", "words")

    def held() -> list[tuple[str, datetime, str]]:
        found = store.write(
            lambda uow: uow.notices.lease_held(limit=9, lease=LEASE, longest=longest)
        )
        return [(notice.key, until, reason) for notice, until, reason in found]

    hush(store, "a", Priority.RED, NOON + timedelta(seconds=30))
    assert held() == []
    until = NOON + timedelta(minutes=5)
    hush(store, "", Priority.TOAST, until, whole=True)
    assert held() == [("red", until, "slow down"), ("elsewhere", until, "slow down")]


def test_many_who_claim_at_once_never_part_a_chat(postgres_database: str) -> None:
    """Ten at a time on PostgreSQL: each chat has one sender, from its first notice on."""
    from storage import migrate  # noqa: PLC0415 - the only test here that needs it

    migrate.upgrade(postgres_database)
    store = Store(postgres_database, keyring=KEYRING, clock=PushedClock(NOON), connections=10)
    for number in range(12):
        chat = f"chat-{number}"
        add(store, chat, *(f"{chat}/{place:02}" for place in range(15)))
    start = threading.Barrier(10)

    def take() -> list[Notice]:
        start.wait(10)
        return lease(store, limit=20)

    with ThreadPoolExecutor(10) as pool:
        taken = [future.result() for future in [pool.submit(take) for _ in range(10)]]
    store.close()
    chats = [{notice.address.chat for notice in leased} for leased in taken]
    assert sum(len(one) for one in chats) == len(set().union(*chats)) > 0
    for leased in taken:
        for chat in {notice.address.chat for notice in leased}:
            places = [int(one.key[-2:]) for one in leased if one.address.chat == chat]
            assert places == list(range(len(places)))


def test_no_claim_reads_what_was_sent_long_ago(store: Store) -> None:
    """Each look of the claim goes through an index that holds unsent notices only."""
    from storage.claims import choice  # noqa: PLC0415 - the only test here that needs it

    query = choice(NOON, limit=40)
    add(store, "a", "one")

    def explain(uow: UnitOfWork) -> str:
        if store.sqlite:
            words = "EXPLAIN QUERY PLAN "
        else:
            uow.connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
            words = "EXPLAIN "
        compiled = query.compile(uow.connection.engine, compile_kwargs={"literal_binds": True})
        return "\n".join(
            str(row[-1]) for row in uow.connection.exec_driver_sql(words + str(compiled))
        )

    plan = store.write(explain)
    assert "ix_notices_due" in plan
    assert "ix_notices_leased" in plan
    assert notices.name + "_pkey" not in plan
