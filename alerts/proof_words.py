"""Every sentence about the system itself: what the auditor found, drills, the light.

Text is Chinese, short and kind. Numbers of alerts stand in it, never a report's words.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.drills import DrillResult, stayed_away
from alerts.findings import FindingKind, Found
from alerts.pulse import Loop
from domain.channel import OutgoingMessage, Span, Style, plain

ALL_WELL = "系统正常"
NOT_LOOKED_YET = "正在自查"
NOT_LOOKED_LATELY = "自查停了"
RECOVERED = "系统自查：已恢复正常。"

_WORDS = {
    FindingKind.ALERT_UNTIMED: "预警 {subject} 没有计时，已重新计时",
    FindingKind.ALERT_UNSEEN: "预警 {subject} 还没有送到任何人，请马上打电话通知",
    FindingKind.TIMERS_OVERDUE: "{count} 条预警到了时间没有提级",
    FindingKind.NOTICES_STUCK: "{count} 条通知没有发出去",
    FindingKind.MESSAGES_LEFT: "{count} 条收到的消息没有处理",
    FindingKind.FROM_THE_FUTURE: "{count} 条记录的时间在将来（有机器的时钟跳过），已改回",
    FindingKind.LOOP_STOPPED: "{subject}停了",
}
_LOOP = {
    Loop.READER.value: "读消息的程序",
    Loop.DISPATCHER.value: "发通知的程序",
    Loop.TIMERS.value: "计时提级的程序",
}


def finding_words(found: Found) -> str:
    """Return one finding as people read it."""
    subject = _LOOP.get(found.subject, found.subject)
    return _WORDS[found.kind].format(subject=subject, count=found.count)


def found_words(found: Sequence[Found]) -> OutgoingMessage:
    """Return what the district desk is told when the auditor found something."""
    lines = "".join(f"· {finding_words(one)}\n" for one in found)
    return OutgoingMessage(
        body=(
            Span("系统自查发现问题：\n", Style.STRONG),
            Span(lines),
            Span("请通知管理员。预警请同时打电话确认。", Style.QUIET),
        )
    )


def recovered_words() -> OutgoingMessage:
    """Return what the district desk is told when all is well again."""
    return OutgoingMessage(body=(Span(RECOVERED),), rings=False)


def postponed_words(town: str, number: str) -> OutgoingMessage:
    """Return what the district desk reads when a planned drill waits for a real alert."""
    return plain(f"【演练】推迟：{town}有红色预警 {number} 还没办结。处理完再演练。")


def dropped_words(town: str) -> OutgoingMessage:
    """Return what the district desk reads when a planned drill did not take place."""
    return plain(f"【演练】今天不做了：{town}。")


def away_words(one: DrillResult) -> str:
    """Return one drill that nobody of its town answered, and who should have."""
    return f"{one.town}，{who_words(one)}"


def who_words(one: DrillResult) -> str:
    """Return who was on duty, where a drill arrived, and who answered for the town."""
    parts = [f"值班 {'、'.join(one.on_duty)}"] if one.on_duty else []
    if one.answered_by:
        parts.append(f"由{one.answered_by}代为接收")
    else:
        parts.append(f"已送到 {'、'.join(one.reached)}" if one.reached else "没有送到任何人")
    return "，".join(parts)


def results_words(results: Sequence[DrillResult]) -> OutgoingMessage:
    """Return what the district desk reads when drills are over: who did not answer."""
    away = stayed_away(results)
    head = f"【演练】结果：{len(results)} 个镇街，{len(results) - len(away)} 个按时接收。\n"
    lines = "".join(f"· 没有接收：{away_words(one)}\n" for one in away)
    return OutgoingMessage(body=(Span(head, Style.STRONG), Span(lines)), rings=bool(away))
