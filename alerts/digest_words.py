"""The sentences of the daily digest. Numbers and places, never a report's words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from alerts.digest import Digest
from alerts.drills import DrillResult
from alerts.figures import Spread
from alerts.office import Office
from alerts.proof_words import away_words
from domain.alert import Alert
from domain.channel import OutgoingMessage, Span, Style
from domain.roster import Gap

MOST_LINES = 10
FEW_MINUTES = 10
NOTHING = "没有"


def digest_words(digest: Digest, office: Office, now: datetime) -> OutgoingMessage:
    """Return the digest as the district desk reads it."""
    spans = [
        Span(f"护信日报　{digest.day.month}月{digest.day.day}日\n", Style.STRONG),
        Span(f"系统：{digest.light.words}\n"),
        Span(f"待接收：{_alerts(digest.open, now)}\n"),
        Span(f"其中超时没有接收：{_numbers(digest.overdue)}\n"),
        Span(f"处理中 {digest.taken} 条，关注中 {digest.watched} 条\n"),
        Span(f"送不到：{_undelivered(digest)}\n"),
        Span(f"没有读的消息：{_unread(digest)}\n"),
        Span(f"7 天内值班空缺：{_gaps(digest.gaps, digest.ahead, office)}\n"),
        Span(f"昨天：{_yesterday(digest)}\n"),
        Span(f"最近的演练：{_drills(digest.drills, digest.stayed_away)}\n"),
        Span(f"查看记录：{f'尾号 {digest.looks}' if digest.looks else NOTHING}"),
    ]
    return OutgoingMessage(body=tuple(spans), rings=bool(digest.open))


def span_words(span: timedelta | None) -> str:
    """Return a time as people say it, to the second below a minute; — where there is none."""
    if span is None:
        return "—"
    seconds = round(span.total_seconds())
    minutes, hours = seconds // 60, seconds // 3600
    if not minutes:
        return f"{seconds}秒"
    if not hours:
        rest = seconds % 60 if minutes < FEW_MINUTES else 0
        return f"{minutes}分{rest}秒" if rest else f"{minutes}分钟"
    return f"{hours}小时{minutes % 60}分" if minutes % 60 else f"{hours}小时"


def share_words(share: float | None) -> str:
    """Return a share in percent; — where there is none."""
    return "—" if share is None else f"{share:.0%}"


def _alerts(found: tuple[Alert, ...], now: datetime) -> str:
    return _listed(
        f"{alert.number} {alert.level.label}色 {alert.town or '区值班室'} "
        f"已等 {span_words(now - alert.raised_at)}"
        for alert in found
    )


def _numbers(found: tuple[Alert, ...]) -> str:
    if not found:
        return NOTHING
    more = "等" if len(found) > MOST_LINES else ""
    return f"{len(found)} 条，{'、'.join(one.number for one in found[:MOST_LINES])}{more}"


def _listed(lines: Iterable[str]) -> str:
    every = list(lines)
    if not every:
        return NOTHING
    rest = f"\n· 另有 {len(every) - MOST_LINES} 条" if len(every) > MOST_LINES else ""
    return f"{len(every)} 条" + "".join(f"\n· {line}" for line in every[:MOST_LINES]) + rest


def _undelivered(digest: Digest) -> str:
    parts = []
    if digest.refused:
        parts.append(f"{digest.refused} 条通知被拒收")
    if digest.tried_in_vain:
        parts.append(f"{digest.tried_in_vain} 条还在重试")
    if digest.dead_groups:
        parts.append("联系不上：" + "、".join(digest.dead_groups))
    return "；".join(parts) or NOTHING


def _unread(digest: Digest) -> str:
    parts = []
    if digest.unread:
        parts.append(f"{digest.unread} 条等着处理")
    if digest.set_aside:
        parts.append(f"{digest.set_aside} 条系统读不懂，要人看")
    return "；".join(parts) or NOTHING


def _gaps(gaps: tuple[Gap, ...], ahead: tuple[datetime, datetime], office: Office) -> str:
    whole = [gap for gap in gaps if (gap.starts_at, gap.ends_at) == ahead]
    towns = [gap.chair.town for gap in whole if gap.chair.town is not None]
    lines = [f"{gap.chair.label}整周没有排班" for gap in whole if gap.chair.town is None]
    if towns:
        named = "、".join(towns[:MOST_LINES])
        more = f"等 {len(towns)} 个镇街" if len(towns) > MOST_LINES else ""
        lines.append(f"{named}{more}整周没有排班")
    for gap in gaps:
        if gap in whole:
            continue
        starts, ends = (office.hours.local(at) for at in (gap.starts_at, gap.ends_at))
        lines.append(
            f"{gap.chair.label} {starts.month}月{starts.day}日 {starts:%H:%M} 到 "
            f"{ends.month}月{ends.day}日 {ends:%H:%M}"
        )
    return _listed(lines)


def _yesterday(digest: Digest) -> str:
    total = digest.yesterday.total
    by_level = "、".join(
        f"{name}{line.alerts}" for name, line in digest.yesterday.lines if line.alerts
    )
    return (
        f"上报 {digest.reports} 条，预警 {total.alerts} 条"
        + (f"（{by_level}）" if by_level else "")
        + (
            f"；接收用时 {_spread(total.answer)}，按时接收 {share_words(total.share_in_time)}，"
            f"提级 {total.escalated} 条，误报 {total.false_alarms} 条，办结 {total.ended} 条"
            if total.alerts
            else ""
        )
    )


def _spread(spread: Spread) -> str:
    return f"中位 {span_words(spread.median)}"


def _drills(drills: tuple[DrillResult, ...], away: tuple[DrillResult, ...]) -> str:
    if not drills:
        return "7 天内没有演练"
    if not away:
        return f"{len(drills)} 个镇街都接收了"
    return f"{len(drills)} 个镇街，没有接收 {_listed(away_words(one) for one in away)}"
