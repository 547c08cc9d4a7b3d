"""What was told is what the rows say, within a transaction and from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from domain.alert import Alert, AlertState
from domain.danger import Assessment, Level
from domain.report import VersionKind
from storage import told as told_module
from storage.prepared import Prepared
from storage.store import Store
from storage.told import ToldRows
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING
from tests.raising import DASHI, HOUR, SHIQI, fail, file, raised, undone


def told(
    uow: UnitOfWork, town: str | None, *, verified: bool = True
) -> list[tuple[int, tuple[str, ...]]]:
    """Return what a transaction says that was told in a town, or by those not enrolled."""
    found = uow.told.in_town(town, verified=verified, heard_since=uow.now - HOUR)
    return [(one.alert_id, one.texts) for one in found]


def afresh(uow: UnitOfWork, town: str | None) -> list[tuple[int, tuple[str, ...]]]:
    """Return the same as the rows have it."""
    uow._later.memory.forget()
    return told(uow, town)


Step = Callable[[UnitOfWork, dict[str, Alert]], object]


def _adds(text: str) -> Step:
    return lambda uow, there: uow.reports.attach(file(uow, text).id, there[DASHI].id)


def _supplements(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    [report] = uow.reports.of_alert(there[DASHI].id)
    kind, words = VersionKind.SUPPLEMENTED, Assessment.harmless()
    uow.reports.add_version(report.id, kind, "还有", words, level=Level.RED)


def _moves(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    uow.reports.move_to(there[SHIQI].id, there[DASHI].id)


def _closes(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    uow.alerts.change(there[DASHI], state=AlertState.CLOSED, closed_at=uow.now)


def _hands_over(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    uow.alerts.change(there[DASHI], town=SHIQI)


def _raises_and_adds(uow: UnitOfWork, _: dict[str, Alert]) -> None:
    alert = raised(uow, SHIQI, "新")
    uow.reports.attach(file(uow, "又").id, alert.id)


def _raises_two_there(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    raised(uow, DASHI, "新")
    assert len(told(uow, DASHI)) == 2
    raised(uow, DASHI, "又")
    uow.reports.attach(file(uow, "再").id, there[SHIQI].id)


def _raises_and_adds_there(uow: UnitOfWork, _: dict[str, Alert]) -> None:
    alert = raised(uow, DASHI, "新")
    uow.reports.attach(file(uow, "又").id, alert.id)


def _raises_one_unheard_of(uow: UnitOfWork, _: dict[str, Alert]) -> None:
    fresh = uow.alerts.get(raised(uow, DASHI, "新").id)
    assert fresh is not None
    uow.alerts.change(fresh, verified=False)


def _raises_then_adds_to_the_old(uow: UnitOfWork, there: dict[str, Alert]) -> None:
    raised(uow, SHIQI, "新")
    uow.reports.attach(file(uow, "又").id, there[DASHI].id)


STEPS: dict[str, Step] = {
    "a quiet report": lambda uow, _: file(uow, "没有危险"),
    "an alert there": lambda uow, _: raised(uow, DASHI, "新"),
    "an alert elsewhere": lambda uow, _: raised(uow, SHIQI, "新"),
    "an alert of the district": lambda uow, _: raised(uow, None, "新"),
    "one more report": _adds("又"),
    "a supplement": _supplements,
    "merged": _moves,
    "closed": _closes,
    "handed over": _hands_over,
    "an alert and one more report": _raises_and_adds,
    "two alerts there": _raises_two_there,
    "an alert there and one more report": _raises_and_adds_there,
    "an alert there that is changed": _raises_one_unheard_of,
    "an alert, and a report of the old": _raises_then_adds_to_the_old,
    "heard of elsewhere": lambda uow, there: uow.alerts.hear(there[SHIQI].id),
}


@pytest.mark.parametrize("foreseen", [True, False])
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_what_was_told_is_what_the_rows_say(store: Store, step: Step, *, foreseen: bool) -> None:
    """Whatever happens in between, in the town itself or in another."""
    there = store.write(
        lambda uow: {town: raised(uow, town, f"在{town}") for town in (DASHI, SHIQI)}
    )

    def work(uow: UnitOfWork) -> None:
        towns = (DASHI, SHIQI, "洛浦街道")
        if foreseen:
            uow.told.foresee(towns, heard_since=uow.now - HOUR)
        before = {town: told(uow, town) for town in (*towns, None)}
        assert before[DASHI] == [(there[DASHI].id, (f"在{DASHI}",))]
        assert before["洛浦街道"] == before[None] == []
        step(uow, there)
        after = {town: told(uow, town) for town in (*towns, None)}
        assert after == {town: afresh(uow, town) for town in (*towns, None)}

    store.write(work)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_what_is_kept_between_transactions_is_what_the_rows_say(
    database: str, store: Store, step: Step
) -> None:
    """Whatever one commits, the next is told what a store that has kept nothing is told."""
    there = store.write(
        lambda uow: {town: raised(uow, town, f"在{town}") for town in (DASHI, SHIQI)}
    )
    assert store.write(lambda uow: told(uow, DASHI)) == [(there[DASHI].id, (f"在{DASHI}",))]
    store.write(lambda uow: step(uow, there))
    fresh = Store(database, keyring=KEYRING)
    for town in (DASHI, SHIQI, None):
        look = partial(told, town=town)
        assert store.write(look) == store.write(look) == fresh.write(look)
    fresh.close()


def test_what_was_undone_is_not_kept(store: Store) -> None:
    """The next report may get the number of one that was never on disk."""

    def fails(uow: UnitOfWork) -> None:
        raised(uow, DASHI, "从没发生")
        uow.settle()
        uow._later.memory.forget()
        assert [texts for _, texts in told(uow, DASHI)] == [("从没发生",)]
        fail()

    with pytest.raises(LookupError):
        store.write(fails)
    store.write(lambda uow: raised(uow, DASHI, "发生了"))
    assert [texts for _, texts in store.write(lambda uow: told(uow, DASHI))] == [("发生了",)]


def test_what_is_kept_is_not_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is new is; and those known longest make room for it."""
    monkeypatch.setattr(told_module, "MOST_KEPT", 2)
    read: list[int] = []
    of_keys = ToldRows._read

    def count(self: ToldRows, keys: Sequence[Any]) -> Any:
        read.extend(report_id for _, report_id, *_ in keys)
        return of_keys(self, keys)

    monkeypatch.setattr(ToldRows, "_read", count)
    for number, expected in enumerate(([1], [2], [3], [4, 1]), start=1):
        store.write(partial(raised, town=DASHI, text=f"{number}号"))
        read.clear()
        assert len(store.write(lambda uow: told(uow, DASHI))) == number
        assert read == expected


