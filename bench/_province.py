"""A province of invented towns, as large as a measurement asks."""

from __future__ import annotations

import itertools
from pathlib import Path

_FIRST = "东西南北上下前后新老金银青白红黄云月水龙凤松柏竹"
_SECOND = "岭塘湾坪洲坑岗坡埔墩崖涧浦滩汀溪"
_NUMBERS = "一二三四"


def write_towns(file: Path, count: int) -> dict[str, tuple[str, ...]]:
    """Write a file of ``count`` towns, and return the villages of each by the town's name.

    Raises `ValueError` when there are not so many names.
    """
    stems = ["".join(pair) for pair in itertools.product(_FIRST, _SECOND)]
    stems += [f"{stem}头" for stem in stems]
    if count > len(stems):
        raise ValueError(f"only {len(stems)} towns have names")
    towns = {
        f"{stem}镇": tuple(f"{stem}{number}村" for number in _NUMBERS) for stem in stems[:count]
    }
    lines = ["[district]", 'name = "安和省"', 'code = "990000"', "short = []", "not_places = []"]
    for number, (town, villages) in enumerate(towns.items(), start=1):
        listed = ", ".join(f'{{ name = "{village}" }}' for village in villages)
        lines += ["", "[[town]]", f'name = "{town}"', f'code = "99{number:07d}"', "short = []"]
        lines += [f"villages = [{listed}]"]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return towns
