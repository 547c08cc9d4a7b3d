"""What one cell of an exported sheet says: a day, a count, a phone, names.

Systems write a day as text, as a number or as a date, and a phone as 1.38E+10. Each function
returns the plain value or raises `Unreadable` with what a clerk has to change. Pure; refuses
to guess: 2025年2月30日 is a mistake and no day.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta

from domain.sheet import CellValue, Mistake, tidy

SERIAL_ZERO = date(1899, 12, 30)
SERIALS = range(18264, 73051)  # Excel's numbers of 1950-01-01 to 2099-12-31
YEARS = range(1950, 2100)
MOST_PEOPLE = 100_000
LONGEST_TEXT = 32_767  # what Excel lets into a cell
LONGEST_SHORT = 200
DIGITS_KEPT = 15  # Excel keeps no more of a number

_BETWEEN = re.compile(r"[、,，;；/|\n\r\t]+")
_BLANKS = re.compile(r"[^\S\n]+")
_DAY = re.compile(
    r"(?P<y>\d{4})\s*[年./\-]\s*(?P<m>\d{1,2})\s*[月./\-]\s*(?P<d>\d{1,2})\s*(?:[日号](?!\d))?"
    r"(?:\s*T?\s*(?:星期.|周.)?\s*(?:上午|下午)?\s*\d{1,2}[:时点].*)?"
)
_PACKED = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:\d{6})?")
_COUNT = re.compile(r"(\d{1,6})(?:\.0+)?\s*(?:人次?|名|位|个)?")
_HAN_COUNT = {word: number for number, word in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_DAYS = re.compile(r"(?:延期?长?)?(\d{1,4})(?:\.0+)?\s*(?:个?自然)?[天日]?")
_PHONE_SIGNS = re.compile(r"[\s\-()+.]")
_NOTHING = frozenset({"", "-", "--", "—", "——", "/", "无", "空", "暂无", "不详", "null", "NULL"})
_LONGEST_NOTHING = max(len(word) for word in _NOTHING)
_MOBILE = 11
_MOBILES = re.compile(r"(?<!\d)1\d{10}(?!\d)")


class Unreadable(ValueError):  # noqa: N818 - named for what it is
    """A cell says something else than its column; the text says what to write."""


def is_empty(value: CellValue) -> bool:
    """Whether a cell says nothing: no value, blanks, or a word for nothing."""
    if not isinstance(value, str):
        return value is None
    words = value.strip()
    return len(words) <= _LONGEST_NOTHING and tidy(words) in _NOTHING


def text(value: CellValue, *, longest: int = LONGEST_TEXT) -> str:
    """Return a cell's words as they are meant to be read, without controls and outer blanks."""
    if isinstance(value, Mistake):
        raise Unreadable(f"单元格是{value.code}，请改成应有的内容或清空")
    if is_empty(value):
        return ""
    words = value if isinstance(value, str) else _printed(value)
    if not words.isprintable():
        words = "".join(one for one in words if one == "\n" or not _is_control(one))
        words = _BLANKS.sub(" ", words).strip()
    if len(words) > longest:
        raise Unreadable(f"超过 {longest} 个字，请缩短")
    return words.strip()


def folded(value: CellValue, *, longest: int = LONGEST_SHORT) -> str:
    """Return a short cell's words in one spelling: full-width signs as usual ones."""
    return tidy(text(value, longest=longest))


def number(value: CellValue) -> str:
    """Return a matter's number: no blanks in it, whatever the cell's kind."""
    if isinstance(value, int | float) and value >= 10**DIGITS_KEPT:
        raise Unreadable("编号存成了数字，末几位可能已经丢失。请把该列设为文本后重新导出")
    return re.sub(r"\s+", "", folded(value, longest=64))


def day(value: CellValue) -> date:
    """Return the day that a cell names: a date, a text, 20260304, or Excel's own number."""
    if isinstance(value, datetime):
        return _year_known(value.date(), value.date())
    if isinstance(value, date):
        return _year_known(value, value)
    words = folded(value)
    if isinstance(value, int | float) and int(value) in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(value))
    found = _DAY.fullmatch(words) or _PACKED.fullmatch(words)
    if found is None:
        if words.isdigit() and int(words) in SERIALS:
            return SERIAL_ZERO + timedelta(days=int(words))
        raise Unreadable(f"日期“{_clip(words)}”看不懂，请写成 2026-03-04")
    try:
        named = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        raise Unreadable(f"没有“{_clip(words)}”这一天，请核对") from None
    return _year_known(named, words)


def count(value: CellValue) -> int:
    """Return how many people a cell names: 5, ５人, 五人."""
    words = folded(value)
    found = _COUNT.fullmatch(words)
    people = int(found[1]) if found else _HAN_COUNT.get(words.rstrip("人名位个"), 0)
    if not 1 <= people <= MOST_PEOPLE:
        raise Unreadable(f"人数“{_clip(words)}”看不懂，请写数字")
    return people


def days(value: CellValue) -> int:
    """Return how many days a cell names: 30, 30天, 延长30日."""
    words = folded(value)
    found = _DAYS.fullmatch(words)
    if found is None or not 1 <= int(found[1]) <= YEARS.stop:
        raise Unreadable(f"天数“{_clip(words)}”看不懂，请写数字")
    return int(found[1])


def phones(value: CellValue) -> tuple[str, ...]:
    """Return the phones in a cell, digits alone; a number that was not meant as one as well.

    Where one of several is 无, it is empty, so that the others keep their places.
    """
    words = _printed(value) if isinstance(value, int | float) else tidy(text(value))
    return tuple(_phone(part) for part in _BETWEEN.split(words) if part.strip())


def id_numbers(value: CellValue) -> tuple[str, ...]:
    """Return the ID numbers in a cell; `Unreadable` where Excel has lost their last digits."""
    if isinstance(value, int | float) and value >= 10**DIGITS_KEPT:
        raise Unreadable("证件号码存成了数字，末几位已经丢失，没有记。请把该列设为文本后重新导出")
    words = tidy(text(value)).upper()
    parts = (re.sub(r"\s", "", part) for part in _BETWEEN.split(words))
    return tuple("" if part in _NOTHING else part for part in parts if part)


def listed(value: CellValue) -> tuple[str, ...]:
    """Return the names or units that stand in a cell, each once."""
    parts = (_within_a_line(part) for part in _BETWEEN.split(text(value)))
    return tuple(dict.fromkeys(part for part in parts if part not in _NOTHING))


def _phone(part: str) -> str:
    if part.strip() in _NOTHING:
        return ""
    digits = _PHONE_SIGNS.sub("", part)
    if digits.startswith("86") and len(digits) == _MOBILE + 2:
        digits = digits[2:]
    mobile = _MOBILES.search(digits)  # 13800001234（儿子）
    return digits if mobile is None else mobile[0]


def _within_a_line(part: str) -> str:
    """Take out the blanks that a fixed-width column puts between the characters of a name."""
    part = part.strip()
    is_latin = any("a" <= one.lower() <= "z" for one in part)
    return part if is_latin else re.sub(r"\s+", "", part)


def _printed(value: CellValue) -> str:
    """Write a number or day out: 13800001234.0 without its point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _is_control(sign: str) -> bool:
    """Whether a sign is for machines: a control, a direction mark, a byte order mark."""
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co"} and sign != "\t"


def _year_known(named: date, written: object) -> date:
    if named.year not in YEARS:
        raise Unreadable(f"年份“{_clip(str(written))}”不对，请核对")
    return named


def _clip(words: str) -> str:
    return words if len(words) <= 20 else words[:20] + "…"  # noqa: PLR2004 - fits a line
