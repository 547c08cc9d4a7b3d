"""The clock of one process, moved while it runs by Debian's libfaketime.

Only the time of day moves, as when an administrator or NTP sets a machine's clock; what
counts elapsed time goes on. A process started later begins with the clock as it then stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_SHARED = Path("/dev/shm")  # noqa: S108 - where libfaketime leaves what a killed process had


def _library() -> Path | None:
    # Its sister for threads takes a lock at each look, and Python's threads look all the time:
    # half of a processor went into that. What this one shares is one number, read at a time.
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return found[0] if found else None


class MovingClock:
    """A clock that a file moves. Where libfaketime is missing it is not ``there``."""

    def __init__(self, file: Path) -> None:
        """Let it go right; ``file`` says by how much it does not."""
        self._file = file
        self._library = _library()
        self.move(0)

    @property
    def there(self) -> bool:
        """Whether it can be moved."""
        return self._library is not None

    def environment(self) -> dict[str, str]:
        """Return the variables under which a process has this clock."""
        if self._library is None:
            return {}
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",  # read once a second: each look costs three calls
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def move(self, seconds: float) -> None:
        """Let the clock be so many seconds ahead of the right time, within a second."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+.0f}\n", "ascii")
        new.replace(self._file)


def forget(processes: Iterable[int]) -> None:
    """Remove what libfaketime kept for processes that were killed."""
    for number in processes:
        for name in (f"faketime_shm_{number}", f"sem.faketime_sem_{number}"):
            (_SHARED / name).unlink(missing_ok=True)
