"""A change of key: it can end anywhere, goes on, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from domain.channel import Address, plain
from domain.duty import Person, Role
from storage import migrate, migrating
from storage.engines import open_engine
from storage.key_file import KeySource
from storage.key_rows import PLAIN, admit
from storage.notices import NoticeKind, Priority
from storage.resealing import Progress, rotate
from storage.sealing import KEY_BYTES, CannotOpen, Keyring, Keys
from storage.store import Store
from storage.tables import metadata, seal_keys
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING, KEYS
from tests.unsealed import found_in

NEW = Keys((b"n" * KEY_BYTES, *KEYS.seal), KEYS.look_up)
NEW_ALONE = Keys(NEW.seal[:1], KEYS.look_up)
NAMES = [f"何文静{number}" for number in range(23)]
TEXT = "植村陈大文拿着汽油"

BEFORE_SEALING = """
INSERT INTO people (id, name, role, enrolled_at, demo)
VALUES (1, '何文静', 'leader', :at, false);
INSERT INTO inbox (channel, agent, chat, message_key, raw, received_at, due_at, fence, attempts)
VALUES ('wire', '', 'c', '1', '汽油', :at, :at, 0, 0);
INSERT INTO dialogues (channel, chat, sender, state, expires_at)
VALUES ('wire', 'c', 's', '{"kind": "where", "text": "汽油"}', :at);
INSERT INTO reports
(id, channel, chat, sender, message_id, town_by, level, filed_at, verified, version)
VALUES (1, 'wire', 'c', 's', '1', 'text', 'red', :at, true, 1);
INSERT INTO report_versions
(report_id, number, kind, text, assessment, attachments, location, at)
VALUES (1, 1, 'filed', '汽油',
'{"level": "none", "categories": [], "evidence": [], "muted": []}', '[]', 'null', :at)
"""


class Killed(Exception):  # noqa: N818 - stands for a process that ends
    """The process ends here."""


def furnish(uow: UnitOfWork) -> None:
    """Put in names, a message and a sealed body, some of them empty."""
    for name in NAMES:
        uow.people.add(name=name, role=Role.GRID_WORKER, town=None)
    for number, text in enumerate([TEXT, "", TEXT]):
        uow.inbox.put(channel="wire", chat="c", message_key=str(number), raw=text)
    uow.notices.add(
        Address("wire", "c"),
        key="n",
        kind=NoticeKind.MESSAGE,
        priority=Priority.RECEIPT,
        body=plain(TEXT),
    )
    uow.webchat.keep_chat("c", kind="private", title="何文静")
    for number in range(7):
        uow.webchat.add_event(
            "c", key=f"e{number}", kind="message", message_id="m", body={"text": TEXT}
        )


def people_in(store: Store) -> list[str]:
    """Return every name, in order."""
    return [one.name for one in store.read(lambda uow: uow.people.serving(Role.GRID_WORKER))]


@pytest.fixture
def old(database: str) -> Iterator[Store]:
    """Give a store that the old key sealed."""
    store = Store(database, keyring=KEYRING)
    store.write(furnish)
    yield store
    store.close()


def opened_by(url: str, keys: Keys) -> Store:
    """Open the same database with other keys."""
    return Store(url, keyring=Keyring(keys), connections=2)


def test_afterwards_the_new_key_alone_opens_everything(old: Store) -> None:
    """Names are found, bodies and raw messages read as before; a second run does nothing."""
    store = opened_by(old.url, NEW)
    steps: list[Progress] = []
    assert rotate(store, Keyring(NEW), batch=4, say=steps.append).left == ()
    assert sum(step.resealed for step in steps) == 23 + 2 + 1 + 1 + 7
    again: list[Progress] = []
    assert rotate(store, Keyring(NEW), batch=4, say=again.append).left == ()
    assert again == []
    store.close()
    alone = opened_by(old.url, NEW_ALONE)
    assert people_in(alone) == NAMES
    assert len(alone.read(lambda uow: uow.people.named(NAMES[3]))) == 1
    events = alone.read(lambda uow: uow.webchat.events("c", after=0))
    assert [event.body for event in events] == [{"text": TEXT}] * 7
    alone.close()


@pytest.mark.parametrize("steps", [1, 3, 5, 8])
def test_killed_half_way_it_goes_on_and_loses_nothing(old: Store, steps: int) -> None:
    """Between two batches or two tables: both keys open everything, and the rest follows."""
    done: list[Progress] = []

    def say(step: Progress) -> None:
        done.append(step)
        if len(done) == steps:
            raise Killed

    store = opened_by(old.url, NEW)
    with pytest.raises(Killed):
        rotate(store, Keyring(NEW), batch=4, say=say)
    store.close()
    store = opened_by(old.url, NEW)
    assert people_in(store) == NAMES
    assert rotate(store, Keyring(NEW), batch=4, say=done.append).left == ()
    assert sum(step.resealed for step in done) == 23 + 2 + 1 + 1 + 7  # none twice
    store.close()
    alone = opened_by(old.url, NEW_ALONE)
    assert people_in(alone) == NAMES
    alone.close()


def test_what_is_written_meanwhile_is_kept_and_followed(old: Store) -> None:
    """An office that has not taken up the new key yet writes behind the rotation's back."""
    late: list[Person] = []

    def say(step: Progress) -> None:
        if step.table == "people" and not late:
            late.append(
                old.write(lambda uow: uow.people.add(name="晚来", role=Role.LEADER, town=None))
            )
        if step.table == "webchat_events" and len(late) == 1:
            late.append(
                old.write(lambda uow: uow.people.add(name="更晚", role=Role.LEADER, town=None))
            )

    store = opened_by(old.url, NEW)
    assert rotate(store, Keyring(NEW), batch=4, say=say).left == ()
    store.close()
    alone = opened_by(old.url, NEW_ALONE)
    assert [alone.read(lambda uow, one=one: uow.people.get(one.id)).name for one in late] == [  # type: ignore[misc]
        "晚来",
        "更晚",
    ]
    assert people_in(alone) == NAMES
    alone.close()


