"""Which keys a database needs, and whether they are here.

Asked once at each start, before anything is read: a database that was sealed with a key
that is not here stops the start and says which file to restore. Nothing is sealed with a
new key as long as an old one is missing.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from domain.errors import SetupError
from storage.columns import Mark, bind_keyring
from storage.engines import open_engine
from storage.key_file import LOOK_UP, SEAL, KeySource
from storage.migrate import cannot_be_opened
from storage.sealing import CannotOpen, Keyring
from storage.tables import metadata, seal_keys

PLAIN = "plain"
LOCK = 0x5345414C  # "SEAL": the number of the advisory lock
_PROVED = "护信"
_CONTEXT = "seal_keys.proof"


def admit(url: str, source: KeySource) -> Keyring:
    """Return the keys of a database, made when it never had any.

    The schema is the newest. Processes that start at once wait for each other, so that one
    of them makes the keys. `SetupError` when a key that values need is missing, or the database
    cannot be opened.
    """
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
            needed = {
                row.id: row for row in connection.execute(sa.select(seal_keys)) if row.id != PLAIN
            }
            if not needed and not source.exists():
                source.make()
            plain = sa.select(seal_keys.c.id).where(seal_keys.c.id == PLAIN)
            keyring = source.keyring(accepts_plain=connection.execute(plain).first() is not None)
            for row in needed.values():
                _prove(row, keyring, source)
            _write_new(connection, keyring, known=set(needed))
            if keyring.accepts_plain:
                bind_keyring(engine, keyring)
                _fill_marks(connection)
    except sa.exc.DBAPIError as error:
        raise cannot_be_opened(url, error) from error
    finally:
        engine.dispose()
    return keyring


def needed_keys(url: str) -> frozenset[str]:
    """Return the ids of the keys that values may need, ``plain`` among them."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return frozenset(connection.scalars(sa.select(seal_keys.c.id)))
    finally:
        engine.dispose()


def _prove(
    row: sa.Row[tuple[str, str, str, datetime]], keyring: Keyring, source: KeySource
) -> None:
    """Refuse keys with which what was sealed would stay shut."""
    if row.kind == LOOK_UP:
        good = keyring.looks_up_by == row.id and keyring.mark(_PROVED, _CONTEXT) == row.proof
    else:
        try:
            good = keyring.open(row.proof, _CONTEXT) == _PROVED
        except CannotOpen:
            good = False
    if not good:
        raise SetupError(
            where=source.name,
            key=source.setting,
            found=f"没有编号 {row.id} 的密钥（{row.kind}）",
            write="数据库是用它加密的：请把备份的密钥文件放回来，没有它打不开里面的文字",
        )


def _write_new(connection: sa.Connection, keyring: Keyring, *, known: set[str]) -> None:
    new = (
        (keyring.newest, SEAL, keyring.seal(_PROVED, _CONTEXT)),
        (keyring.looks_up_by, LOOK_UP, keyring.mark(_PROVED, _CONTEXT)),
    )
    for key_id, kind, proof in new:
        if key_id not in known:
            connection.execute(
                sa.insert(seal_keys).values(
                    id=key_id, kind=kind, proof=proof, since=datetime.now(UTC)
                )
            )


def _fill_marks(connection: sa.Connection) -> None:
    """Mark what is from before sealing, so that it is found from the first start on."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, Mark):
                continue
            marked = table.c[column.type.context.partition(".")[2]]
            keys = list(table.primary_key.columns)
            missing = sa.select(*keys, marked).where(column.is_(None), marked.is_not(None))
            for *key, value in connection.execute(missing).all():
                here = [one == part for one, part in zip(keys, key, strict=True)]
                connection.execute(sa.update(table).where(*here).values({column: value}))
