"""How much processor time processes took, as the kernel counts it (/proc/PID/stat, Linux)."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
# After the name in brackets: state is 0, parent 1, utime 11, stime 12, of ended children 13, 14.
_PARENT, _OWN, _ENDED = 1, slice(11, 13), slice(13, 15)


def seconds_of(process: int) -> float:
    """Return the seconds one process took so far; 0 when it is gone."""
    return _seconds(_stat(process), _OWN)


def seconds_of_family(process: int) -> float:
    """Return the seconds a process and all it started took, those that have ended too."""
    children = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children[int(stat[_PARENT])].append(int(entry.name))
    seconds, left = 0.0, [process]
    while left:
        one = left.pop()
        stat = _stat(one)
        seconds += _seconds(stat, _OWN) + _seconds(stat, _ENDED)
        left += children[one]
    return seconds


def _seconds(stat: list[str], of: slice) -> float:
    return sum(map(int, stat[of])) / _TICKS


def _stat(process: int) -> list[str]:
    try:
        words = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return words.rpartition(")")[2].split()