def test_words_that_somebody_changed_hold_up_nobody(store: Store) -> None:
    """They are held against nothing; what else was told in the town is."""
    changed = store.write(lambda uow: raised(uow, DASHI, "改过"))
    store.write(lambda uow: raised(uow, DASHI, "没改"))

    def tamper(uow: UnitOfWork) -> None:
        sealed = uow.connection.scalar(sa.text("SELECT text FROM report_versions WHERE id = 1"))
        cut = sa.text("UPDATE report_versions SET text = :cut WHERE id = 1")
        uow.connection.execute(cut, {"cut": sealed[:-8]})

    store.write(tamper)
    assert [texts for _, texts in store.write(lambda uow: told(uow, DASHI))] == [("没改",), ("",)]
    assert changed.id == 1


@pytest.mark.parametrize("verified", [True, False])
def test_what_strangers_tell_and_what_others_do_stay_apart(store: Store, *, verified: bool) -> None:
    """Both have alerts of no town; neither is compared with the other's."""

    def work(uow: UnitOfWork) -> None:
        for one in (True, False):
            assert told(uow, None, verified=one) == []
        alert = raised(uow, None, "新", verified=verified)
        assert told(uow, None, verified=verified) == [(alert.id, ("新",))]
        assert told(uow, None, verified=not verified) == []

    store.write(work)


def test_a_new_alert_of_one_town_lets_what_was_told_in_others_stand(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two towns' dangers of one moment: neither is written before the other is compared."""
    asked: list[Prepared] = []
    fetch = Prepared._execute

    def count(self: Prepared, *values: object) -> object:
        asked.append(self)
        return fetch(self, *values)  # type: ignore[arg-type]

    def work(uow: UnitOfWork) -> list[tuple[int, tuple[str, ...]]]:
        uow.told.foresee((DASHI, SHIQI), heard_since=uow.now - HOUR)
        uow.reports.number(2)
        raised(uow, DASHI, "一")
        monkeypatch.setattr(Prepared, "_execute", count)
        assert told(uow, SHIQI) == []
        assert asked == []
        raised(uow, SHIQI, "二")
        monkeypatch.setattr(Prepared, "_execute", fetch)
        return [one for town in (DASHI, SHIQI) for one in told(uow, town)]

    assert store.write(work) == [(1, ("一",)), (2, ("二",))]


def test_what_an_undone_part_told_is_told_no_more(store: Store) -> None:
    """The alert that somebody's failed message raised is not compared with."""

    def work(uow: UnitOfWork) -> list[tuple[int, tuple[str, ...]]]:
        uow.told.foresee((DASHI, SHIQI), heard_since=uow.now - HOUR)
        with undone(uow):
            raised(uow, DASHI, "一")
            assert len(told(uow, DASHI)) == 1
            fail()
        return told(uow, DASHI)

    assert store.write(work) == []
