"""A message of the desk as Telegram shows it: HTML, clipped, buttons as an inline keyboard.

Every value is escaped (https://core.telegram.org/bots/api#html-style). What is too long is
clipped and says so, with 查看详情 where there is one; nothing is left out altogether.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from domain.channel import Button, OutgoingMessage, Span, Style

LONGEST_TEXT = 4096  # UTF-16 units, after the markup is read
LONGEST_ANSWER = 200
LONGEST_CAPTION = 1024
CLIPPED = "…\n（太长，这里没有写完）"
CLIPPED_WITH_BUTTON = "…\n（太长，请按「查看详情」看全文）"
NOTHING = "（没有文字）"

_TAGS = {Style.STRONG: "b", Style.MARK: "u", Style.QUIET: "i"}


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it is sent: HTML, the same without markup, and the keyboard."""

    html: str
    plain: str
    keyboard: InlineKeyboardMarkup | None


def write(message: OutgoingMessage, *, longest: int = LONGEST_TEXT) -> Written:
    """Return a message as Telegram takes it, at most ``longest`` units of text."""
    spans, is_clipped = _clip(message, longest)
    rows = list(message.buttons)
    if is_clipped and message.details is not None:
        has_it = any(button.data == message.details.data for row in rows for button in row)
        rows += [] if has_it else [(message.details,)]
    return Written(
        html="".join(_tagged(span) for span in spans),
        plain="".join(span.text for span in spans),
        keyboard=_keyboard(rows),
    )


def clip(text: str, longest: int) -> str:
    """Return a text of at most ``longest`` UTF-16 units, with … where something was left out."""
    return text if units(text) <= longest else _cut(text, longest - 1) + "…"


def units(text: str) -> int:
    """Return a text's length as Telegram counts it."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def _clip(message: OutgoingMessage, longest: int) -> tuple[list[Span], bool]:
    body = list(message.body) if message.plain_text.strip() else [Span(NOTHING)]
    if sum(units(span.text) for span in body) <= longest:
        return body, False
    tail = CLIPPED if message.details is None else CLIPPED_WITH_BUTTON
    left = longest - units(tail)
    kept: list[Span] = []
    for span in body:
        size = units(span.text)
        if size > left:
            kept.append(Span(_cut(span.text, left), span.style))
            break
        kept.append(span)
        left -= size
    return [*kept, Span(tail, Style.STRONG)], True


def _cut(text: str, longest: int) -> str:
    """Cut between characters, never within one that counts twice."""
    size = 0
    for at, letter in enumerate(text):
        size += 2 if letter > "\uffff" else 1
        if size > longest:
            return text[:at]
    return text


def _tagged(span: Span) -> str:
    words = html.escape(span.text, quote=False)
    tag = _TAGS.get(span.style)
    return f"<{tag}>{words}</{tag}>" if tag and span.text else words


def _keyboard(rows: list[tuple[Button, ...]]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(one.label, callback_data=one.data) for one in row] for row in rows]
    )
