"""The shared texts of a workbook, kept in a file beside the memory.

Excel keeps each different text once, in a table at the file's end; a year of matters has
hundreds of thousands. Here they lie in a temporary file, and eight bytes of each in memory.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from functools import lru_cache
from xml.parsers import expat

from app.excel_parts import Parts, bare_name

MOST_TEXTS = 5_000_000
LONGEST_TEXT = 32_767  # what Excel lets into a cell


class SharedTexts:
    """Texts by their number. Close it when done: its file is gone then."""

    def __init__(self, parts: Parts, part: str) -> None:
        """Read the table; an empty ``part`` is one without texts."""
        # Closed in `close`; it has no name, so that nothing stays when the process is killed.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._starts = array("Q", [0])
        self.get = lru_cache(8192)(self._get)
        if part:
            self._read(parts, part)
        self._file.flush()

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def _get(self, number: int) -> str:
        start, end = self._starts[number], self._starts[number + 1]
        return os.pread(self._file.fileno(), end - start, start).decode()

    def _read(self, parts: Parts, part: str) -> None:
        pieces: list[str] = []
        reads = False
        spoken = 0  # within a phonetic guide, which is no part of the text

        def start(name: str, _: dict[str, str]) -> None:
            nonlocal reads, spoken
            name = bare_name(name)
            spoken += name == "rPh"
            reads = name == "t" and not spoken

        def end(name: str) -> None:
            nonlocal reads, spoken
            name = bare_name(name)
            spoken -= name == "rPh"
            reads = False
            if name == "si":
                text = "".join(pieces)
                pieces.clear()
                if len(text) > LONGEST_TEXT or len(self._starts) > MOST_TEXTS:
                    raise parts.refusal("文字太多")
                written = self._file.write(text.encode())
                self._starts.append(self._starts[-1] + written)

        def words(text: str) -> None:
            if reads:
                pieces.append(text)

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = words
        for _ in parts.feed(part, parser):
            pass
