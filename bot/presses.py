"""Buttons on an alert's card, and the way to those under a receipt.

Every button is bound to one alert, one report or one shift. Who may not press it is told
who has the alert, and the presser is always answered.
"""

from __future__ import annotations

from collections.abc import Callable

from alerts import acknowledgement, handover
from alerts.knowing import is_renounced, may_act
from alerts.notices import FALSE_ALARM_REASONS, OUTCOME_CHOICES
from bot import details, duty_talk, pausing, replies
from bot.choosing import answer, ask, ended, is_dropped, stands
from bot.hearing import Hearing
from bot.report_presses import REPORT_VERBS, row_id
from domain.alert import Alert, Outcome
from domain.channel import ButtonPress
from domain.duty import Person
from domain.errors import PersonCanFix

DISTRICT_CODE = "district"


def press(hearing: Hearing, pressed: ButtonPress) -> None:
    """Act on a press of a card's or a receipt's button and answer it."""
    kind, _, rest = pressed.data.partition(":")
    number, _, rest = rest.partition(":")
    verb, _, choice = rest.partition(":")
    try:
        if kind == "a" and (verb in _ALERT_VERBS or verb == "detail"):
            _press_alert(hearing, row_id(number), verb, choice)
        elif kind == "d" and verb in duty_talk.VERBS:
            duty_talk.VERBS[verb](hearing, row_id(number), choice)
        elif kind == "r" and verb in REPORT_VERBS:
            REPORT_VERBS[verb](hearing, row_id(number), choice)
        else:
            hearing.toast(replies.STALE_BUTTON)
    except PersonCanFix as problem:
        hearing.toast(problem.reply)


def _press_alert(hearing: Hearing, alert_id: int, verb: str, choice: str) -> None:
    alert = hearing.uow.alerts.get(alert_id)
    if hearing.person is None:
        hearing.toast(replies.ENROL_FIRST)
        return
    if alert is None:
        hearing.toast(replies.NO_SUCH_NUMBER)
        return
    if verb == "detail":
        details.send(hearing, hearing.person, alert)
        return
    asker = hearing.asker
    if is_renounced(asker, alert):
        hearing.toast(replies.RENOUNCED_ALERT)
        return
    if not may_act(asker, alert):
        # Only a chat that was sent the alert may learn that it is there, and how it stands.
        if any(card.address == hearing.address for card in hearing.uow.cards.of(alert_id)):
            who = stands(hearing, alert)
            hearing.toast(replies.NOT_YOUR_ALERT.format(number=alert.number, who=who))
        else:
            hearing.toast(replies.NO_SUCH_NUMBER)
        return
    if not alert.is_live:
        hearing.toast(ended(alert))
        return
    _ALERT_VERBS[verb](hearing, hearing.person, alert, choice)


def _take(hearing: Hearing, person: Person, alert: Alert, _choice: str) -> None:
    pressed = acknowledgement.take(hearing.uow, hearing.office, alert, person)
    answer(hearing, pressed, replies.TAKEN_BY_YOU.format(number=alert.number))


def _help(hearing: Hearing, person: Person, alert: Alert, _choice: str) -> None:
    pressed = acknowledgement.call_help(hearing.uow, alert, person)
    answer(hearing, pressed, replies.HELP_CALLED.format(number=alert.number))


def _give(hearing: Hearing, person: Person, alert: Alert, choice: str) -> None:
    if not choice:
        towns = [
            (town.name, town.code)
            for town in hearing.office.gazetteer.towns
            if town.name != alert.town and town.name not in alert.about_units
        ]
        choices = [*towns, (handover.DISTRICT, DISTRICT_CODE)]
        ask(hearing, person, alert, verb="give", choices=choices, words=replies.ASK_GIVE)
        return
    if is_dropped(hearing, alert, choice):
        return
    to = None
    if choice != DISTRICT_CODE:
        to = next(
            (town.name for town in hearing.office.gazetteer.towns if town.code == choice), None
        )
        if to is None:
            raise PersonCanFix(replies.STALE_BUTTON)
        if to in alert.about_units:
            raise PersonCanFix(replies.NOT_TO_THAT_UNIT.format(town=to))
    handover.hand_over(hearing.uow, hearing.office, alert, to, by=person)
    words = replies.HANDED_OVER.format(number=alert.number, to=to or handover.DISTRICT)
    hearing.toast(words)
    hearing.replace_pressed(words)


def _false(hearing: Hearing, person: Person, alert: Alert, choice: str) -> None:
    if not choice:
        choices = [(label, key) for key, label in FALSE_ALARM_REASONS.items()]
        ask(hearing, person, alert, verb="false", choices=choices, words=replies.ASK_FALSE)
        return
    if is_dropped(hearing, alert, choice):
        return
    if choice == "other":
        _ask_note(hearing, person, alert, Outcome.FALSE_ALARM)
        return
    if choice not in FALSE_ALARM_REASONS:
        raise PersonCanFix(replies.STALE_BUTTON)
    pressed = acknowledgement.false_alarm(hearing.uow, hearing.office, alert, person, choice)
    answer(hearing, pressed, ended(pressed.alert), replace=True)


def _close(hearing: Hearing, person: Person, alert: Alert, choice: str) -> None:
    if not choice:
        choices = [(outcome.label, outcome.value) for outcome in OUTCOME_CHOICES]
        ask(hearing, person, alert, verb="close", choices=choices, words=replies.ASK_OUTCOME)
        return
    if is_dropped(hearing, alert, choice):
        return
    if choice not in {outcome.value for outcome in OUTCOME_CHOICES}:
        raise PersonCanFix(replies.STALE_BUTTON)
    outcome = Outcome(choice)
    if outcome is Outcome.FALSE_ALARM:
        _false(hearing, person, alert, "")
        return
    if outcome is Outcome.OTHER:
        _ask_note(hearing, person, alert, outcome)
        return
    pressed = acknowledgement.close(hearing.uow, hearing.office, alert, person, outcome)
    answer(hearing, pressed, ended(pressed.alert), replace=True)


_ALERT_VERBS: dict[str, Callable[[Hearing, Person, Alert, str], None]] = {
    "take": _take,
    "help": _help,
    "give": _give,
    "false": _false,
    "watch": pausing.watch,
    "snooze": pausing.snooze,
    "close": _close,
}


def _ask_note(hearing: Hearing, person: Person, alert: Alert, outcome: Outcome) -> None:
    hearing.wait_for({"kind": "outcome", "alert": alert.id, "outcome": outcome.value})
    words = replies.ASK_NOTE.format(who=person.name, number=alert.number)
    hearing.replace_pressed(words)
    hearing.toast("")
