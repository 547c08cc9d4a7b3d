"""The access log's chain: whatever is done to it behind the program's back is found."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.engines import open_engine
from storage.log_chain import short
from storage.log_proof import KnownHead, LogProof, Misfit, prove
from storage.resealing import rotate
from storage.sealing import KEY_BYTES, Keyring, Keys
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.fakes import PushedClock
from tests.keys import KEYRING, KEYS
from tests.office import WEDNESDAY_TEN

DAY = timedelta(days=1)
LINES = 6


class Undone(Exception):  # noqa: N818 - a unit of work that fails
    """The unit fails here."""


@pytest.fixture
def clock() -> PushedClock:
    """Give a clock that stands."""
    return PushedClock(WEDNESDAY_TEN)


@pytest.fixture
def store(database: str, clock: PushedClock) -> Iterator[Store]:
    """Give a store with some looks in it, a day apart."""
    store = Store(database, keyring=KEYRING, clock=clock, connections=4)
    for number in range(1, LINES + 1):
        look(store, f"A-{number}", why="家属来电" if number % 2 else "")
        clock.push(DAY)
    yield store
    store.close()


def look(store: Store, whose: str, why: str = "") -> None:
    """Leave a line."""
    store.write(
        lambda uow: uow.audit.looked(
            person_id=7, what="details", whose=whose, channel="wire", why=why
        )
    )


def proof(store: Store, known: KnownHead | None = None, batch: int = 2) -> LogProof:
    """Walk the chain in batches that are smaller than it."""
    return store.read(lambda uow: prove(uow, known, batch=batch))


def head(store: Store) -> KnownHead:
    """Return the head as somebody would write it down."""
    found = store.read(lambda uow: uow.looks.head())
    assert found is not None
    return KnownHead(found.number, short(found.link))


def tamper(store: Store, *statements: str) -> None:
    """Write to the database behind the program's back."""
    engine = open_engine(store.url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_what_nobody_touched_is_whole(store: Store) -> None:
    """From the first line to the head, in batches of any size."""
    for batch in (1, 2, LINES, 100):
        assert proof(store, head(store), batch) == LogProof(1, LINES, head(store).starts, 0)


def test_several_lines_of_one_transaction_follow_one_another(store: Store) -> None:
    """And what is undone leaves no gap."""

    def several(uow: UnitOfWork) -> None:
        for number in range(3):
            uow.audit.looked(person_id=7, what="matter", whose=f"2026-{number}", channel="private")

    def undone(uow: UnitOfWork) -> None:
        several(uow)
        raise Undone

    with pytest.raises(Undone):
        store.write(undone)
    store.write(several)
    assert proof(store).last == LINES + 3
    assert proof(store).misfit is None


COPY = (
    "INSERT INTO access_log (at, person_id, what, whose, why, channel, number, link) "
    "SELECT at, person_id, what, whose, why, channel, {number}, link "
    "FROM access_log WHERE number = {of}"
)
SWAP = (
    "UPDATE access_log SET number = -1 WHERE number = 2",
    "UPDATE access_log SET number = 2 WHERE number = 3",
    "UPDATE access_log SET number = 3 WHERE number = -1",
)
TAMPERINGS: list[tuple[str, tuple[str, ...], Misfit, int]] = [
    (what, tuple([sql] if isinstance(sql, str) else sql), misfit, at)
    for what, sql, misfit, at in (
        ("whose", "UPDATE access_log SET whose = 'A-9' WHERE number = 3", Misfit.CHANGED, 3),
        ("who", "UPDATE access_log SET person_id = 8 WHERE number = 3", Misfit.CHANGED, 3),
        ("nobody", "UPDATE access_log SET person_id = NULL WHERE number = 1", Misfit.CHANGED, 1),
        ("what", "UPDATE access_log SET what = 'x' WHERE number = 6", Misfit.CHANGED, 6),
        ("channel", "UPDATE access_log SET channel = 'x' WHERE number = 5", Misfit.CHANGED, 5),
        (
            "when",
            "UPDATE access_log SET at = '2026-03-01 00:00:00.000001' WHERE number = 2",
            Misfit.CHANGED,
            2,
        ),
        ("why, unsealed", "UPDATE access_log SET why = 'x' WHERE number = 3", Misfit.CHANGED, 3),
        ("why, gone", "UPDATE access_log SET why = '' WHERE number = 3", Misfit.CHANGED, 3),
        (
            "why of another line",
            (
                "UPDATE access_log SET why = (SELECT why FROM access_log WHERE number = 1) "
                "WHERE number = 2"
            ),
            Misfit.CHANGED,
            2,
        ),
        ("the first", "DELETE FROM access_log WHERE number = 1", Misfit.REMOVED, 1),
        ("one", "DELETE FROM access_log WHERE number = 4", Misfit.REMOVED, 4),
        ("several", "DELETE FROM access_log WHERE number IN (3, 4)", Misfit.REMOVED, 3),
        ("the last", "DELETE FROM access_log WHERE number = 6", Misfit.CUT, 6),
        ("all", "DELETE FROM access_log", Misfit.CUT, 1),
        ("two swapped", SWAP, Misfit.REORDERED, 2),
        (
            "what two say swapped",
            (
                "UPDATE access_log SET whose = 'A-4' WHERE number = 2",
                "UPDATE access_log SET whose = 'A-2', at = '2026-03-05 02:00:00' WHERE number = 4",
                "UPDATE access_log SET at = '2026-03-07 02:00:00' WHERE number = 2",
            ),
            Misfit.REORDERED,
            2,
        ),
        ("one more", COPY.format(number=7, of=6), Misfit.FORGED, 7),
        ("one that has no number", COPY.format(number="NULL", of=6), Misfit.FORGED, 0),
        ("one of before", COPY.format(number=0, of=6), Misfit.FORGED, 0),
        (
            "one replaced",
            ("DELETE FROM access_log WHERE number = 4", COPY.format(number=4, of=3)),
            Misfit.FORGED,
            4,
        ),
        (
            "a link",
            (
                "UPDATE access_log SET link = (SELECT link FROM access_log WHERE number = 1) "
                "WHERE number = 4"
            ),
            Misfit.FORGED,
            4,
        ),
        (
            "a link of another key",
            "UPDATE access_log SET link = '00000000.1234' WHERE number = 4",
            Misfit.OTHER_KEY,
            4,
        ),
        ("the head gone", "DELETE FROM access_log_ends WHERE name = 'head'", Misfit.CUT, 7),
        ("the anchor gone", "DELETE FROM access_log_ends WHERE name = 'anchor'", Misfit.REMOVED, 0),
        (
            "the tail with the head set back",
            (
                (
                    "UPDATE access_log_ends SET number = 5, link = "
                    "(SELECT link FROM access_log WHERE number = 5) WHERE name = 'head'"
                ),
                "DELETE FROM access_log WHERE number = 6",
            ),
            Misfit.FORGED,
            5,
        ),
        (
            "the first lines with the anchor set on",
            (
                (
                    "UPDATE access_log_ends SET number = 2, link = "
                    "(SELECT link FROM access_log WHERE number = 2) WHERE name = 'anchor'"
                ),
                "DELETE FROM access_log WHERE number <= 2",
            ),
            Misfit.FORGED,
            2,
        ),
    )
]


KEEP = (
    "CREATE TABLE kept_lines AS SELECT * FROM access_log",
    "CREATE TABLE kept_ends AS SELECT * FROM access_log_ends",
)
SET_BACK = (
    "DELETE FROM access_log",
    "DELETE FROM access_log_ends",
    "INSERT INTO access_log SELECT * FROM kept_lines",
    "INSERT INTO access_log_ends SELECT * FROM kept_ends",
)


def test_tampering_is_found_and_named(store: Store) -> None:
    """By plain SQL, as somebody with the database and without the key would."""
    tamper(store, *KEEP)
    for what, statements, misfit, at in TAMPERINGS:
        tamper(store, *statements)
        for batch in (1, 2, 100):
            found = proof(store, batch=batch)
            assert (found.misfit, found.at) == (misfit, at), (what, batch)
        tamper(store, *SET_BACK)
    assert proof(store).misfit is None


@pytest.mark.parametrize(
    "statements",
    [
        ("DELETE FROM access_log WHERE number = 6",),
        ("DELETE FROM access_log WHERE number = 6", "DELETE FROM access_log_ends"),
        (
            "DELETE FROM access_log WHERE number = 6",
            "UPDATE access_log_ends SET number = 5 WHERE name = 'head'",
        ),
    ],
)
def test_looks_go_on_and_do_not_cover_up_a_cut_tail(
    store: Store, statements: tuple[str, ...]
) -> None:
    """Nobody is kept from looking; the line that says so stays."""
    tamper(store, *statements)
    for number in (7, 8):
        look(store, f"A-{number}")
    assert proof(store).misfit in {Misfit.REMOVED, Misfit.CUT}


def test_a_database_set_back_whole_shows_against_a_head_kept_outside(store: Store) -> None:
    """Lines and ends as they were yesterday prove themselves, and not what was known since."""
    tamper(store, *KEEP)
    look(store, "A-7")
    known = head(store)
    tamper(
        store,
        "DELETE FROM access_log WHERE number = 7",
        "DELETE FROM access_log_ends",
        "INSERT INTO access_log_ends SELECT * FROM kept_ends",
    )
    assert proof(store).misfit is None
    assert (proof(store, known).misfit, proof(store, known).at) == (Misfit.CUT, 7)
    look(store, "A-8")  # takes its place
    assert proof(store).misfit is None
    assert (proof(store, known).misfit, proof(store, known).at) == (Misfit.FORGED, 7)


def test_what_has_had_its_time_is_removed_and_the_rest_still_proves_itself(
    store: Store, clock: PushedClock
) -> None:
    """The anchor says up to where; a head of before is too old to compare with."""
    known = KnownHead(1, head(store).starts)
    assert store.write(lambda uow: uow.looks.remove(before=WEDNESDAY_TEN + 3 * DAY)) == 3
    found = proof(store, head(store))
    assert (found.first, found.last, found.misfit) == (4, LINES, None)
    assert proof(store, known).older
    look(store, "A-7")
    assert proof(store).last == LINES + 1
    assert store.write(lambda uow: uow.looks.remove(before=clock() + DAY)) == 4
    assert store.write(lambda uow: uow.looks.remove(before=clock() + DAY)) == 0
    look(store, "A-8")
    found = proof(store, head(store))
    assert (found.first, found.last, found.misfit) == (8, 8, None)


def test_a_line_made_to_look_old_is_not_removed(store: Store) -> None:
    """Retention takes nothing that does not fit, so that it cannot be made to hide it."""
    tamper(store, "UPDATE access_log SET at = '2020-01-01 00:00:00' WHERE number = 1")
    assert store.write(lambda uow: uow.looks.remove(before=WEDNESDAY_TEN)) == 0
    assert proof(store).misfit is Misfit.CHANGED


def test_a_change_of_key_leaves_the_chain_whole(store: Store) -> None:
    """Reasons are sealed anew, and links are made of what they say."""
    newer = Keyring(Keys((b"n" * KEY_BYTES, *KEYS.seal), KEYS.look_up))
    other = Store(store.url, keyring=newer, clock=store.clock)
    known = head(store)
    assert rotate(other, newer).left == ()
    look(other, "A-7", why="又来电")
    assert proof(other, known) == LogProof(1, LINES + 1, head(other).starts, 0)
    other.close()


def test_lines_from_before_the_chain_are_counted_apart(database: str, clock: PushedClock) -> None:
    """What an older version wrote is not proved, and is not taken for a forgery."""
    store = Store(database, keyring=KEYRING, clock=clock)
    tamper(
        store,
        *(
            "INSERT INTO access_log (at, what, whose, why, channel) "
            "VALUES ('2026-01-01 00:00:00', 'details', 'A-1', '', 'wire')"
            for _ in range(3)
        ),
    )
    assert proof(store) == LogProof(1, 0, "", 3)
    look(store, "A-7")
    assert proof(store) == LogProof(1, 1, head(store).starts, 3)
    assert store.write(lambda uow: uow.looks.remove(before=WEDNESDAY_TEN)) == 3
    assert proof(store).unchained == 0
    store.close()


def test_two_processes_that_write_at_once_make_one_chain(store: Store) -> None:
    """Each line follows the one that was committed before it."""
    other = Store(store.url, keyring=KEYRING, clock=store.clock, connections=4)

    def many(one: Store) -> Callable[[], None]:
        def write() -> None:
            futures = [
                one.submit(
                    lambda uow: uow.audit.looked(
                        person_id=1, what="details", whose="A-1", channel="wire"
                    )
                )
                for _ in range(15)
            ]
            for future in futures:
                future.result()

        return write

    threads = [threading.Thread(target=many(one)) for one in (store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert proof(store) == LogProof(1, LINES + 30, head(store).starts, 0)
    other.close()


def test_nothing_of_it_needs_the_lines_in_memory(store: Store) -> None:
    """The walk asks for so many lines at a time, whatever there is."""
    asked: list[int] = []

    def note(*arguments: object) -> None:
        if "access_log.number >" in str(arguments[2]):
            asked.append(1)

    sa.event.listen(store._readers, "before_cursor_execute", note)
    assert proof(store, batch=2).last == LINES
    assert len(asked) == LINES // 2 + 1
