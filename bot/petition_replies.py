"""Every sentence the bot answers with about petition matters.

Short and plain. What is not there and what is not theirs to know are answered with the same
words. Refuses: looking anything up.
"""

from __future__ import annotations

from collections.abc import Iterable

from petitions.status import MatterStatus, Status

NOTHING_FOUND = "没有找到，或不在您的职责范围。"
NEAR = "您是不是要找：{names}？请发：状态 姓名"
SENT_IN_PRIVATE = "已私信发送。"
NEEDS_PRIVATE = "请先私信我一次，再来问；结果只发到您的私信。"
MORE = "共 {found} 件，先列 {shown} 件。要看别的，请发编号，如：状态 {number}"
OPENED = "已记录并告知区里，{hours} 小时内有效（到 {until}）。"
DESK_OPENED = "【查阅】{who} 查阅了辖区外的信访事项。理由：{why}。有效到 {until}。"
RENOUNCE_HOW = "请写要回避什么，如：回避 2026-0042、回避 张三、回避 大石街道"
RENOUNCED = "已登记回避：{label}。您不再看到与此有关的信访事项；要取消请找业务科。"
OPEN_ALERT = "⚠ 有正在处理的预警：{numbers}"


def status(answer: Status, alerts: Iterable[str]) -> str:
    """Return how somebody's matters stand, with the numbers of alerts that are open."""
    if not answer.matters:
        near = NEAR.format(names="、".join(answer.near)) if answer.near else ""
        return f"{NOTHING_FOUND}\n{near}".strip()
    lines = [_matter(one) for one in answer.matters]
    shown = len(answer.matters)
    if answer.found > shown:
        number = answer.matters[-1].number
        lines.append(MORE.format(found=answer.found, shown=shown, number=number))
    numbers = "、".join(alerts)
    if numbers:
        lines.insert(0, OPEN_ALERT.format(numbers=numbers))
    return "\n\n".join(lines)


def _matter(one: MatterStatus) -> str:
    """Return one matter in a few lines; what is not known is left out."""
    people = "、".join(one.people)
    parts = (
        f"{one.number}　{people}".strip(),
        one.subject,
        f"进展：{one.stage}",
        f"责任单位：{one.unit}" if one.unit else "",
        f"包案领导：{one.lead}" if one.lead else "",
        f"{'⏰ ' if one.late else ''}期限：{one.due}" if one.due else "",
        f"最近一步：{one.last_step}" if one.last_step else "",
    )
    return "\n".join(part for part in parts if part)
