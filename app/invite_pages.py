"""Invitations to print: a QR picture for each code, and one page with a sheet a person.

Refuses: writing over anything; a picture that went out stays what it was.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import segno

from domain.errors import PersonCanFix

PAGE = "邀请.html"
_PIXELS = 12  # of one module; a sheet held up to a phone reads well
_HEAD = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>护信邀请</title><style>
body { font-family: sans-serif; text-align: center; margin: 0; }
section { page-break-after: always; padding: 3em 1em; }
h1 { font-size: 1.6em; } p { font-size: 1.2em; } code { font-size: 1.3em; letter-spacing: .1em; }
svg { width: 60mm; height: 60mm; }
</style></head><body>
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One invitation: its code, for whom, until when, and the link that the picture holds."""

    code: str
    for_whom: str
    until: str
    link: str


def write_pages(folder: Path, sheets: Sequence[Sheet]) -> None:
    """Write a PNG a code and the page into ``folder``; `PersonCanFix` when it cannot be done."""
    page = folder / PAGE
    pictures = [folder / f"{sheet.code}.png" for sheet in sheets]
    if any(file.exists() for file in (page, *pictures)):
        message = f"{folder} 里已经有邀请，请换一个空文件夹。"
        raise PersonCanFix(message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        parts = [_HEAD]
        for sheet, picture in zip(sheets, pictures, strict=True):
            code = segno.make(sheet.link, error="m", micro=False)
            code.save(str(picture), scale=_PIXELS)
            parts.append(_section(sheet, code.svg_inline(scale=4)))
        page.write_text("".join([*parts, "</body></html>\n"]), "utf-8")
    except OSError as error:
        message = f"{folder} 写不进去：{error.strerror}"
        raise PersonCanFix(message) from None


def _section(sheet: Sheet, picture: str) -> str:
    return (
        f"<section><h1>{html.escape(sheet.for_whom)}</h1>{picture}"
        f"<p>用手机扫一扫，在 Telegram 里按“开始”就登记好了。</p>"
        f"<p>扫不了就发这个码：<br><code>{html.escape(sheet.code)}</code></p>"
        f"<p>{html.escape(sheet.until)}，只能用一次，一人一张。</p></section>\n"
    )
