"""What every table shares: the metadata with its naming, row ids and references."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import BigId

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def growing_id() -> sa.Column[int]:
    """Return the column of a row id that grows."""
    return sa.Column("id", BigId, primary_key=True, autoincrement=True)


def reference(target: sa.Table) -> sa.ForeignKey:
    """Return a reference to another table's row id."""
    return sa.ForeignKey(target.c.id)
