"""What several tests of the rows begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.duty import Role
from storage.store import Store
from tests.keys import KEYRING
from tests.raising import DASHI


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give a store on each engine, with somebody who may report; a module may have its own."""
    opened = Store(database, keyring=KEYRING)
    opened.write(lambda uow: uow.people.add(name="小陈", role=Role.GRID_WORKER, town=DASHI))
    yield opened
    opened.close()
