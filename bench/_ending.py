"""A measurement that is told to end takes with it what it has started."""

from __future__ import annotations

import signal
import sys

TOLD_TO_END = 128 + signal.SIGTERM


def end_tidily() -> None:
    """Have SIGTERM raise `SystemExit` here: servers, processes and folders end as after a fault."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TOLD_TO_END))
