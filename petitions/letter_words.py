"""Every sentence of a reminder letter. It names no petitioner: the unit has the matter's papers."""

from __future__ import annotations

from datetime import date

from domain.petition import Matter, StepKind
from petitions.deadlines import Clock

MATTER_TITLE = "关于信访事项办理的提醒函"
ALERT_TITLE = "关于预警后续处置的提醒函"
OTHER_TITLE = "关于有关事项办理的提醒函"

FORWARDED = "{day}，我局将编号为{number}的信访事项转由你单位办理。"
YOURS = "编号为{number}的信访事项由你单位负责办理。"
DUE = "该事项应于{day}前{what}（《信访工作条例》{article}），{far}。"
LATE, LEFT, TODAY = "现已超期{days}天", "距期限还有{days}天", "今天到期"
ALERT = "编号为{number}的预警已完成现场处置，后续工作由你单位跟进。"
ASKS = "请你单位抓紧办理，按期答复信访人，并自发函之日起{days}日内将办理情况书面函复我局。"
ASKS_PLAINLY = "请你单位抓紧落实，并自发函之日起{days}日内将有关情况书面函复我局。"
END = "特此函告。"


def chinese_day(day: date) -> str:
    """Return a day as official papers write it (GB/T 9704-2012, 7.3.5.4): 2026年3月4日."""
    return f"{day.year}年{day.month}月{day.day}日"


def matter_words(matter: Matter, unit: str, clock: Clock | None) -> tuple[str, ...]:
    """Return what a letter says of a matter: since when it is theirs, and what is due."""
    forwarded = [
        step for step in matter.steps if step.kind is StepKind.FORWARDED and step.unit == unit
    ]
    if forwarded:
        first = FORWARDED.format(day=chinese_day(forwarded[-1].on), number=matter.number)
    else:
        first = YOURS.format(number=matter.number)
    return (first,) if clock is None else (first, _due(clock))


def _due(clock: Clock) -> str:
    left = clock.days_left or 0
    far = TODAY if left == 0 else LEFT.format(days=left) if left > 0 else LATE.format(days=-left)
    return DUE.format(
        day=chinese_day(clock.due_on), what=clock.what.label, article=clock.what.article, far=far
    )
