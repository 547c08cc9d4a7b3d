"""Whether loops came round lately, for machines that start and watch processes.

``python -m app.alive reader`` ends with 0 when they did, with 1 and a line when not. A
heartbeat is a row, so it speaks for all processes that run the loop.
"""

from __future__ import annotations

import sys

from alerts.pulse import Loop
from app.health import why_not_ready
from app.settings import load
from domain.errors import SetupError
from storage.store import Store


def look(names: list[str]) -> str | None:
    """Return why the loops cannot be called alive, or None when they are."""
    unknown = sorted(set(names) - {loop.value for loop in Loop})
    if unknown or not names:
        return f"name loops of: {', '.join(loop.value for loop in Loop)}"
    try:
        store = Store(load().storage.url, keyring=None, connections=1)
    except SetupError as error:
        return str(error)
    try:
        return why_not_ready(store, loops=frozenset(Loop(name) for name in names))
    finally:
        store.close()


if __name__ == "__main__":
    sys.exit(look(sys.argv[1:]))
