"""Reminder letters (提醒函): drawn up under the next number, sent, signed for, answered.

Whoever keeps the ledger keeps them (`Topic.KEEPING`). Each step is a row that is only added to,
so that what the office says of its letters can be shown. A letter never goes to the unit
complained about, and one about an accusation to no town (《信访工作条例》 Art. 30(3), 46(五)).
Refuses: paper. What stands on it is `petitions.letter_paper`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from domain.access import Asker, Topic, open_to
from domain.alert import Alert, number_of
from domain.errors import PersonCanFix
from domain.letter import Letter, LetterHead, LetterStep, LetterStepKind
from domain.petition import Matter, MatterKind
from petitions import asking, letter_words
from petitions.deadlines import clocks, next_due
from petitions.ledger import Ledger
from petitions.matters import keeper
from petitions.same_unit import is_among, town_of
from storage.unit_of_work import UnitOfWork

LOOKED = "letter"
MOST_WORDS = 5000

NO_UNIT = "请写明发给哪个单位：--unit。"
NO_MATTER = "没有 {number} 这件信访事项，或不在您的职责范围。"
NO_ALERT = "没有 {number} 这条预警。"
NO_LETTER = "没有 {number} 这封提醒函。"
TOO_LONG = "函的内容太长，请在 {most} 字以内。"
COMPLAINED_ABOUT = (
    "{unit}是{number}的被反映单位，不能把提醒函发给它（《信访工作条例》第三十条第三款、"
    "第四十六条第五项）。请改发它的上级单位。"
)
ACCUSATION = "{number}是检举控告，提醒函不能发给镇街，请发给承办的纪检监察等单位。"
ANOTHER_TOWN = "{number}不归{unit}办理，也不在它的辖区，提醒函不能发给它。"
DRILL = "{number}是演练，不发提醒函。"
CANCELLED = "{number}已经作废。"
NOT_SENT = "{number}还没有登记发出，请先用 huxin letters sent。"
TOO_EARLY = "{step}的日期（{day}）不能早于{before}（{earlier}）。"
IN_THE_FUTURE = "日期（{day}）还没有到。"
ANSWERED = "{number}已经回函，不能作废。"

_NUMBER = re.compile(r"(?:\D*(\d{4})[〕\]】)）\-年第]+)?(\d{1,6})号?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A letter that somebody asks for: to whom, about what, and the writer's own words."""

    unit: str
    reply_days: int
    matter: str = ""
    alert_id: int | None = None
    title: str = ""
    words: str = ""


def draw_up(uow: UnitOfWork, ledger: Ledger, asker: Asker, wanted: Wanted) -> Letter:
    """Put a letter into the register under its year's next number and return it.

    Two at once wait for one another; one that fails takes no number with it. `PersonCanFix`
    says why it cannot go to that unit.
    """
    asking.require(asker, Topic.KEEPING)
    unit = wanted.unit.strip()
    if not unit:
        raise PersonCanFix(NO_UNIT)
    today = ledger.today(uow.now)
    if wanted.matter:
        head = _about_matter(ledger, replace(wanted, unit=unit), _theirs(uow, asker, wanted), today)
    elif wanted.alert_id is not None:
        alert = uow.alerts.get(wanted.alert_id)
        if alert is None:
            raise PersonCanFix(NO_ALERT.format(number=number_of(wanted.alert_id)))
        head = _about_alert(ledger, replace(wanted, unit=unit), alert)
    else:
        head = _head(wanted, unit, letter_words.OTHER_TITLE, (), letter_words.ASKS_PLAINLY)
    if len(head.words) > MOST_WORDS:
        raise PersonCanFix(TOO_LONG.format(most=MOST_WORDS))
    uow.turns.wait(f"letters:{today.year}")
    person_id = keeper(uow, asker, LOOKED, head.about)
    return uow.letters.add(head, year=today.year, on=today, made_by=person_id)


def record(
    uow: UnitOfWork, ledger: Ledger, asker: Asker, letter: Letter, step: LetterStep
) -> Letter:
    """Write a step of a letter down; `PersonCanFix` when it cannot have happened then.

    One of a kind that is there already corrects it; both stay in the register.
    """
    today = ledger.today(uow.now)
    _require_order(letter, step, today)
    person_id = keeper(uow, asker, LOOKED, letter.number)
    uow.letters.record(letter.id, step, recorded_by=person_id)
    return replace(letter, steps=(*letter.steps, step))


def find(uow: UnitOfWork, ledger: Ledger, asker: Asker, written: str) -> Letter:
    """Return the letter of a number as people write it: 3, 2026-3, 番信函〔2026〕3号.

    Without a year it is this year's. What is not there and what is not the asker's to know end
    alike.
    """
    asking.require(asker, Topic.KEEPING)
    found = _NUMBER.fullmatch("".join(written.split()))
    letter = None
    if found is not None:
        year = int(found[1]) if found[1] else ledger.today(uow.now).year
        letter = uow.letters.numbered(year, int(found[2]))
    if letter is None or not _may_know(uow, asker, letter):
        raise PersonCanFix(NO_LETTER.format(number=written))
    return letter


def look_up(uow: UnitOfWork, ledger: Ledger, asker: Asker, written: str) -> Letter:
    """Return a letter as `find` does, with a line in the access log."""
    letter = find(uow, ledger, asker, written)
    asking.looked(uow, asker, LOOKED, letter.number)
    return letter


