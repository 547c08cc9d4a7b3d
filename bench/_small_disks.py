"""Small disks of memory that can be filled, where this machine lets us mount them."""

from __future__ import annotations

import contextlib
import errno
import shutil
import subprocess
from pathlib import Path


class SmallDisk:
    """A disk of its own at ``folder``; not ``there`` when this machine does not let us.

    Of no ``megabytes`` it is the folder alone.
    """

    def __init__(self, folder: Path, *, megabytes: int) -> None:
        """Put it there."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        size = f"size={megabytes}M"
        self.there = megabytes > 0 and _call(
            "mount", "-t", "tmpfs", "-o", size, "huxin-bench", str(folder)
        )

    def fill(self) -> None:
        """Write until there is no room."""
        with contextlib.suppress(OSError), self._filler.open("wb", buffering=0) as filler:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        filler.write(b"\0" * size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def empty(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)

    def leave(self) -> None:
        """Take the disk away."""
        if self.there:
            _call("umount", "--lazy", str(self.folder))
            self.there = False

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"


def _call(name: str, *arguments: str) -> bool:
    program = shutil.which(name)
    if program is None:
        return False
    done = subprocess.run([program, *arguments], check=False, stderr=subprocess.DEVNULL)
    return done.returncode == 0
