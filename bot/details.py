"""查看详情: the whole of an alert's reports, to the private chat of somebody who may see it."""

from __future__ import annotations

from alerts import outbox
from alerts.notices import clock
from alerts.status import may_see
from alerts.view import view
from bot import replies
from bot.hearing import Hearing
from domain.alert import Alert
from domain.channel import Address, plain
from domain.duty import Person

PIECE = 3000  # characters a message, so that every channel takes it whole


def send(hearing: Hearing, person: Person, alert: Alert) -> None:
    """Send every word of an alert's reports in private; each look leaves a line."""
    if not may_see(person, alert):
        hearing.toast(replies.NO_SUCH_NUMBER)
        return
    private = private_address(hearing, person)
    if private is None:
        hearing.toast(replies.DETAILS_NEED_PRIVATE)
        return
    uow = hearing.uow
    uow.audit.looked(
        person_id=person.id, what="details", whose=alert.number, channel=hearing.address.channel
    )
    whole = _words(hearing, alert)
    for number, start in enumerate(range(0, len(whole), PIECE)):
        outbox.say(
            uow,
            private,
            plain(whole[start : start + PIECE]),
            key=f"detail{number}:{hearing.inbox_id}",
            alert_id=alert.id,
        )
    hearing.toast(replies.DETAILS_SENT)


def private_address(hearing: Hearing, person: Person) -> Address | None:
    """Return where somebody is reached in private, by the same channel if possible."""
    ways = hearing.uow.groups.addresses_of(person.id)
    here = [way for way in ways if way.channel == hearing.address.channel]
    return next(iter([*here, *ways]), None)


def _words(hearing: Hearing, alert: Alert) -> str:
    lines = [f"{alert.number} {alert.level.label}"]
    for report in view(hearing.uow, alert).reports:
        at = clock(hearing.office, report.report.filed_at, day=True)
        lines.append(f"{at} {report.reporter or '未登记的人'} 上报 {report.report.number}：")
        lines += [version.text for version in report.versions]
        lines += [f"（附件 {len(v.attachments)} 个）" for v in report.versions if v.attachments]
    return "\n".join(lines)
