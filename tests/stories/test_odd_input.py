"""Whatever people send: each gets a clear answer, nothing breaks, nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.channel import Attachment, Location
from storage.inbox import InboxOutcome
from storage.tables import alerts, inbox, notices, reports
from storage.unit_of_work import UnitOfWork
from tests.office import WholeOffice

ZERO_WIDTH = "\u200b\u200d\ufeff"
RIGHT_TO_LEFT = "\u202e\u2067"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "没有看到文字"),
        (" \n\t ", "没有看到文字"),
        (ZERO_WIDTH, "没有看到文字"),
        ("\x00\x01\x07\x1b", "没有看到文字"),
        (RIGHT_TO_LEFT, "没有看到文字"),
        ("😭😭🏢", "只看到表情或符号"),
        ("？？？！！", "只看到表情或符号"),
        ("❤️", "只看到表情或符号"),
    ],
)
async def test_a_message_that_says_nothing(office: WholeOffice, text: str, answer: str) -> None:
    """It is no report; the sender is asked to write a sentence, 110/120 beside it."""
    await office.says(office.chen, text)
    office.sees(office.chen, answer, "110／120")
    assert office.count(reports) == 0


@pytest.mark.parametrize(
    "text",
    [
        f"阿伯{ZERO_WIDTH}要跳楼{RIGHT_TO_LEFT}",
        "<b>阿伯</b>要跳楼<script>alert(1)</script>",
        "**阿伯**要跳楼 [点这里](http://x.invalid) `rm -rf`",
        "阿伯要跳楼'); DROP TABLE reports; --",
        "阿伯要跳楼 %s {0} {x} $1 \\n \\u0000",
        "阿伯要跳楼\x07\x1b[31m",
        "阿伯要跳楼" + "\n" * 500,
    ],
)
async def test_odd_characters_around_a_danger(office: WholeOffice, text: str) -> None:
    """The danger is seen, the words are kept and shown exactly as they were sent."""
    await office.says(office.chen, text)
    office.sees(office.chen, "编号 R-0001")
    card = office.sees(office.room_dashi, "要跳楼")
    assert kept(office) == text
    assert text[:60] in card.text


def kept(office: WholeOffice, report: int = 1) -> str:
    """Return a report's first words as they are on disk."""
    return office.read(lambda uow: uow.reports.versions(report))[0].text


@pytest.mark.parametrize(
    "text", ["阿伯\x00要跳楼，\x00快来", "阿伯要跳楼\ud83d", "\udfff阿伯要跳楼"]
)
async def test_characters_that_no_database_takes(office: WholeOffice, text: str) -> None:
    """A NUL or half a character is replaced, not refused: the danger is heard on both engines."""
    await office.says(office.chen, text)
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.room_dashi, "A-0001")
    assert len(kept(office)) == len(text)
    assert "阿伯" in kept(office)


async def test_a_hundred_thousand_characters_are_kept_whole(office: WholeOffice) -> None:
    """Every character is on disk; the card is short and shows the place of danger."""
    text = "今天天气好。" * 10_000 + "阿伯要跳楼" + "路灯亮了。" * 8_000
    assert len(text) > 100_000
    await office.says(office.chen, text)
    office.sees(office.chen, "编号 R-0001")
    card = office.sees(office.room_dashi, "要跳楼", "…")
    assert kept(office) == text
    assert len(card.text) < 1_500
    await office.says(office.chen, text)
    office.sees(office.chen, "这条已经收到过")


async def test_a_photo_without_text(office: WholeOffice) -> None:
    """It is kept as a report; the words that follow belong to it."""
    photo = (Attachment("photo", "file-77"),)
    await office.says(office.chen, "", attachments=photo)
    receipt = office.sees(office.chen, "R-0001", "没有文字，还没有人看过")
    assert "没有看出" not in receipt.text
    await office.says(office.chen, "阿伯要跳楼，12楼")
    office.sees(office.chen, "补充已收到，记在 R-0001")
    office.sees(office.room_dashi, "附件 1 个", "要跳楼")
    assert office.count(reports) == 1


async def test_a_pin_alone(office: WholeOffice) -> None:
    """A place without words is kept, and words are asked for."""
    await office.says(office.chen, "", location=Location(23.0, 113.3))
    office.sees(office.chen, "R-0001", "没有文字，还没有人看过")


