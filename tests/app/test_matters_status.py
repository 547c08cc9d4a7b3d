"""`huxin matters status`: the chat's answer at the command line, for who may know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.__main__ import main
from domain.duty import Role
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests import keys
from tests.ledger_rows import clerk_of, with_matter
from tests.office_people import DASHI, SHIQI

NOTHING = "✗ 没有找到，或不在您的职责范围。"


@pytest.fixture
def who(
    sqlite_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, int]]:
    """Give the numbers of the people at an office with one matter of 大石."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", sqlite_file)
    monkeypatch.setenv("HUXIN_WEB__COOKIE_SECRET_FILE", str(tmp_path / "cookie.key"))
    monkeypatch.setenv("HUXIN_SEALING__KEYS", keys.VARIABLE)
    store = Store(sqlite_file, keyring=keys.KEYRING)

    def fill(uow: UnitOfWork) -> dict[str, int]:
        with_matter(uow)
        clerk = clerk_of(uow).person
        assert clerk is not None
        people = {"clerk": clerk}
        for name, role, town in (
            ("own", Role.TOWN_OFFICER, DASHI),
            ("other", Role.TOWN_OFFICER, SHIQI),
            ("worker", Role.GRID_WORKER, DASHI),
            ("gone", Role.CLERK, None),
        ):
            people[name] = uow.people.add(name="某某", role=role, town=town)
        uow.people.revoke(people["gone"].id)
        return {name: person.id for name, person in people.items()}

    yield store.write(fill)
    store.close()


def ask(number: int | None, wanted: str) -> Result:
    """Ask as somebody."""
    asking = () if number is None else ("--as", str(number))
    return CliRunner().invoke(main, ["matters", "status", *asking, wanted])


@pytest.mark.parametrize("wanted", ["张三妹", "13800001234", "2026-0042"])
@pytest.mark.parametrize("name", ["clerk", "own"])
def test_who_may_know_is_told(who: dict[str, int], name: str, wanted: str) -> None:
    """As in the chat: stage, unit, what is due; the phone masked."""
    said = ask(who[name], wanted)
    assert said.exit_code == 0
    assert "2026-0042　张三妹（植村，138****1234）" in said.output
    assert "进展：大石街道已受理，办理中" in said.output
    assert "13800001234" not in said.output


@pytest.mark.parametrize("name", ["other", "worker", "gone", None])
def test_who_may_not_know_is_told_the_same_of_nobody(who: dict[str, int], name: str | None) -> None:
    """Another town's officer, somebody at the front, somebody revoked, nobody."""
    number = who[name] if name else None
    there, not_there = ask(number, "张三妹"), ask(number, "钱没有")
    assert there.exit_code == not_there.exit_code == 1
    assert there.output == not_there.output
    assert "2026-0042" not in there.output
    if name == "other":
        assert there.output.strip() == NOTHING
