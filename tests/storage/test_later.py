"""What a transaction writes late: nobody can tell but by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alerts import outbox
from domain.alert import Alert, Chain, LevelTimes, LogKind, fresh_alert
from domain.channel import Address, plain
from domain.danger import Assessment, Level
from domain.duty import Scope
from domain.report import Report, TownBy
from storage.prepared import Prepared
from storage.store import Store
from storage.tables import alert_log, groups, metadata, notices, reports
from storage.touched import Touched, touched
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING

HOME = Address("wire", "home")
HOUR = timedelta(hours=1)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give a store on each engine."""
    store = Store(database, keyring=KEYRING)
    yield store
    store.close()


def watched(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Prepared]:
    """Return a list that notes which prepared statement each call of a method is of."""
    runs: list[Prepared] = []
    method = getattr(Prepared, name)

    def run(self: Prepared, *values: object) -> object:
        runs.append(self)
        return method(self, *values)

    monkeypatch.setattr(Prepared, name, run)
    return runs


def say(uow: UnitOfWork, key: str, *, report_id: int | None = None) -> None:
    """Put a receipt into the outbox."""
    outbox.say(uow, HOME, plain(key), key=key, report_id=report_id)


def file(uow: UnitOfWork, message_id: str) -> Report:
    """File a quiet report with its receipt."""
    report = uow.reports.add(
        person_id=None,
        address=HOME,
        sender="s",
        message_id=message_id,
        town=None,
        town_by=TownBy.TEXT,
        level=Level.NONE,
        text=message_id,
        assessment=Assessment.harmless(),
    )
    say(uow, f"receipt:{message_id}", report_id=report.id)
    return report


def kept(store: Store) -> tuple[list[str], list[str]]:
    """Return the reports and the notices that are on disk, in order."""

    def look(uow: UnitOfWork) -> tuple[list[str], list[str]]:
        ask = uow.connection.scalars
        return (
            list(ask(sa.select(reports.c.message_id).order_by(reports.c.id))),
            list(ask(sa.select(notices.c.key).order_by(notices.c.id))),
        )

    return store.read(look)


def test_many_rows_of_a_kind_are_written_in_one_go_and_all_are_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the commit, in the order in which they were made."""
    names = [f"m{number}" for number in range(20)]
    runs = watched(monkeypatch, "run_each")

    def work(uow: UnitOfWork) -> None:
        uow.reports.number(len(names))
        for name in names:
            file(uow, name)

    store.write(work)
    assert kept(store) == (names, [f"receipt:{name}" for name in names])
    assert len(runs) == 3  # reports, their words, their receipts


def test_what_is_asked_of_a_table_sees_what_was_written_before(store: Store) -> None:
    """Prepared or not, by whichever column."""

    def work(uow: UnitOfWork) -> None:
        first = file(uow, "m1")
        assert uow.reports.get(first.id) == first
        assert [version.text for version in uow.reports.versions(first.id)] == ["m1"]
        second = file(uow, "m2")
        ids = uow.connection.scalars(sa.select(reports.c.id).order_by(reports.c.id)).all()
        assert ids == [first.id, second.id]
        assert has(uow, "receipt:m2")
        assert not has(uow, "receipt:m3")

    store.write(work)


def test_two_units_and_a_restart_number_reports_on(store: Store) -> None:
    """Ids are taken before their rows are there; nobody gets one twice."""
    first = store.write(lambda uow: [file(uow, "m1").id, file(uow, "m2").id])
    second = store.write(lambda uow: [file(uow, "m3").id, file(uow, "m4").id])
    assert sorted({*first, *second}) == [*first, *second]


def has(uow: UnitOfWork, key: str) -> bool:
    """Whether a notice is in the outbox, as anybody would ask."""
    return uow.connection.scalar(sa.select(notices.c.id).where(notices.c.key == key)) is not None


@contextmanager
def undone(uow: UnitOfWork, by: type[Exception] = ZeroDivisionError) -> Iterator[None]:
    """Expect what is done within to fail, and take it back."""
    with pytest.raises(by), uow.apart():
        yield


def fail_after(uow: UnitOfWork, message_id: str, *, looks: bool) -> None:
    """File a report, let it be written if asked to, and fail."""
    file(uow, message_id)
    if looks:
        assert has(uow, f"receipt:{message_id}")
    raise ZeroDivisionError


@pytest.mark.parametrize("looks", [False, True])
def test_a_part_that_fails_takes_back_its_own_and_nothing_else(
    store: Store, *, looks: bool
) -> None:
    """Whether its rows were written by then or not."""

    def work(uow: UnitOfWork) -> None:
        file(uow, "before")
        with undone(uow):
            fail_after(uow, "within", looks=looks)
        assert uow.stands
        file(uow, "after")

    store.write(work)
    assert kept(store) == (["before", "after"], ["receipt:before", "receipt:after"])


def test_what_was_written_within_a_part_for_those_before_it_outlives_it(store: Store) -> None:
    """A part begins its savepoint for one table, writes another's rows, and is undone."""

    def work(uow: UnitOfWork) -> None:
        with uow.apart():
            file(uow, "first")
        with undone(uow):
            assert uow.reports.at_message(HOME, "first") is not None  # reports only
            fail_after(uow, "second", looks=True)  # the notices of both
        with uow.apart():
            file(uow, "third")
            assert has(uow, "receipt:first")

    store.write(work)
    assert kept(store) == (["first", "third"], ["receipt:first", "receipt:third"])


