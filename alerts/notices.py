"""Every sentence about an alert that people read, and the card that shows one.

Text is Chinese, short and kind. It always says 110/120 first, reads 疑似，待人工核实 until a
person decides, and names no illness. Refuses: looking anything up; a card is written from
an `AlertView`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from alerts.clipping import marked
from alerts.office import Office
from alerts.quiet_words import paused_line
from alerts.view import AlertView, ReportView
from domain.alert import Alert, AlertState, Outcome
from domain.channel import Button, OutgoingMessage, Span, Style
from domain.danger import Level

REPORTS_ON_CARD = 3
REASONS_ON_CARD = 2

FIRST_CALL = "有人身危险，请先拨110／120。"
FIRST_CALL_RED = "危险正在发生，请先拨110／120。"
FIRST_CALL_DRILL = "真有危险时先拨110／120；这是演练，请不要拨。"
DETAILS = "查看详情"


class Why(enum.StrEnum):
    """Why a new message about an alert rings."""

    RAISED = "raised"
    LEVEL_RAISED = "level_raised"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    LAPSED = "lapsed"
    WATCH_ENDED = "watch_ended"
    HANDED_OVER = "handed_over"
    TOWN_ANSWERED = "town_answered"
    HELP = "help"
    SNOOZE_ENDED = "snooze_ended"
    NEWS = "news"
    PAUSED = "paused"
    RESUMED = "resumed"


_WHY = {
    Why.RAISED: "",
    Why.LEVEL_RAISED: "等级升高，请重新接收。",
    Why.ESCALATED: "前面还没有人接收，现在请您接收。",
    Why.REPEATED: "仍然没有人接收，请马上接收。",
    Why.LAPSED: "接收后一直没有结果，请重新接收并报结果。",
    Why.WATCH_ENDED: "关注时间到，请再看一次。",
    Why.HANDED_OVER: "移交给您，请接收。",
    Why.TOWN_ANSWERED: "上报人确认在您辖区，请接收。",
    Why.HELP: "同事求助，请马上支援。",
    Why.SNOOZE_ENDED: "暂缓时间到，请重新接收并报结果。",
    Why.NEWS: "有新情况，请重新接收。",
    Why.PAUSED: "镇街值班群维护中，请区值班室先接。",
    Why.RESUMED: "值班群维护结束，这条还没有办结。",
}

LEVEL_SIGN = {
    Level.RED: "🔴红",
    Level.ORANGE: "🟠橙",
    Level.YELLOW: "🟡黄",
    Level.BLUE: "🔵蓝",
    Level.NONE: "⚪无",
}

OUTCOME_CHOICES = (
    Outcome.SAFE,
    Outcome.HOSPITAL,
    Outcome.POLICE,
    Outcome.RESOLVED,
    Outcome.FALSE_ALARM,
    Outcome.OTHER,
)

FALSE_ALARM_REASONS = {
    "checked": "已核实，没有危险",
    "figure": "口头禅、气话或玩笑",
    "publicity": "宣传、培训或演练",
    "past": "过去的事，现在平安",
    "elsewhere": "别处的事或新闻",
    "other": "其他原因",
}

WATCH_CHOICES = {"2h": "2小时后", "8h": "8小时后", "1d": "明天", "3d": "3天后", "7d": "7天后"}


def press_data(alert_id: int, verb: str, *rest: str) -> str:
    """Return a button's data for an alert: ``a:132:take``."""
    return ":".join(("a", str(alert_id), verb, *rest))


def card(seen: AlertView, office: Office, *, why: Why, now: datetime) -> OutgoingMessage:
    """Return the message that shows an alert as it stands."""
    alert = seen.alert
    spans = [*_head(seen, why)]
    if seen.paused:
        spans.append(Span(paused_line(office, seen.paused), Style.STRONG))
    if alert.is_live and alert.drill:
        spans.append(Span(FIRST_CALL_DRILL + "\n", Style.STRONG))
    elif alert.is_live:
        first = FIRST_CALL_RED if alert.level is Level.RED else FIRST_CALL
        spans.append(Span(first + "\n", Style.STRONG))
    for report in seen.reports[:REPORTS_ON_CARD]:
        spans += _report(report, office)
    if len(seen.reports) > REPORTS_ON_CARD:
        spans.append(Span(f"另有 {len(seen.reports) - REPORTS_ON_CARD} 条上报。\n", Style.QUIET))
    spans += _reasons(seen)
    spans.append(Span(state_words(seen, office, now) + "\n", Style.STRONG))
    if alert.is_live:
        spans.append(Span(_help(office), Style.QUIET))
    return OutgoingMessage(
        body=tuple(spans),
        buttons=buttons(alert),
        level=_shown_level(alert).value,
        rings=alert.is_live,
        details=Button(DETAILS, press_data(alert.id, "detail")),
    )


def _shown_level(alert: Alert) -> Level:
    return Level.BLUE if alert.state is AlertState.WATCHED else alert.level


