"""Telegram's HTML as its server reads it: strictly, with lengths in UTF-16 units.

What the real server refuses is refused here (https://core.telegram.org/bots/api#html-style).
"""

from __future__ import annotations

import html
import re
from typing import Any

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
_PIECE = re.compile(r"<(?P<end>/?)(?P<tag>[a-zA-Z][\w-]*)(?P<attributes>[^<>]*)>|(?P<other>[^<]+)")


class BadMarkup(Exception):  # noqa: N818 - named for what it is
    """The text cannot be parsed; the words are the server's."""


def units(text: str) -> int:
    """Return a text's length as Telegram counts it."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def read_html(written: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the text and its entities; `BadMarkup` for what the real server refuses."""
    text, position = "", 0
    opened: list[tuple[str, int]] = []
    entities: list[dict[str, Any]] = []
    while position < len(written):
        piece = _PIECE.match(written, position)
        if piece is None:
            at = len(written[:position].encode())
            raise BadMarkup(f"can't parse entities: Unclosed start tag at byte offset {at}")
        position = piece.end()
        if piece["other"] is not None:
            text += html.unescape(piece["other"])
            continue
        tag = piece["tag"].lower()
        if tag not in _TAGS:
            at = len(written[: piece.start()].encode())
            raise BadMarkup(
                f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {at}'
            )
        if not piece["end"]:
            opened.append((tag, units(text)))
        elif not opened or opened[-1][0] != tag:
            raise BadMarkup("can't parse entities: Unexpected end tag")
        else:
            _, start = opened.pop()
            length = units(text) - start
            if length:
                entities.append({"type": _TAGS[tag], "offset": start, "length": length})
    if opened:
        raise BadMarkup(f"can't parse entities: Can't find end tag corresponding to {opened[-1]}")
    return text, entities