def test_a_part_within_a_part_that_is_undone_leaves_nothing(store: Store) -> None:
    """Also of the inner one that went well, and its rows are not written twice."""

    def work(uow: UnitOfWork) -> None:
        file(uow, "one")
        with undone(uow):
            file(uow, "two")
            with uow.apart():
                file(uow, "three")
                assert has(uow, "receipt:one")
            with undone(uow):
                fail_after(uow, "four", looks=True)
            fail_after(uow, "five", looks=True)
        assert has(uow, "receipt:one")

    store.write(work)
    assert kept(store) == (["one"], ["receipt:one"])


def test_a_row_that_cannot_be_written_fails_the_part_that_made_it(store: Store) -> None:
    """Where it is written within the part; what was before it stays."""
    store.write(lambda uow: file(uow, "there"))

    def work(uow: UnitOfWork) -> None:
        file(uow, "before")
        with undone(uow, sa.exc.IntegrityError):
            file(uow, "there")
            uow.settle()
        assert uow.stands
        file(uow, "after")

    store.write(work)
    assert kept(store)[0] == ["there", "before", "after"]


def test_a_row_that_cannot_be_written_later_fails_the_whole_unit(store: Store) -> None:
    """Nothing of the unit is kept, and whoever goes on hears that it does not stand."""
    store.write(lambda uow: file(uow, "there"))

    def work(uow: UnitOfWork) -> None:
        with uow.apart():
            file(uow, "there")
        try:
            with uow.apart():
                file(uow, "after")
                uow.settle()
        except sa.exc.IntegrityError:
            assert not uow.stands
            raise

    with pytest.raises(sa.exc.IntegrityError):
        store.write(work)
    with pytest.raises(sa.exc.IntegrityError):  # and at the commit
        store.write(lambda uow: file(uow, "there"))
    assert kept(store) == (["there"], ["receipt:there"])


def test_a_unit_that_failed_leaves_nothing_to_whoever_has_the_connection_next(
    store: Store,
) -> None:
    """Neither to the next unit nor to who asks the engine."""
    with pytest.raises(ZeroDivisionError):
        store.write(lambda uow: fail_after(uow, "m1", looks=False))
    with store.engine.begin() as connection:
        assert connection.scalars(sa.select(notices.c.key)).all() == []
    store.write(lambda uow: file(uow, "m2"))
    assert kept(store) == (["m2"], ["receipt:m2"])


