"""The documents as their tests read them: pages, code blocks, links, words in backticks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
HOUSE = ("domain", "nlp", "storage", "alerts", "petitions", "bot", "desk", "app")

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and what stands in it."""

    language: str
    text: str


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The path as people write it."""
        return str(self.path.relative_to(ROOT))

    @property
    def blocks(self) -> list[Block]:
        """Every fenced block, from top to bottom."""
        return [Block(language, text) for language, text in _FENCE.findall(self.text)]

    @property
    def prose(self) -> str:
        """The text without fenced blocks."""
        return _FENCE.sub("", self.text)

    @property
    def words_of_code(self) -> list[str]:
        """What stands in single backticks."""
        return _CODE.findall(self.prose)

    @property
    def links(self) -> list[str]:
        """Where links and pictures lead."""
        return _LINK.findall(self.prose)

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Depth and words of every heading."""
        return [(len(marks), words) for marks, words in _HEADING.findall(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """What a link may name behind ``#``."""
        return {anchor(words) for _, words in self.headings}

    def section(self, heading: str) -> str:
        """Return what stands under a heading, up to the next of its depth or higher."""
        depth = next(depth for depth, words in self.headings if words == heading)
        start = self.text.index(f"{'#' * depth} {heading}\n") + depth + len(heading) + 2
        end = re.search(rf"^#{{1,{depth}}} ", self.text[start:], re.MULTILINE)
        return self.text[start:] if end is None else self.text[start : start + end.start()]


@cache
def page(name: str) -> Page:
    """Return a page by its path from the root."""
    path = ROOT / name
    return Page(path, path.read_text("utf-8"))


@cache
def pages() -> tuple[Page, ...]:
    """Return every Markdown file of the repository."""
    found = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    return tuple(page(str(path.relative_to(ROOT))) for path in sorted(found))


def anchor(heading: str) -> str:
    """Return a heading's anchor as code hosts make it."""
    bare = re.sub(r"[^\w\- ]", "", heading.lower())
    return bare.replace(" ", "-")


def rows(text: str) -> list[list[str]]:
    """Return the cells of every table row in a text, heads and rules left out."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if not line.startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if all(set(cell) <= set("-: ") for cell in cells) and any(cells):
            found.pop()
        else:
            found.append(cells)
    return found


def sources() -> Iterator[Path]:
    """Return every module of the house."""
    for folder in HOUSE:
        yield from sorted((ROOT / folder).rglob("*.py"))
