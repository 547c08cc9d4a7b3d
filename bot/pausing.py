"""关注 and 暂缓 in two taps: until when, then why. A named person, a time, a reason."""

from __future__ import annotations

from alerts import acknowledgement
from alerts.acknowledgement import Pressed, Result
from alerts.knowing import may_act
from alerts.notices import WATCH_CHOICES, clock
from alerts.quiet_words import (
    OWN_WORDS,
    OWN_WORDS_LABEL,
    SNOOZE_CHOICES,
    WAIT_REASONS,
    snooze_choices,
)
from bot import replies, small_talk
from bot.choosing import answer, ask, choice_rows, is_dropped
from bot.hearing import Hearing
from domain.alert import Alert
from domain.channel import OutgoingMessage, Span
from domain.duty import Person
from domain.errors import PersonCanFix

KIND = "wait"
WHY_LENGTH = 100


def watch(hearing: Hearing, person: Person, alert: Alert, choice: str) -> None:
    """关注: ask when to look again, then why, then write it."""
    if not choice:
        choices = [(label, key) for key, label in WATCH_CHOICES.items()]
        ask(hearing, person, alert, verb="watch", choices=choices, words=replies.ASK_WATCH)
        return
    if is_dropped(hearing, alert, choice):
        return
    time, _, why = choice.partition(":")
    if time not in WATCH_CHOICES:
        raise PersonCanFix(replies.STALE_BUTTON)
    _go_on(hearing, person, alert, verb="watch", time=time, why=why)


def snooze(hearing: Hearing, person: Person, alert: Alert, choice: str) -> None:
    """暂缓: ask for how long, then why, then write it; only for whoever has the alert."""
    if choice and is_dropped(hearing, alert, choice):
        return
    refused = acknowledgement.why_no_snooze(hearing.uow, alert, person, noted=True)
    if refused is not None:
        answer(hearing, Pressed(refused, alert), "")
        return
    if not choice:
        given = snooze_choices(hearing.office, alert.level)
        choices = [(label, key) for key, label in given.items()]
        ask(hearing, person, alert, verb="snooze", choices=choices, words=replies.ASK_SNOOZE)
        return
    time, _, why = choice.partition(":")
    if time not in SNOOZE_CHOICES:
        raise PersonCanFix(replies.STALE_BUTTON)
    _go_on(hearing, person, alert, verb="snooze", time=time, why=why)


def _go_on(
    hearing: Hearing, person: Person, alert: Alert, *, verb: str, time: str, why: str
) -> None:
    if not why:
        _ask_why(hearing, person, alert, verb=verb, time=time)
    elif why == OWN_WORDS:
        hearing.wait_for({"kind": KIND, "alert": alert.id, "verb": verb, "time": time})
        hearing.replace_pressed(replies.ASK_NOTE.format(who=person.name, number=alert.number))
        hearing.toast("")
    elif why in WAIT_REASONS:
        pressed = _write(
            hearing, person, alert, verb=verb, time=time, why=WAIT_REASONS[why], noted=False
        )
        answer(hearing, pressed, _done(hearing, pressed), replace=True)
    else:
        raise PersonCanFix(replies.STALE_BUTTON)


def _ask_why(hearing: Hearing, person: Person, alert: Alert, *, verb: str, time: str) -> None:
    words = replies.ASK_WHY.format(who=person.name, number=alert.number)
    choices = [(label, f"{time}:{key}") for key, label in WAIT_REASONS.items()]
    refused = acknowledgement.why_no_snooze(hearing.uow, alert, person)
    if verb == "snooze" and refused is Result.NOTE_WANTED:
        words, choices = replies.SNOOZE_NOTE.format(number=alert.number), []
    choices.append((OWN_WORDS_LABEL, f"{time}:{OWN_WORDS}"))
    hearing.replace_pressed(
        OutgoingMessage(body=(Span(words),), buttons=choice_rows(alert, verb, choices), rings=False)
    )
    hearing.toast("")


def hear_why(hearing: Hearing, text: str, state: dict[str, object]) -> None:
    """Take somebody's own sentence as the reason."""
    alert = hearing.uow.alerts.get(int(str(state["alert"])))
    person = hearing.person
    if alert is None or person is None or not may_act(hearing.asker, alert):
        raise PersonCanFix(replies.NO_SUCH_NUMBER)
    if not small_talk.has_words(text):
        raise PersonCanFix(replies.NOTE_WANTED)
    pressed = _write(
        hearing,
        person,
        alert,
        verb=str(state["verb"]),
        time=str(state["time"]),
        why=text.strip()[:WHY_LENGTH],
        noted=True,
    )
    done = pressed.result is Result.DONE
    words = _done(hearing, pressed) if done else replies.CHOICE_DROPPED
    hearing.answer(words.format(number=alert.number), alert_id=alert.id)


def _write(
    hearing: Hearing, person: Person, alert: Alert, *, verb: str, time: str, why: str, noted: bool
) -> Pressed:
    if verb == "watch":
        return acknowledgement.watch(hearing.uow, hearing.office, alert, person, time, why=why)
    return acknowledgement.snooze(
        hearing.uow, hearing.office, alert, person, SNOOZE_CHOICES[time], why=why, noted=noted
    )


def _done(hearing: Hearing, pressed: Pressed) -> str:
    alert = pressed.alert
    if alert.snoozed_until is None:
        return replies.WATCHING.format(number=alert.number)
    until = clock(hearing.office, alert.snoozed_until, day=True)
    return replies.SNOOZED.format(number=alert.number, until=until)
