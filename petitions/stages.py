"""Where a matter stands, in plain words that a petitioner would understand on the phone.

Pure functions of steps and clocks. Refuses: names, and anything about the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.petition import MatterKind, Step, StepKind
from petitions.deadlines import Clock

_STAGE = {
    StepKind.REGISTERED: "已登记，待转送交办",
    StepKind.FORWARDED: "已转送{unit}，待受理",
    StepKind.OBJECTED: "{unit}提出异议，待重新转送",
    StepKind.ACCEPTED: "{unit}已受理，办理中",
    StepKind.NOT_ACCEPTED: "不予受理，已告知",
    StepKind.NO_LONGER_ACCEPTED: "不再受理，已告知",
    StepKind.EXTENDED: "已延期，办理中",
    StepKind.REPLIED: "已答复",
    StepKind.REVIEW_ASKED: "复查中",
    StepKind.REVIEWED: "已有复查意见",
    StepKind.RECHECK_ASKED: "复核中",
    StepKind.RECHECKED: "已有复核意见，程序终结",
}
# What says nothing of where a matter stands.
_ASIDE = frozenset({StepKind.SATISFACTION, StepKind.SECOND_RECEPTION, StepKind.HEARING})


def stage(kind: MatterKind, steps: Sequence[Step]) -> str:
    """Return where a matter stands; ``steps`` are its standing ones, the oldest first."""
    last = next((step for step in reversed(steps) if step.kind not in _ASIDE), None)
    if last is None:
        return "待登记"
    if last.kind is StepKind.ACCEPTED and kind is MatterKind.SUGGESTION:
        return "已收到，研究中"
    return _STAGE[last.kind].format(unit=last.unit)


def last_step(steps: Sequence[Step]) -> str:
    """Return the last step as a line: 2026-03-04 受理（大石街道）; empty when there is none."""
    if not steps:
        return ""
    step = steps[-1]
    unit = f"（{step.unit}）" if step.unit else ""
    return f"{step.on} {step.kind.label}{unit}"


def due(clock: Clock | None) -> str:
    """Return what is due next, until when, and how far off that is; empty: nothing is."""
    if clock is None or clock.days_left is None:
        return ""
    left = clock.days_left
    far = "今天到期" if left == 0 else f"还有 {left} 天" if left > 0 else f"已超期 {-left} 天"
    perhaps = "，节假日未公布" if clock.provisional else ""
    return f"{clock.what.label}，{clock.due_on} 前（{far}{perhaps}）"


def is_late(clock: Clock | None, today: date) -> bool:
    """Whether what is due next should have been done before today."""
    return clock is not None and clock.due_on < today