def test_as_long_as_somebody_writes_with_the_old_key_it_stays_needed(old: Store) -> None:
    """The column is named, and no key is called unused."""

    def say(_: Progress) -> None:
        old.write(lambda uow: uow.people.add(name="又来", role=Role.LEADER, town=None))

    store = opened_by(old.url, NEW)
    with_every_step = rotate(store, Keyring(NEW), batch=100, say=say)
    assert with_every_step.left == ("people.name",)
    assert with_every_step.unused == ()
    store.close()


def test_keys_that_no_value_needs_are_named(database: str, tmp_path: Path) -> None:
    """Then a start does without them; before, it refuses."""
    source = KeySource(tmp_path / "seal.key")
    store = Store(database, keyring=admit(database, source))
    store.write(furnish)
    store.close()
    old_key = source.keyring().newest
    new_key = source.add_new()
    keyring = admit(database, source)
    store = Store(database, keyring=keyring)
    assert rotate(store, keyring).unused == (old_key,)
    store.close()
    lines = source.file.read_text("utf-8").splitlines(keepends=True)
    source.file.write_text("".join(line for line in lines if old_key not in line), "utf-8")
    keyring = admit(database, source)
    assert keyring.ids == (new_key,)
    store = Store(database, keyring=keyring)
    assert people_in(store) == NAMES
    store.close()


def test_every_table_with_sealed_columns_has_a_key_to_walk_along() -> None:
    """A new table is covered by its types alone."""
    for table in metadata.sorted_tables:
        assert list(table.primary_key.columns), table.name


@pytest.fixture
def before_sealing(postgres_database: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give a database as the version before sealing left it, with words of people in it."""
    url = postgres_database if request.param == "postgresql" else f"sqlite:///{tmp_path}/old.db"
    engine = open_engine(url)
    with engine.begin() as connection:
        command.upgrade(migrating.config(connection), "0005")
    with engine.begin() as connection:
        for statement in BEFORE_SEALING.strip().split(";\n"):
            connection.exec_driver_sql(statement.replace(":at", "'2026-03-04 00:00:00'"))
    engine.dispose()
    return url


@pytest.mark.parametrize("before_sealing", ["sqlite", "postgresql"], indirect=True)
def test_a_database_from_before_sealing_is_read_and_then_sealed(
    before_sealing: str, tmp_path: Path
) -> None:
    """All of it is read after the upgrade; after the rotation nothing plain is left or accepted."""
    url, source = before_sealing, KeySource(tmp_path / "seal.key")
    migrate.upgrade(url)
    assert migrating.differences(url) == []
    keyring = admit(url, source)
    assert keyring.accepts_plain
    for sealed in (False, True):
        store = Store(url, keyring=keyring)
        assert [one.name for one in store.read(lambda uow: uow.people.named("何文静"))] == [
            "何文静"
        ]
        (version,) = store.read(lambda uow: uow.reports.versions(1))
        assert (version.text, version.location) == ("汽油", None)
        (left,) = store.write(lambda uow: uow.dialogues.expired(kind="where", limit=5))
        assert left.state["text"] == "汽油"
        assert bool(found_in(url, store.engine, ["何文静", "汽油"])) is not sealed
        if not sealed:
            assert rotate(store, keyring).unused == (PLAIN,)
        store.close()
        keyring = admit(url, source)
    assert not keyring.accepts_plain
    engine = open_engine(url)
    with engine.begin() as connection:
        kinds = connection.scalars(sa.select(seal_keys.c.kind)).all()
        connection.exec_driver_sql("UPDATE people SET name = '何文静'")
    engine.dispose()
    assert sorted(kinds) == ["lookup", "seal"]
    store = Store(url, keyring=keyring)
    with pytest.raises(CannotOpen):
        store.read(lambda uow: uow.people.get(1))
    store.close()