def _head(seen: AlertView, why: Why) -> Sequence[Span]:
    alert = seen.alert
    kinds = "、".join(category.label for category in alert.categories)
    drill = "【演练】" if alert.drill else ""
    if alert.drill:
        kinds = "（不是真事）"
    spans = [
        Span(
            f"{drill}{LEVEL_SIGN[_shown_level(alert)]} 疑似{kinds or '有危险'}　{alert.number}\n",
            Style.STRONG,
        ),
        Span(f"地点：{_place(seen)}\n"),
    ]
    if alert.town is not None and seen.holder is None:
        spans.append(Span("反映的对象就是本镇街，由区值班室处理。\n", Style.STRONG))
    if alert.drill and alert.is_live:
        spans.append(Span("请像真的一样按「接收」，再按「办结」。\n"))
    if not alert.verified:
        spans.append(Span("上报人未登记，身份未核实。\n", Style.STRONG))
    if alert.is_live and _WHY[why]:
        spans.append(Span(_WHY[why] + "\n", Style.STRONG))
    return spans


def _place(seen: AlertView) -> str:
    """Return the town of the event, also where the district desk has it."""
    named = (report.report.town for report in seen.reports)
    return seen.alert.town or next((town for town in named if town), "镇街未定")


def _report(seen: ReportView, office: Office) -> Sequence[Span]:
    report = seen.report
    who = seen.reporter or "未登记的人"
    spans = [Span(f"{clock(office, report.filed_at)} {who} 上报 {report.number}：\n", Style.QUIET)]
    if report.withdrawn_at is not None:
        spans.append(Span("上报人已撤回，请核实后办结。\n", Style.STRONG))
    for version in seen.versions:
        spans += marked(version.text, [(e.start, e.end) for e in version.assessment.evidence])
        if version.attachments:
            spans.append(Span(f"（附件 {len(version.attachments)} 个）", Style.QUIET))
        spans.append(Span("\n"))
    return spans


def _reasons(seen: AlertView) -> Sequence[Span]:
    reasons: dict[str, None] = {}
    found = sorted(
        (evidence for report in seen.reports for evidence in report.evidence),
        key=lambda evidence: -evidence.level.rank,
    )
    for evidence in found:
        reasons.setdefault(evidence.reason)
    if not reasons:
        return ()
    line = "；".join(list(reasons)[:REASONS_ON_CARD])
    return [
        Span(f"依据：{line}\n"),
        Span("等级由规则给出，疑似，待人工核实。\n", Style.QUIET),
    ]


def _help(office: Office) -> str:
    lines = [
        f"{support.name} {support.number}"
        + (f"（{support.hours}）" if support.hours and not _is_always(support.hours) else "")
        for support in office.support
    ]
    return "接收人请安排：谁去现场、谁回电、联系家属或社工。\n可用支援：" + "、".join(lines)


def _is_always(hours: str) -> bool:
    return hours.replace(" ", "") in {"24小时", "全天"}


def state_words(seen: AlertView, office: Office, now: datetime) -> str:
    """Return in one line who has an alert and what happens next."""
    alert = seen.alert
    if alert.state is AlertState.OPEN:
        waited = int((now - alert.raised_at).total_seconds() // 60)
        since = f"，已等 {waited} 分钟" if waited else ""
        return f"待接收{since}"
    if alert.state is AlertState.TAKEN and alert.taken_at is not None:
        held = f"{seen.taken_by} {clock(office, alert.taken_at)} 已接收"
        if alert.snoozed_until is None:
            return held
        until = clock(office, alert.snoozed_until, day=True)
        return f"{held}，暂缓到 {until}（{alert.wait_why}）"
    if alert.state is AlertState.WATCHED and alert.watched_until is not None:
        why = f"（{alert.wait_why}）" if alert.wait_why else ""
        return f"关注中，{clock(office, alert.watched_until, day=True)} 再看；{seen.taken_by}{why}"
    outcome = alert.outcome.label if alert.outcome else ""
    note = f"（{alert.outcome_note}）" if alert.outcome_note else ""
    return f"已办结：{outcome}{note}　{seen.closed_by}"


def next_words(alert: Alert) -> str:
    """Return what happens when an alert's timer runs out."""
    if alert.state is AlertState.OPEN:
        if alert.step == 0:
            return "通知值班群"
        return "提级" if alert.step < len(alert.chain.times.steps) else "再次呼叫所有人"
    if alert.state is AlertState.TAKEN:
        return "没有结果就再次呼叫" if alert.snoozed_until is None else "暂缓到期再次呼叫"
    return "再看一次" if alert.state is AlertState.WATCHED else ""


def clock(office: Office, at: datetime, *, day: bool = False) -> str:
    """Return a time on the office's wall clock: 09:41, or 11月22日 09:41."""
    local = office.hours.local(at)
    time = local.strftime("%H:%M")
    return f"{local.month}月{local.day}日 {time}" if day else time


def buttons(alert: Alert) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of a card in an alert's present state."""

    def button(label: str, verb: str) -> Button:
        return Button(label, press_data(alert.id, verb))

    further = (button("移交", "give"), button("求助", "help"), button("误报", "false"))
    if alert.state is AlertState.OPEN:
        return ((button("接收", "take"),), further)
    if alert.state is AlertState.TAKEN:
        held = (button("办结", "close"), button("关注", "watch"), button("暂缓", "snooze"))
        return (held, further)
    if alert.state is AlertState.WATCHED:
        return ((button("办结", "close"), button("关注", "watch")), further[:1])
    return ()