def test_what_is_read_again_is_asked_once_until_it_changes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By this transaction: by a statement of any kind, by one that waits, by what is undone."""

    def work(uow: UnitOfWork) -> None:
        town = "大石街道"
        uow.groups.bind(HOME, scope=Scope.TOWN, town=town, title="值班群")
        runs = watched(monkeypatch, "_fetch")
        for _ in range(5):
            assert [group.title for group in uow.groups.of(Scope.TOWN, town)] == ["值班群"]
        assert len(runs) == 1
        uow.connection.execute(sa.update(groups).values(title="新名字"))
        assert [group.title for group in uow.groups.of(Scope.TOWN, town)] == ["新名字"]
        with undone(uow):
            uow.groups.switch_off(HOME, "gone")
            assert uow.groups.of(Scope.TOWN, town) == ()
            fail_after(uow, "m1", looks=False)
        assert [group.title for group in uow.groups.of(Scope.TOWN, town)] == ["新名字"]

    store.write(work)


def test_a_change_is_written_after_the_row_that_it_changes(store: Store) -> None:
    """The report, its alert and the alert's timeline wait together; reading gives them all."""

    def work(uow: UnitOfWork) -> int:
        report = file(uow, "m1")
        alert = raised(uow)
        uow.reports.attach(report.id, alert.id)
        uow.alerts.log(alert.id, LogKind.RAISED, detail="一")
        uow.alerts.log(alert.id, LogKind.NOTIFIED, detail="二")
        assert [one.id for one in uow.reports.of_alert(alert.id)] == [report.id]
        assert [entry.detail for entry in uow.alerts.timeline(alert.id)] == ["一", "二"]
        return alert.id

    alert_id = store.write(work)
    found = store.read(lambda uow: uow.connection.scalar(sa.select(reports.c.alert_id)))
    assert found == alert_id


def raised(uow: UnitOfWork) -> Alert:
    """Raise an alert of the district."""
    chain = Chain(LevelTimes((), HOUR, HOUR), (uow.now,))
    return uow.alerts.add(
        fresh_alert(town=None, level=Level.RED, categories=(), chain=chain, at=uow.now)
    )


def alert_of(uow: UnitOfWork, report_id: int) -> int | None:
    """Return which alert a report belongs to."""
    report = uow.reports.get(report_id)
    assert report is not None
    return report.alert_id


def test_a_new_row_that_waits_is_changed_where_it_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that gets its alert before it is written needs no second statement."""
    runs = watched(monkeypatch, "run_each")

    def work(uow: UnitOfWork) -> tuple[int, int]:
        report, alert = file(uow, "m1"), raised(uow)
        uow.reports.attach(report.id, alert.id)
        return report.id, alert.id

    report_id, alert_id = store.write(work)
    assert len(runs) == 4  # alerts, reports, their words, their receipts
    assert store.read(lambda uow: alert_of(uow, report_id)) == alert_id


def test_a_row_from_before_an_undone_part_is_as_it_was(store: Store) -> None:
    """What is undone with the part is undone of what waited before it too."""

    def work(uow: UnitOfWork) -> int:
        report = file(uow, "m1")
        with undone(uow):
            uow.reports.attach(report.id, raised(uow).id)
            fail_after(uow, "m2", looks=False)
        return report.id

    report_id = store.write(work)
    assert store.read(lambda uow: alert_of(uow, report_id)) is None


def test_every_table_of_a_statement_is_known_by_its_words() -> None:
    """With those it refers to; a DELETE may leave others without what they refer to."""
    added = touched(str(sa.insert(alert_log)))
    assert added.writes
    assert added.named == {"alert_log"}
    assert {"alert_log", "alerts"} <= added.reach
    assert "notices" not in added.reach
    asked = touched(
        str(sa.select(notices.c.id).where(notices.c.report_id.in_(sa.select(reports.c.id))))
    )
    assert not asked.writes
    assert {"notices", "reports"} <= asked.named
    assert {"notices", "reports", "alerts", "people"} <= asked.reach
    every = frozenset(metadata.tables)
    assert touched(str(sa.delete(groups))) == Touched(writes=True, named=every, reach=every)
    nothing = Touched(writes=False, named=frozenset(), reach=frozenset())
    assert touched("SELECT pg_advisory_xact_lock(1)") == nothing
