"""Buttons on an alert's card, and the way to those under a receipt.

Every button is bound to one alert or one report. Who may not press it is told who has the
alert, and the presser is always answered.
"""

from __future__ import annotations

from collections.abc import Callable

from alerts import acknowledgement, handover
from alerts.acknowledgement import Pressed, Result
from alerts.notices import (
    FALSE_ALARM_REASONS,
    OUTCOME_CHOICES,
    WATCH_CHOICES,
    press_data,
    state_words,
)
from alerts.view import view
from bot import details, replies
from bot.hearing import Hearing
from bot.report_presses import REPORT_VERBS, row_id
from domain.alert import Alert, Outcome
from domain.channel import Button, ButtonPress, OutgoingMessage, Span
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
    if not acknowledgement.may_act(hearing.person, alert):
        # Only a chat that was sent the alert may learn how it stands.
        knows = any(card.address == hearing.address for card in hearing.uow.alerts.cards(alert_id))
        who = _stands(hearing, alert) if knows else ""
        hearing.toast(replies.NOT_YOUR_ALERT.format(number=alert.number, who=who))
        return
    if not alert.is_live:
        hearing.toast(_ended(alert))
        return
    _ALERT_VERBS[verb](hearing, hearing.person, alert, choice)


def _take(hearing: Hearing, person: Person, alert: Alert, _choice: str) -> None:
    pressed = acknowledgement.take(hearing.uow, hearing.office, alert, person)
    _answer(hearing, pressed, replies.TAKEN_BY_YOU.format(number=alert.number))


def _help(hearing: Hearing, person: Person, alert: Alert, _choice: str) -> None:
    pressed = acknowledgement.call_help(hearing.uow, alert, person)
    _answer(hearing, pressed, replies.HELP_CALLED.format(number=alert.number))


def _give(hearing: Hearing, person: Person, alert: Alert, choice: str) -> None:
    if not choice:
        towns = [
            (town.name, town.code)
            for town in hearing.office.gazetteer.towns
            if town.name != alert.town and town.name not in alert.about_units
        ]
        choices = [*towns, (handover.DISTRICT, DISTRICT_CODE)]
        _ask(hearing, person, alert, verb="give", choices=choices, words=replies.ASK_GIVE)
        return
    if _is_dropped(hearing, alert, choice):
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
        _ask(hearing, person, alert, verb="false", choices=choices, words=replies.ASK_FALSE)
        return
    if _is_dropped(hearing, alert, choice):
        return
    if choice == "other":
        _ask_note(hearing, person, alert, Outcome.FALSE_ALARM)
        return
    if choice not in FALSE_ALARM_REASONS:
        raise PersonCanFix(replies.STALE_BUTTON)
    pressed = acknowledgement.false_alarm(hearing.uow, hearing.office, alert, person, choice)
    _answer(hearing, pressed, _ended(pressed.alert), replace=True)


def _watch(hearing: Hearing, person: Person, alert: Alert, choice: str) -> None:
    if not choice:
        choices = [(label, key) for key, label in WATCH_CHOICES.items()]
        _ask(hearing, person, alert, verb="watch", choices=choices, words=replies.ASK_WATCH)
        return
    if _is_dropped(hearing, alert, choice):
        return
    if choice not in WATCH_CHOICES:
        raise PersonCanFix(replies.STALE_BUTTON)
    pressed = acknowledgement.watch(hearing.uow, alert, person, choice)
    _answer(hearing, pressed, replies.WATCHING.format(number=alert.number), replace=True)


def _close(hearing: Hearing, person: Person, alert: Alert, choice: str) -> None:
    if not choice:
        choices = [(outcome.label, outcome.value) for outcome in OUTCOME_CHOICES]
        _ask(hearing, person, alert, verb="close", choices=choices, words=replies.ASK_OUTCOME)
        return
    if _is_dropped(hearing, alert, choice):
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
    _answer(hearing, pressed, _ended(pressed.alert), replace=True)


_ALERT_VERBS: dict[str, Callable[[Hearing, Person, Alert, str], None]] = {
    "take": _take,
    "help": _help,
    "give": _give,
    "false": _false,
    "watch": _watch,
    "close": _close,
}

DROP = "no"


def _ask(
    hearing: Hearing,
    person: Person,
    alert: Alert,
    *,
    verb: str,
    choices: list[tuple[str, str]],
    words: str,
) -> None:
    """Ask the presser to choose, in a message of its own under the card."""
    buttons = [Button(label, press_data(alert.id, verb, key)) for label, key in choices]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    rows.append((Button(replies.CANCEL, press_data(alert.id, verb, DROP)),))
    assert isinstance(hearing.incoming, ButtonPress)  # noqa: S101 - for the type checker
    hearing.answer(
        OutgoingMessage(
            body=(Span(words.format(who=person.name, number=alert.number)),),
            buttons=tuple(rows),
            reply_to=hearing.incoming.message_id,
            rings=False,
        ),
        alert_id=alert.id,
    )
    hearing.toast("")


def _is_dropped(hearing: Hearing, alert: Alert, choice: str) -> bool:
    if choice != DROP:
        return False
    hearing.replace_pressed(replies.CHOICE_DROPPED.format(number=alert.number))
    hearing.toast("")
    return True


def _ask_note(hearing: Hearing, person: Person, alert: Alert, outcome: Outcome) -> None:
    hearing.wait_for({"kind": "outcome", "alert": alert.id, "outcome": outcome.value})
    words = replies.ASK_NOTE.format(who=person.name, number=alert.number)
    hearing.replace_pressed(words)
    hearing.toast("")


def _answer(hearing: Hearing, pressed: Pressed, done: str, *, replace: bool = False) -> None:
    alert = pressed.alert
    words = {
        Result.DONE: done,
        Result.YOURS_ALREADY: replies.YOURS_ALREADY.format(number=alert.number),
        Result.NOBODY_ABOVE: replies.NOBODY_ABOVE,
        Result.ENDED: _ended(alert),
    }.get(pressed.result)
    if words is None:
        words = replies.HAS_IT.format(number=alert.number, who=_stands(hearing, alert))
    hearing.toast(words)
    if replace:
        hearing.replace_pressed(words)


def _stands(hearing: Hearing, alert: Alert) -> str:
    return state_words(view(hearing.uow, alert), hearing.office, hearing.uow.now)


def _ended(alert: Alert) -> str:
    outcome = "" if alert.outcome is None else alert.outcome.label
    return replies.CLOSED.format(number=alert.number, outcome=outcome)
