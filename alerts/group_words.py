"""What a group reads beside an alert's card: more was told, it went elsewhere, where it is."""

from __future__ import annotations

from alerts.clipping import marked
from domain.alert import Alert
from domain.channel import Location, OutgoingMessage, Span, Style


def supplement_words(alert: Alert, text: str, who: str) -> OutgoingMessage:
    """Return what a group reads when more is reported about an alert it has."""
    return OutgoingMessage(
        body=(
            Span(f"{alert.number} 有补充（{who or '未登记的人'}）：\n", Style.STRONG),
            *marked(text, []),
        ),
        level=alert.level.value,
    )


def withdrawn_words(alert: Alert) -> OutgoingMessage:
    """Return what a group reads when the reporter takes a report back."""
    return OutgoingMessage(
        body=(
            Span(f"{alert.number} 上报人撤回了上报。", Style.STRONG),
            Span("请核实清楚再办结，撤回不等于没有危险。"),
        ),
        level=alert.level.value,
    )


def merged_words(alert: Alert, into: str) -> OutgoingMessage:
    """Return what a group reads when its alert turned out to be another one."""
    return OutgoingMessage(
        body=(Span(f"{alert.number} 与 {into} 是同一件事，已并入 {into}。"),), rings=False
    )


def handed_over_words(alert: Alert, to: str, who: str) -> OutgoingMessage:
    """Return what the former group reads when its alert went elsewhere."""
    return OutgoingMessage(body=(Span(f"{who} 已把 {alert.number} 移交给{to}。"),), rings=False)


def taken_over_words(alert: Alert) -> OutgoingMessage:
    """Return what stands in the place of a card that its chat must not read any longer."""
    return OutgoingMessage(body=(Span(f"{alert.number} 已由区值班室处理。"),), rings=False)


def unreachable_words(name: str, reason: str) -> OutgoingMessage:
    """Return what is said where somebody, or a group, can no longer be reached."""
    return OutgoingMessage(
        body=(Span(f"{name} 收不到护信的通知了：{reason}。请尽快恢复，别漏了预警。"),)
    )


def pin_words(alert: Alert, place: Location) -> OutgoingMessage:
    """Return the place that a reporter sent with an alert, for a map where there is one."""
    title = f" {place.title}" if place.title else ""
    words = f"{alert.number} 位置：{place.latitude:.5f}, {place.longitude:.5f}{title}"
    return OutgoingMessage(body=(Span(words),), rings=False, pin=place)
