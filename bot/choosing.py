"""Asking a presser to choose, and telling them what their press came to."""

from __future__ import annotations

from alerts.acknowledgement import Pressed, Result
from alerts.notices import press_data, state_words
from alerts.view import view
from bot import replies
from bot.hearing import Hearing
from domain.alert import Alert
from domain.channel import Button, ButtonPress, OutgoingMessage, Span
from domain.duty import Person

DROP = "no"


def ask(
    hearing: Hearing,
    person: Person,
    alert: Alert,
    *,
    verb: str,
    choices: list[tuple[str, str]],
    words: str,
) -> None:
    """Ask the presser to choose, in a message of its own under the card."""
    assert isinstance(hearing.incoming, ButtonPress)  # noqa: S101 - for the type checker
    hearing.answer(
        OutgoingMessage(
            body=(Span(words.format(who=person.name, number=alert.number)),),
            buttons=choice_rows(alert, verb, choices),
            reply_to=hearing.incoming.message_id,
            rings=False,
        ),
        alert_id=alert.id,
    )
    hearing.toast("")


def choice_rows(
    alert: Alert, verb: str, choices: list[tuple[str, str]]
) -> tuple[tuple[Button, ...], ...]:
    """Return buttons for (label, key) choices, two a row, and one that drops the question."""
    buttons = [Button(label, press_data(alert.id, verb, key)) for label, key in choices]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return (*rows, (Button(replies.CANCEL, press_data(alert.id, verb, DROP)),))


def is_dropped(hearing: Hearing, alert: Alert, choice: str) -> bool:
    """Whether the presser drops the question; it is then answered."""
    if choice != DROP:
        return False
    hearing.replace_pressed(replies.CHOICE_DROPPED.format(number=alert.number))
    hearing.toast("")
    return True


def answer(hearing: Hearing, pressed: Pressed, done: str, *, replace: bool = False) -> None:
    """Tell the presser what came of it; ``replace`` ends the question as well."""
    alert = pressed.alert
    words = {
        Result.DONE: done,
        Result.YOURS_ALREADY: replies.YOURS_ALREADY.format(number=alert.number),
        Result.NOBODY_ABOVE: replies.NOBODY_ABOVE,
        Result.ENDED: ended(alert),
        Result.TAKE_FIRST: replies.TAKE_FIRST.format(number=alert.number),
        Result.NOTE_WANTED: replies.SNOOZE_NOTE.format(number=alert.number),
    }.get(pressed.result)
    if words is None:
        words = replies.HAS_IT.format(number=alert.number, who=stands(hearing, alert))
    hearing.toast(words)
    if replace:
        hearing.replace_pressed(words)


def stands(hearing: Hearing, alert: Alert) -> str:
    """Return who has an alert."""
    return state_words(view(hearing.uow, alert), hearing.office, hearing.uow.now)


def ended(alert: Alert) -> str:
    """Return how an alert ended."""
    outcome = "" if alert.outcome is None else alert.outcome.label
    return replies.CLOSED.format(number=alert.number, outcome=outcome)
