"""What is written can be read: contrast of every pair of colours that carries text.

The measure is WCAG 2.2, 1.4.3: 4.5 to 1 (https://www.w3.org/TR/WCAG22/#contrast-minimum).
"""

from __future__ import annotations

import re

import pytest

from desk.application import STATIC

SHEET = (STATIC / "base.css").read_text("utf-8")
PAIRS = [
    *(
        (text, ground)
        for text in ("ink", "ink-2", "ink-3", "accent", "red", "orange", "yellow", "blue")
        for ground in ("surface", "sunken", "bg")
    ),
    *((level, f"{level}-soft") for level in ("red", "orange", "yellow", "blue", "none")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("ink", "accent-soft"),
    ("ink-3", "accent-soft"),
    ("ink-2", "none-soft"),
    ("ink", "mark"),
    ("bg", "ink"),
    ("surface", "red"),
]


def colours(scheme: str) -> dict[str, tuple[float, ...]]:
    """Return the named colours of a scheme; the dark one overrides the light."""
    light, _, dark = SHEET.partition("@media (prefers-color-scheme: dark)")
    sheet = light if scheme == "light" else light + dark
    return {
        name: tuple(int(value[place : place + 2], 16) / 255 for place in (0, 2, 4))
        for name, value in re.findall(r"--([\w-]+): #([0-9a-f]{6});", sheet)
    }


def brightness(colour: tuple[float, ...]) -> float:
    """Return the relative luminance."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(scheme: str) -> None:
    """Every pair reaches 4.5 to 1 in daylight and in the dark."""
    named = colours(scheme)
    weak = {}
    for text, ground in PAIRS:
        bright, dim = sorted((brightness(named[text]), brightness(named[ground])), reverse=True)
        contrast = (bright + 0.05) / (dim + 0.05)
        if contrast < 4.5:
            weak[text, ground] = round(contrast, 2)
    assert weak == {}
