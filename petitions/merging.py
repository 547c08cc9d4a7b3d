"""What a row of a sheet changes in a matter that may be there already.

The same sheet again changes nothing. An empty cell says nothing. What a clerk wrote by hand
stands until the sheet says something that it did not say before. Two things a sheet never
does, because they would let somebody in: take off a unit complained about, and make a
检举控告 into anything else. Pure; refuses rows and sheets (`petitions.workbook`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.petition import MatterHead, MatterKind, Petitioner, Step, StepKind, Tier
from petitions.heads import Field
from petitions.matter_rows import Said
from petitions.near_names import tidy_name
from petitions.step_cells import COLUMN_OF
from storage.matter_batches import Kept, NewStep
from storage.matter_values import KeptStep, as_text, standing

BY_SHEET = "sheet"
PEOPLE = "petitioners"
SUBJECT = 30  # characters of the words, where a new matter has no subject

NOT_OPENED = "台账里是检举控告，表里不是，没有改；确实不是的，请在台账里更正"
BY_HAND_STANDS = "台账里手工登记的这一步日期不同，没有改，请核对"
PEOPLE_BY_HAND = "信访人在台账里手工更正过，没有改，请核对"

_APPEALS = frozenset({MatterKind.APPEAL_SIX, MatterKind.APPEAL_OTHER})
_NEEDED = {
    Field.REGISTERED_ON: "登记日期",
    Field.KIND: "信访目的（申诉求决、建议意见或检举控告）",
    Field.LODGING: "信访形式",
}


@dataclass(frozen=True, slots=True)
class Merged:
    """A matter as it stands after a row; ``steps`` are those to be written down."""

    head: MatterHead
    petitioners: tuple[Petitioner, ...]
    steps: tuple[NewStep, ...]
    standing: tuple[Step, ...]
    notes: tuple[tuple[Field, str], ...] = ()


def missing(said: Said) -> tuple[tuple[Field, str], ...]:
    """Return what a row has to say of a new matter and does not."""
    return tuple(
        (what, f"没有写{words}，新的事项不能登记")
        for what, words in _NEEDED.items()
        if what.value not in said.head
    )


def new_matter(said: Said) -> Merged:
    """Return the matter of a row whose number is new; nothing is `missing`."""
    words = said.head.get("words", "")
    whole: dict[str, Any] = {"subject": words[:SUBJECT], "tier": Tier.DISTRICT} | said.head
    whole["group_size"] = max(whole.get("group_size", 1), len(said.petitioners))
    steps = tuple(NewStep(step) for step in said.steps)
    return Merged(MatterHead(number=said.number, **whole), said.petitioners, steps, said.steps)


def merged(kept: Kept, said: Said) -> Merged:
    """Return what becomes of a matter that is there, by what a row says."""
    notes: list[tuple[Field, str]] = []
    head = _head(kept, said, notes)
    petitioners = _people(kept, said.petitioners, notes)
    if len(petitioners) > head.group_size:
        head = replace(head, group_size=len(petitioners))
    steps = tuple(_new_steps(kept.steps, said.steps, notes))
    return Merged(head, petitioners, steps, _after(kept.steps, steps), tuple(notes))


def _head(kept: Kept, said: Said, notes: list[tuple[Field, str]]) -> MatterHead:
    before = kept.matter.head
    found = dict(said.head)
    kind = found.get("kind", before.kind)
    if said.kind is not None and not said.kind.item_named and before.kind in _APPEALS:
        found.pop("kind", None)  # 申诉求决 alone says nothing of the item
    elif before.kind is MatterKind.ACCUSATION and kind is not MatterKind.ACCUSATION:
        found.pop("kind", None)
        notes.append((Field.KIND, NOT_OPENED))
    found["about_units"] = _about(kept, found.get("about_units", ()))
    for name, value in tuple(found.items()):
        last = kept.last_changes.get(name)
        # What was corrected by hand stands as long as the sheet says what it said before.
        if last is not None and last.source != BY_SHEET and last.before == as_text(value):
            del found[name]
    return replace(before, **found)


def _about(kept: Kept, said: Iterable[str]) -> tuple[str, ...]:
    """Return the units complained about: those that are there, and new ones of the sheet.

    What a clerk took off is not put back by the same old sheet.
    """
    last = kept.last_changes.get("about_units")
    taken_off: set[str] = set()
    if last is not None and last.source != BY_SHEET:
        taken_off = set(last.before.split("、")) - set(last.after.split("、"))
    new = (unit for unit in said if unit not in taken_off)
    return tuple(dict.fromkeys((*kept.matter.head.about_units, *new)))


def _people(
    kept: Kept, said: Sequence[Petitioner], notes: list[tuple[Field, str]]
) -> tuple[Petitioner, ...]:
    """Return the people of a matter: details are added, people too; nobody is taken off."""
    before = kept.matter.petitioners
    if not said:
        return before
    after = _named(before, said)
    last = kept.last_changes.get(PEOPLE)
    if after != before and last is not None and last.source != BY_SHEET:
        notes.append((Field.NAME, PEOPLE_BY_HAND))
        return before
    return after


def _named(before: Sequence[Petitioner], said: Sequence[Petitioner]) -> tuple[Petitioner, ...]:
    if len(before) == len(said) == 1:
        (old,), (new,) = before, said
        is_same = tidy_name(old.name) == new.name or (new.phone and new.phone == old.phone)
        return (_detailed(old, new) if is_same else new,)
    rest = {tidy_name(one.name): one for one in said}
    known = tuple(
        _detailed(one, rest.pop(tidy_name(one.name))) if tidy_name(one.name) in rest else one
        for one in before
    )
    return (*known, *rest.values())


def _detailed(old: Petitioner, new: Petitioner) -> Petitioner:
    """Return somebody with what is newly said of them; what is not said stays."""
    return Petitioner(
        new.name,
        new.phone or old.phone,
        new.id_number or old.id_number,
        new.village or old.village,
        new.address or old.address,
    )


def _new_steps(
    kept: Sequence[KeptStep], said: Iterable[Step], notes: list[tuple[Field, str]]
) -> Iterable[NewStep]:
    gone = {row.replaces for row in kept if row.replaces is not None}
    stands = [row for row in kept if row.id not in gone and not row.void]
    for step in said:
        own = [row for row in stands if row.step.kind is step.kind]
        told = [
            row
            for row in kept
            if row.source == BY_SHEET and row.step.kind is step.kind and not row.void
        ]
        last = told[-1] if told else None
        if last is not None and last.step.on == step.on:
            if last in own:
                yield from _if_changed(last, _fuller(last.step, step, file_wins=True))
            continue  # said before; what a clerk put in its place stands
        alike = next((row for row in own if row.step.on == step.on), None)
        if alike is not None:
            yield from _if_changed(alike, _fuller(alike.step, step, file_wins=False))
        elif last is not None:
            old = last if last in own else own[-1] if own else None
            is_another = old is not None and _went_again(stands, old.step, step)
            yield NewStep(step, None if old is None or is_another else old.id)
        elif own:
            notes.append((COLUMN_OF[step.kind], BY_HAND_STANDS))
        else:
            yield NewStep(step)


def _went_again(stands: Iterable[KeptStep], old: Step, new: Step) -> bool:
    """Whether a later forwarding is a second one: the unit objected (Art. 23(3)) in between."""
    return new.kind is StepKind.FORWARDED and any(
        row.step.kind is StepKind.OBJECTED and old.on <= row.step.on <= new.on for row in stands
    )


def _if_changed(row: KeptStep, after: Step) -> Iterable[NewStep]:
    return () if after == row.step else (NewStep(after, row.id),)


def _fuller(old: Step, new: Step, *, file_wins: bool) -> Step:
    """Return a step with what the row adds to it, or changes where the file had said it."""
    first, second = (new, old) if file_wins else (old, new)
    return replace(
        old,
        document=first.document or second.document,
        unit=first.unit or second.unit,
        days=first.days if first.days is not None else second.days,
        until=first.until or second.until,
        note=first.note or second.note,
    )


def _after(kept: Sequence[KeptStep], new: Sequence[NewStep]) -> tuple[Step, ...]:
    """Return the steps that stand once the new ones are written."""
    replaced = {one.replaces for one in new}
    gone = {row.replaces for row in kept if row.replaces is not None} | replaced
    left = [row for row in kept if row.id not in gone and not row.void]
    steps = [*standing(left), *(one.step for one in new)]
    return tuple(sorted(steps, key=lambda step: step.on))
