"""查看详情: the whole of an alert's reports, to the private chat of somebody who may see it."""

from __future__ import annotations

from dataclasses import replace

from alerts import outbox
from alerts.knowing import is_renounced, looked, may_see
from alerts.notices import clock
from alerts.view import view
from bot import petition_talk, replies
from bot.hearing import Hearing
from domain.access import Way
from domain.alert import Alert
from domain.channel import Address, plain
from domain.duty import Person

PIECE = 3000  # characters a message, so that every channel takes it whole


def send(hearing: Hearing, person: Person, alert: Alert) -> None:
    """Send every word of an alert's reports in private; each look leaves a line."""
    uow = hearing.uow
    asker = uow.interests.asker(person, Way.PRIVATE, hearing.address.channel)
    if not may_see(asker, alert):
        barred = is_renounced(asker, alert)
        hearing.toast(replies.RENOUNCED_ALERT if barred else replies.NO_SUCH_NUMBER)
        return
    private = hearing.private_address(person)
    if private is None:
        hearing.toast(replies.DETAILS_NEED_PRIVATE)
        return
    looked(uow, asker, "details", alert.number)
    met = petition_talk.met(uow, asker, alert)
    whole = "\n".join([_words(hearing, alert), *(one.words for one in met)])
    for number, start in enumerate(range(0, len(whole), PIECE)):
        outbox.say(
            uow,
            private,
            plain(whole[start : start + PIECE]),
            key=f"detail{number}:{hearing.inbox_id}",
            alert_id=alert.id,
        )
    _send_files(hearing, private, alert)
    hearing.toast(replies.DETAILS_SENT)


def _send_files(hearing: Hearing, private: Address, alert: Alert) -> None:
    """Send the files that the officer's own channel has; the desk shows the others."""
    for report in view(hearing.uow, alert).reports:
        for version in report.versions:
            for place, file in enumerate(version.attachments):
                if not file.away or report.report.address.channel != private.channel:
                    continue
                words = replies.FILE_OF.format(number=report.report.number)
                outbox.say(
                    hearing.uow,
                    private,
                    replace(plain(words), file=file, rings=False),
                    key=f"file{report.report.id}.{version.number}.{place}:{hearing.inbox_id}",
                    alert_id=alert.id,
                )


def _words(hearing: Hearing, alert: Alert) -> str:
    lines = [f"{alert.number} {alert.level.label}"]
    for report in view(hearing.uow, alert).reports:
        at = clock(hearing.office, report.report.filed_at, day=True)
        lines.append(f"{at} {report.reporter or '未登记的人'} 上报 {report.report.number}：")
        lines += [version.text for version in report.versions]
        lines += [f"（附件 {len(v.attachments)} 个）" for v in report.versions if v.attachments]
    return "\n".join(lines)
