"""Buttons under a receipt: 补充, 更正, 撤回, 有危险, and the answers to the desk's questions."""

from __future__ import annotations

from collections.abc import Callable

from bot import form_talk, replies, reporting
from bot.hearing import Hearing
from domain.errors import PersonCanFix

MOST_DIGITS = 18  # of a row id, so that it fits a 64-bit integer


def row_id(written: str) -> int:
    """Return a row id from a button's data; `PersonCanFix` when it is none."""
    if not (written.isascii() and written.isdigit() and len(written) <= MOST_DIGITS):
        raise PersonCanFix(replies.STALE_BUTTON)
    return int(written)


def _add(hearing: Hearing, report_id: int, _choice: str) -> None:
    report = reporting.own_report(hearing, report_id)
    form_talk.leave(hearing)
    hearing.wait_for({"kind": "supplement", "report": report.id})
    hearing.answer(replies.WRITE_SUPPLEMENT, report_id=report.id)
    hearing.toast("")


def _fix(hearing: Hearing, report_id: int, _choice: str) -> None:
    report = reporting.own_report(hearing, report_id)
    form_talk.leave(hearing)
    hearing.wait_for({"kind": "correct", "report": report.id})
    hearing.answer(replies.WRITE_CORRECTION, report_id=report.id)
    hearing.toast("")


def _back(hearing: Hearing, report_id: int, _choice: str) -> None:
    report = reporting.own_report(hearing, report_id)
    words = reporting.withdraw(hearing, report)
    hearing.toast(words)
    hearing.replace_pressed(words)


def _danger(hearing: Hearing, report_id: int, _choice: str) -> None:
    report = reporting.own_report(hearing, report_id)
    raised = reporting.say_danger(hearing, report)
    hearing.toast(replies.ALREADY_ALERTED if raised is None else replies.RAISED_BY_YOU)


def _town(hearing: Hearing, report_id: int, choice: str) -> None:
    report = reporting.own_report(hearing, report_id)
    town = next((one for one in hearing.office.gazetteer.towns if one.code == choice), None)
    if town is None:
        raise PersonCanFix(replies.STALE_BUTTON)
    words = reporting.answer_town(hearing, report, town.name)
    hearing.toast(words)
    hearing.replace_pressed(words)


def _towns(hearing: Hearing, report_id: int, _choice: str) -> None:
    reporting.ask_any_town(hearing, reporting.own_report(hearing, report_id))
    hearing.toast("")


def _same(hearing: Hearing, report_id: int, choice: str) -> None:
    report = reporting.own_report(hearing, report_id)
    words = reporting.answer_same(hearing, report, row_id(choice))
    hearing.toast(words)
    hearing.replace_pressed(words)


def _other(hearing: Hearing, report_id: int, _choice: str) -> None:
    reporting.own_report(hearing, report_id)
    hearing.toast(replies.THANKS_OTHER)
    hearing.replace_pressed(replies.THANKS_OTHER)


def _apart(hearing: Hearing, report_id: int, _choice: str) -> None:
    report = reporting.own_report(hearing, report_id)
    hearing.toast(reporting.say_apart(hearing, report))


REPORT_VERBS: dict[str, Callable[[Hearing, int, str], None]] = {
    "add": _add,
    "fix": _fix,
    "back": _back,
    "danger": _danger,
    "town": _town,
    "towns": _towns,
    "same": _same,
    "other": _other,
    "apart": _apart,
}
