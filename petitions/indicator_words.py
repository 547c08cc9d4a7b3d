"""Every sentence about an indicator: its percentage, its mark, why a matter counts as it does.

Rounding: a percentage has two places, halves rounded up, as Excel does; beside it always stand
numerator and denominator. Whether the mark is reached is decided by the exact share.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from petitions.deadlines import ClockKind
from petitions.indicators import Counted, Indicator, IndicatorRules, Standing
from petitions.month_figures import UNTOLD, Rate, Strand

EMPTY = "—"
ALL_UNITS = "合计"
NO_UNIT = "（未定责任单位）"
UNTOLD_UNIT = "（按规定不列明单位）"
WITHHELD = "另有 {count} 件按规定不在名单中列出，已计入指标。"
NONE_BEHIND = "这个月没有属于这项指标的事项。"

_ALSO_CALLED = {"按期办结率": Indicator.REPLIED, "重复件占比": Indicator.REPEATED}
_WHAT = {
    Indicator.ACCEPTED: ("登记", "受理"),
    Indicator.FORWARDED: ("登记", "转送交办"),
    Indicator.REPLIED: ("受理", "答复"),
}
_RULE = {
    Indicator.ACCEPTED: "受理期限（登记后 15 日）在本月的事项，按期受理的占多少。",
    Indicator.REPLIED: "答复期限（受理后 60 日，加延期）在本月的，按期答复的占多少。"
    "只算三十一条六项。",
    Indicator.FORWARDED: "转送期限（登记后 {days}）在本月、应当转送的事项，按时转送的占多少。",
    Indicator.RATED: "答复期限在本月、已经答复的事项，信访人作了评价的占多少。",
    Indicator.SATISFIED: "答复期限在本月、已经评价的事项，{satisfied}的占多少。",
    Indicator.REPEATED: "本月登记的事项，重复信访占多少。不设标准：信访人有权再次信访。",
}


def indicator_named(written: str) -> Indicator | None:
    """Return the indicator that somebody names in Chinese; None if there is none."""
    names = {one.label: one for one in Indicator} | _ALSO_CALLED
    return names.get(written.strip())


def rule_words(indicator: Indicator, rules: IndicatorRules) -> str:
    """Return what a figure counts, under the office's rules."""
    kind = "个工作日" if rules.forward_in_working_days else " 日"
    satisfied = "满意和基本满意" if rules.mostly_counts else "满意"
    words = _RULE[indicator].format(days=f"{rules.forward_within}{kind}", satisfied=satisfied)
    if indicator is Indicator.ACCEPTED and rules.refusals_count:
        return words.replace("按期受理的", "按期受理或告知不受理的")
    return words


def percent_words(rate: Rate) -> str:
    """Return a figure as people read it: 98.53%, or a dash of an empty cohort."""
    hundredths = rate.hundredths
    return EMPTY if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02d}%"


def fraction_words(rate: Rate) -> str:
    """Return how many of how many."""
    return f"{rate.numerator}/{rate.denominator}"


def mark_words(rate: Rate, mark: Fraction | None) -> str:
    """Return how a figure stands to its mark; nothing where there is no mark or no cohort."""
    if mark is None or rate.share is None:
        return ""
    percent = f"{float(mark * 100):g}%"
    short = rate.short_of(mark)
    return f"未达 {percent}，差 {short} 件" if short else f"达到 {percent}"


def standings_words(rate: Rate) -> str:
    """Return how the matters behind a figure stand: 按期 12、逾期完成 1."""
    return "、".join(f"{one.label} {count}" for one, count in rate.standings.items())


def unit_words(unit: str | None) -> str:
    """Return a unit's name, or that all are meant, none is named, or it is not told."""
    if unit is None:
        return ALL_UNITS
    return UNTOLD_UNIT if unit == UNTOLD else unit or NO_UNIT


def figure_words(indicator: Indicator, strand: Strand, unit: str | None) -> str:
    """Return what a list stands behind: 大石街道 初次 按期答复率."""
    parts = (
        "" if unit is None else unit_words(unit),
        "" if strand is Strand.ALL else strand.label,
        indicator.label,
    )
    return " ".join(part for part in parts if part)


def why_words(one: Counted, as_of: date) -> str:
    """Return why a matter counts as it does: the days, and what they come to."""
    if one.indicator is Indicator.REPEATED:
        return f"{day_words(one.starts_on)}登记，{one.standing.label}信访"
    if one.indicator in {Indicator.RATED, Indicator.SATISFIED}:
        rated = f"{day_words(one.done_on)}评价" if one.done_on else ""
        said = one.standing.label
        return f"答复期限 {day_words(one.due_on)}，已答复；{rated + '：' if rated else ''}{said}"
    begun, wanted = _WHAT[one.indicator]
    due = f"{day_words(one.starts_on)}{begun}，期限 {day_words(one.due_on)}{_moved(one)}"
    return f"{due}；{_outcome(one, wanted, as_of)}"


def day_words(day: date | None) -> str:
    """Return a day as lists show it."""
    return EMPTY if day is None else day.isoformat()


def _moved(one: Counted) -> str:
    """Return what made a deadline later than the usual one: an extension, days off."""
    notes = []
    if one.counted_to is not None:
        usual = ClockKind.REPLY.days if one.indicator is Indicator.REPLIED else None
        extended = (one.counted_to - one.starts_on).days - usual if usual else 0
        if extended:
            notes.append(f"含延期 {extended} 日")
        if one.due_on != one.counted_to:
            notes.append("遇休息日顺延")
    return f"（{'，'.join(notes)}）" if notes else ""


def _outcome(one: Counted, wanted: str, as_of: date) -> str:
    if one.done_on is None or one.done_by is None:
        if one.standing is Standing.OVERDUE and one.due_on is not None:
            return f"至今未{wanted}，已逾期 {(as_of - one.due_on).days} 天"
        return f"还未{wanted}，未到期"
    done = f"{day_words(one.done_on)}{one.done_by.label}"
    if one.standing is Standing.LATE and one.due_on is not None:
        return f"{done}，逾期 {(one.done_on - one.due_on).days} 天"
    return done if one.standing is Standing.REFUSED else f"{done}，按期"