async def test_three_hundred_messages_from_one_sender(office: WholeOffice) -> None:
    """None is lost, the sender is told once, and nobody else waits behind them."""
    for number in range(299):
        office.receives(office.chen, f"第{number}盏路灯坏了")
    office.receives(office.chen, "12楼有人要跳楼")
    office.receives(office.he, "3栋402阿伯要跳楼")
    await office.go("read")
    await office.go("send")
    office.sees(office.he, "编号")
    office.sees(office.room_dashi, "3栋402")
    await office.settle(rounds=400)
    assert office.count(reports) == 301
    assert office.count(inbox, inbox.c.done_at.is_(None)) == 0
    told = [one for one in office.messages(office.chen) if "您发得很快" in one.text]
    assert len(told) == 1
    assert office.count(alerts) == 2
    office.reads_all()


async def test_a_payload_that_cannot_be_read_is_set_aside(office: WholeOffice) -> None:
    """The district desk is told where it is; the next message of the chat goes on."""
    chat = office.chen.private
    office.store.write(
        lambda uow: uow.inbox.put(channel="wire", chat=chat.chat, message_key="x", raw="{broken")
    )
    office.store.write(
        lambda uow: uow.inbox.put(channel="fax", chat="1", message_key="y", raw="{}")
    )
    await office.says(office.chen, "阿伯要跳楼")
    office.sees(office.room_district, "收件箱 1，wire")
    office.sees(office.room_district, "收件箱 2，fax")
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.room_dashi, "A-0001")
    assert office.count(inbox, inbox.c.outcome == InboxOutcome.SET_ASIDE.value) == 2


async def test_a_payload_that_was_changed_in_the_database_is_set_aside(
    office: WholeOffice,
) -> None:
    """It does not open any more; the next message does not wait for it, and a person looks."""
    office.receives(office.chen, "三楼有人要跳楼")
    moved = sa.select(sa.type_coerce(inbox.c.raw, sa.Text))

    def tamper(uow: UnitOfWork) -> None:
        sealed = uow.connection.execute(moved).scalar_one()
        turned = sealed[:-2] + ("AA" if not sealed.endswith("AA") else "BB")
        uow.connection.execute(sa.text("UPDATE inbox SET raw = :raw"), {"raw": turned})

    office.store.write(tamper)
    await office.says(office.he, "路灯坏了")
    office.sees(office.he, "没有看出人身危险")
    office.sees(office.room_district, "有一条消息系统没能处理")


async def test_a_message_that_fails_again_and_again_is_set_aside(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three tries a person sees it, the sender is told, and the chat goes on."""

    def fail(*_: object, **__: object) -> None:
        raise LookupError

    with monkeypatch.context() as broken:
        broken.setattr("bot.reporting.file_report", fail)
        await office.says(office.chen, "阿伯要跳楼")
        office.sees_nothing(office.chen)
        await office.after(minutes=1)
    office.sees(office.chen, "系统处理这条消息时出错，内容已保存", "110／120")
    office.sees(office.room_district, "有一条消息系统没能处理")
    assert office.count(reports) == 0
    await office.says(office.chen, "12楼阿伯要跳楼")
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "A-0001")


async def test_a_database_that_is_away_again_and_again_sets_nothing_aside(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of the message's: however often, it is heard once the rows are taken."""

    def fail(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, OSError("no room"))

    with monkeypatch.context() as broken:
        broken.setattr("bot.reporting.file_report", fail)
        await office.says(office.chen, "阿伯要跳楼")
        await office.after(minutes=1)
    await office.after(seconds=30)
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.room_dashi, "A-0001")
    assert office.count(inbox, inbox.c.outcome == InboxOutcome.SET_ASIDE.value) == 0


async def test_a_message_that_fails_once_is_heard_the_second_time(
    office: WholeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A passing fault costs a second, not a report, and nothing is answered twice."""
    office.receives(office.chen, "阿伯要跳楼")
    with monkeypatch.context() as broken:
        broken.setattr("alerts.outbox.send_cards", lambda *_: 1 / 0)
        await office.go("read")
    assert office.count(notices) == office.count(reports) == 0
    await office.after(seconds=5)
    office.sees(office.chen, "编号 R-")
    office.sees(office.room_dashi, "要跳楼")
    assert office.count(alerts) == office.count(reports) == 1


async def test_a_flood_over_minutes_is_told_once_an_hour(office: WholeOffice) -> None:
    """The minute begins anew, the sentence does not; after an hour it may be said again."""
    for pause, told in ((0, 1), (2, 1), (61, 2)):
        office.clock.push(timedelta(minutes=pause))
        for number in range(25):
            office.receives(office.chen, f"第{number}盏路灯坏了")
        await office.settle(rounds=100)
        fast = [one for one in office.messages(office.chen) if "您发得很快" in one.text]
        assert len(fast) == told
    office.reads_all()
