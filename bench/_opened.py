"""The one place where the measurements open what is kept in the rows."""

from __future__ import annotations

import json
from typing import Any


def opened(value: str) -> Any:
    """Return what a kept JSON value says; every text that a bench reads from rows goes by here."""
    return json.loads(value)