def register_of(uow: UnitOfWork, asker: Asker, year: int) -> tuple[Letter, ...]:
    """Return a year's letters that are the asker's to know, by number."""
    asking.require(asker, Topic.KEEPING)
    asking.looked(uow, asker, LOOKED, str(year))
    return tuple(letter for letter in uow.letters.of_year(year) if _may_know(uow, asker, letter))


def _may_know(uow: UnitOfWork, asker: Asker, letter: Letter) -> bool:
    if letter.head.matter_id is None:
        return True
    matter = uow.matters.get(letter.head.matter_id)
    return matter is None or asking.ruling_on(uow, asker, matter, Topic.KEEPING).allows


def _theirs(uow: UnitOfWork, asker: Asker, wanted: Wanted) -> Matter:
    matter = uow.matters.by_number(wanted.matter)
    if matter is None or not asking.ruling_on(uow, asker, matter, Topic.KEEPING).allows:
        raise PersonCanFix(NO_MATTER.format(number=wanted.matter))
    return matter


def _about_matter(ledger: Ledger, wanted: Wanted, matter: Matter, today: date) -> LetterHead:
    _require_addressee(ledger, wanted.unit, matter)
    clock = next_due(clocks(matter.head.kind, matter.steps, today, ledger.counting))
    head = _head(
        wanted,
        wanted.unit,
        letter_words.MATTER_TITLE,
        letter_words.matter_words(matter, wanted.unit, clock),
        letter_words.ASKS,
    )
    return replace(head, matter_id=matter.id, about=matter.number)


def _require_addressee(ledger: Ledger, unit: str, matter: Matter) -> None:
    """Refuse a unit that must not learn of a matter."""
    head, number = matter.head, matter.number
    town = town_of(unit, ledger.towns, ledger.district)
    _require_not_among(ledger, unit, head.about_units, number)
    if town is None:
        return
    if head.kind is MatterKind.ACCUSATION:
        raise PersonCanFix(ACCUSATION.format(number=number))
    its_own = open_to(head.town, head.about_units, accusation=False)
    if town not in {its_own, town_of(head.unit, ledger.towns, ledger.district)}:
        raise PersonCanFix(ANOTHER_TOWN.format(number=number, unit=unit))


def _require_not_among(
    ledger: Ledger, unit: str, about: tuple[str, ...] | frozenset[str], number: str
) -> None:
    if is_among(unit, about, ledger.towns, ledger.district):
        raise PersonCanFix(COMPLAINED_ABOUT.format(unit=unit, number=number))


def _about_alert(ledger: Ledger, wanted: Wanted, alert: Alert) -> LetterHead:
    """Return a letter about an alert's follow-up; of what was reported it says nothing."""
    if alert.drill:
        raise PersonCanFix(DRILL.format(number=alert.number))
    _require_not_among(ledger, wanted.unit, alert.about_units, alert.number)
    town = town_of(wanted.unit, ledger.towns, ledger.district)
    if town is not None and alert.town not in {None, town}:
        raise PersonCanFix(ANOTHER_TOWN.format(number=alert.number, unit=wanted.unit))
    head = _head(
        wanted,
        wanted.unit,
        letter_words.ALERT_TITLE,
        (letter_words.ALERT.format(number=alert.number),),
        letter_words.ASKS_PLAINLY,
    )
    return replace(head, alert_id=alert.id, about=alert.number)


def _head(wanted: Wanted, unit: str, title: str, first: tuple[str, ...], asks: str) -> LetterHead:
    """Return a letter with its whole text: it reads the same whenever it is printed again."""
    own = tuple(line.strip() for line in wanted.words.splitlines() if line.strip())
    paragraphs = (*first, *own, asks.format(days=wanted.reply_days), letter_words.END)
    return LetterHead(
        unit=unit,
        title=wanted.title.strip() or title,
        reply_days=wanted.reply_days,
        words="\n".join(paragraphs),
    )


def _require_order(letter: Letter, step: LetterStep, today: date) -> None:
    """Refuse what cannot have happened on that day, or at all."""
    if letter.is_cancelled:
        raise PersonCanFix(CANCELLED.format(number=letter.number))
    if step.on > today:
        raise PersonCanFix(IN_THE_FUTURE.format(day=step.on))
    sent, replied = letter.last(LetterStepKind.SENT), letter.last(LetterStepKind.REPLIED)
    if step.kind is LetterStepKind.CANCELLED and replied is not None:
        raise PersonCanFix(ANSWERED.format(number=letter.number))
    if step.kind in {LetterStepKind.RECEIVED, LetterStepKind.REPLIED}:
        if sent is None:
            raise PersonCanFix(NOT_SENT.format(number=letter.number))
        earlier, before = sent.on, LetterStepKind.SENT.label
    else:
        earlier, before = letter.made_on, "制发"
    if step.on < earlier:
        message = TOO_EARLY.format(
            step=step.kind.label, day=step.on, before=before, earlier=earlier
        )
        raise PersonCanFix(message)
    if step.kind is LetterStepKind.SENT:
        _require_before_answers(letter, step)


def _require_before_answers(letter: Letter, sent: LetterStep) -> None:
    """Refuse a corrected day of sending that lies behind the receipt or the reply."""
    for kind in (LetterStepKind.RECEIVED, LetterStepKind.REPLIED):
        later = letter.last(kind)
        if later is not None and later.on < sent.on:
            message = TOO_EARLY.format(
                step=kind.label, day=later.on, before=sent.kind.label, earlier=sent.on
            )
            raise PersonCanFix(message)
