"""Names as they stand in a cell of a duty sheet, and who is meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from domain.duty import Person
from domain.roster import Chair
from domain.sheet import bare, tidy

_BETWEEN = re.compile(r"[、,;/\n\r\\|]+")
_PHONE = re.compile(r"\+?\d[\d\- ]{6,}\d")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NOBODY = frozenset({"", "-", "--", "—", "——", "无", "休", "空", "×", "x", "X"})


class NotThere(ValueError):  # noqa: N818 - named for what it is
    """Nobody can be meant by a name; the text says so, and who is most like it."""


class Names:
    """Everybody who is enrolled, to be found by name."""

    def __init__(self, people: Sequence[Person]) -> None:
        """Sort them by their names, once for a sheet."""
        self.people = people
        self._numbered = {person.id: person for person in people}
        self._named: dict[str, list[Person]] = {}
        for person in people:
            self._named.setdefault(bare(person.name), []).append(person)

    def meant(self, cell: str, chair: Chair) -> tuple[list[Person], list[str]]:
        """Return whom a cell names for a chair, each once, and what is wrong with it."""
        found: dict[int, Person] = {}
        wrong: list[str] = []
        for name in self._split(cell):
            try:
                person = self._one(name, chair)
            except NotThere as fault:
                wrong.append(str(fault))
            else:
                found.setdefault(person.id, person)
        return list(found.values()), wrong

    def written(self, person: Person, chair: Chair) -> str:
        """Return a name as a cell shows it: with the number where the name alone is not enough."""
        same = self._named.get(bare(person.name), [])
        fitting = [one for one in same if chair.takes(one)]
        plain = _split_plain(person.name) == [person.name]
        return person.name if len(fitting) == 1 and plain else f"{bare_name(person)}#{person.id}"

    def _split(self, cell: str) -> Iterable[str]:
        for part in _split_plain(_PHONE.sub("", _BRACKETS.sub("", tidy(cell)))):
            # 李　明 is one name with a blank in it, 李明 王芳 are two
            together = bare(part)
            yield from (
                [together] if together in self._named else [bare(one) for one in part.split()]
            )

    def _one(self, written: str, chair: Chair) -> Person:
        name, _, number = written.partition("#")
        if number.isascii() and number.isdigit():
            numbered = self._numbered.get(int(number))
            same = [] if numbered is None else [numbered]
        else:
            same = self._named.get(written, [])
        fitting = [one for one in same if chair.takes(one)]
        own = [one for one in fitting if one.town == chair.town]
        if len(own) == 1 or len(fitting) == 1:
            return (own if len(own) == 1 else fitting)[0]
        if fitting:
            choices = " 或 ".join(f"{name}#{one.id}" for one in fitting)
            raise NotThere(f"有 {len(fitting)} 个“{name}”，请写 {choices}")
        if same:
            raise NotThere(f"“{name}”是{same[0].title}，不能排{chair.label}")
        raise NotThere(f"没有这个人“{name}”{self._like(name, chair)}")

    def _like(self, name: str, chair: Chair) -> str:
        fitting = [one.name for one in self.people if chair.takes(one)]
        near = difflib.get_close_matches(name, fitting, 1, 0.5)
        return f"，最像的是“{near[0]}”" if near else "（要先登记）"


def bare_name(person: Person) -> str:
    """Return a name without signs that part names in a cell."""
    return re.sub(r"[、,;/\n\r\\|#()\[\]\s]", "", person.name)


def _split_plain(text: str) -> list[str]:
    parts = (part.strip() for part in _BETWEEN.split(text))
    return [part for part in parts if part not in _NOBODY]
