"""Supplement, correction, withdrawal, edits: nothing that was sent is lost or taken down."""

from __future__ import annotations

import pytest

from domain.alert import AlertState, LogKind
from domain.channel import Attachment, Style
from domain.danger import Assessment, Category, Evidence, Level
from storage.tables import alerts, report_versions, reports
from tests.fakes import Shown
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI, Said

YELLOW = "陈伯说活着没意思，住3栋402"
RED = "陈伯要跳楼，住3栋402"
PHOTO = (Attachment("photo", "file-1"),)


async def reported(office: WholeOffice, text: str = RED) -> tuple[Said, Shown, Shown]:
    """Let Chen report; return what she said, her receipt and the town's card."""
    said = await office.says(office.chen, text)
    return said, office.sees(office.chen, "R-0001"), office.sees(office.room_dashi, "A-0001")


async def test_a_correction_raises_yellow_to_red(office: WholeOffice) -> None:
    """更正 under the receipt: the card turns red, everybody is called anew by the red times."""
    _, receipt, card = await reported(office, YELLOW)
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")
    await office.presses(office.chen, "更正", receipt)
    office.sees(office.chen, "请把正确的内容完整写一遍")
    await office.says(office.chen, RED)
    office.sees(office.chen, "R-0001 已更正")
    again = office.sees(office.room_dashi, "🔴红", "等级升高，请重新接收", "要跳楼")
    assert "活着没意思" not in again.text
    assert card.text.startswith("🔴红")
    assert card.labels[0] == "接收"
    alert = office.alert()
    assert (alert.level, alert.state, alert.taken_by) == (Level.RED, AlertState.OPEN, None)
    assert LogKind.LEVEL_RAISED in office.story_of()
    await office.after(minutes=3)
    office.sees(office.room_district, "A-0001")
    office.sees(office.deng, "A-0001")


async def test_a_correction_that_reads_lower_leaves_the_level(office: WholeOffice) -> None:
    """Only a person takes a level down; the group reads the new words."""
    said, _, card = await reported(office)
    await office.says(office.chen, "更正：陈伯没事，在3栋402", reply_to=said)
    office.sees(office.chen, "R-0001 已更正")
    office.sees(office.room_dashi, "A-0001 有补充", "陈伯没事")
    assert card.text.startswith("🔴红")
    assert "陈伯没事" in card.text
    assert office.alert().level is Level.RED
    await office.after(minutes=3)
    office.sees(office.room_district, "🔴红")
    office.sees(office.deng, "🔴红")


async def test_a_red_report_that_is_withdrawn_stays_with_the_officer(office: WholeOffice) -> None:
    """The card says so, the alert still climbs, and only an officer closes it."""
    _, receipt, card = await reported(office)
    assert "值班员核实后办结" in await office.presses(office.chen, "撤回", receipt)
    assert "已撤回" in receipt.text
    office.sees(office.room_dashi, "撤回不等于没有危险")
    assert "上报人已撤回" in card.text
    assert office.alert().state is AlertState.OPEN
    await office.after(minutes=3)
    office.sees(office.room_district, "上报人已撤回")
    office.sees(office.deng, "上报人已撤回")


async def test_what_was_withdrawn_and_is_said_again_is_news(office: WholeOffice) -> None:
    """The same words after a withdrawal reach the group, they are not a mere repetition."""
    _, receipt, _ = await reported(office)
    await office.presses(office.chen, "撤回", receipt)
    office.sees(office.room_dashi, "撤回")
    await office.says(office.chen, RED)
    office.sees(office.chen, "R-0002")
    office.sees(office.room_dashi, "A-0001 有补充", "要跳楼")
    await office.after(minutes=2)


async def test_a_quiet_report_is_withdrawn_quietly(office: WholeOffice) -> None:
    """撤回 by the word alone means the latest report; a second time changes nothing."""
    await office.says(office.chen, "路灯坏了")
    office.sees(office.chen, "没有看出人身危险")
    for _ in range(2):
        await office.says(office.chen, "撤回")
        office.sees(office.chen, "R-0001 已撤回。")
    assert office.count(report_versions) == 2


async def test_too_late_to_withdraw(office: WholeOffice) -> None:
    """After 15 minutes a report stands; the reporter is told what to do instead."""
    _, receipt, _ = await reported(office, YELLOW)
    await office.after(minutes=16)
    assert "已过更正时间" in await office.presses(office.chen, "撤回", receipt)
    assert office.alert().is_live


async def test_a_correction_that_comes_too_late_is_kept_as_a_supplement(
    office: WholeOffice,
) -> None:
    """更正 was pressed in time and written after it: the words count, and they raise the level."""
    _, receipt, _ = await reported(office, YELLOW)
    await office.after(minutes=14)
    await office.presses(office.chen, "更正", receipt)
    office.sees(office.chen, "完整写一遍")
    await office.after(minutes=2)
    await office.says(office.chen, RED)
    office.sees(office.chen, "R-0001", "已过更正时间")
    office.sees(office.room_dashi, "🔴红", "等级升高")
    await office.says(office.chen, "何某要跳楼，在9栋")
    office.sees(office.chen, "R-0002")
    office.sees(office.room_dashi, "A-0002")


async def test_an_edit_after_the_time_still_raises_the_alarm(office: WholeOffice) -> None:
    """A message edited after 15 minutes from nothing to a red danger raises an alert."""
    said = await office.says(office.chen, "402阿伯今天没出门")
    office.sees(office.chen, "没有看出人身危险")
    await office.after(minutes=20)
    await office.says(office.chen, "402阿伯要跳楼", edit_of=said)
    office.sees(office.chen, "R-0001", "110／120")
    office.sees(office.room_dashi, "402阿伯要跳楼")


async def test_words_after_a_withdrawal_are_a_report_of_their_own(office: WholeOffice) -> None:
    """补充 was pressed, then the report was withdrawn: what comes next is not swallowed."""
    await office.says(office.chen, "402阿伯今天没出门")
    receipt = office.sees(office.chen, "没有看出人身危险")
    await office.presses(office.chen, "补充", receipt)
    office.sees(office.chen, "请写要补充的内容")
    await office.presses(office.chen, "撤回", receipt)
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号 R-0002")
    office.sees(office.room_dashi, "A-0001")


async def test_the_same_message_delivered_twice(office: WholeOffice) -> None:
    """A channel that delivers again, also through another agent, changes nothing."""
    said = office.receives(office.chen, RED)
    message = office.last_message
    assert not office.arrives(message)
    await office.settle()
    assert not office.arrives(message)
    assert office.arrives(message, agent="second")
    await office.settle()
    assert office.count(reports) == office.count(alerts) == 1
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.chen, "这条已经收到过（A-0001）")
    office.sees(office.room_dashi, "A-0001")
    assert said.message_id == message.message_id


async def test_an_edited_message_corrects_its_report(office: WholeOffice) -> None:
    """Yellow edited to red is raised; the same edit twice is one."""
    said = await office.says(office.chen, YELLOW)
    office.sees(office.chen, "R-0001")
    office.sees(office.room_dashi, "🟡黄")
    await office.says(office.chen, RED, edit_of=said)
    assert not office.arrives(office.last_message)
    office.sees(office.chen, "R-0001 已更正")
    office.sees(office.room_dashi, "🔴红", "等级升高")
    assert office.count(report_versions) == 2


async def test_an_edit_of_a_chat_line_that_was_no_report(office: WholeOffice) -> None:
    """A greeting edited to something harmless is nothing; edited to a danger it is a report."""
    said = await office.says(office.chen, "你好")
    office.sees(office.chen, "在的")
    await office.says(office.chen, "你好呀", edit_of=said)
    assert office.count(reports) == 0
    await office.says(office.chen, RED, edit_of=said)
    office.sees(office.chen, "R-0001")
    office.sees(office.room_dashi, "A-0001")


async def test_a_reply_supplements_at_any_time(office: WholeOffice) -> None:
    """A reply to one's report or receipt is added to the card, with photos counted."""
    said, receipt, card = await reported(office)
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")
    await office.after(minutes=30)
    await office.says(office.chen, "他妻子在楼下", reply_to=receipt)
    office.sees(office.chen, "补充已收到，记在 R-0001")
    office.sees(office.room_dashi, "A-0001 有补充（大石街道网格员 陈小燕）", "他妻子在楼下")
    await office.says(office.chen, "", reply_to=said, attachments=PHOTO)
    office.sees(office.chen, "补充已收到")
    office.sees(office.room_dashi, "有补充")
    assert "他妻子在楼下" in card.text
    assert "附件 1 个" in card.text
    await office.says(office.chen, "👍", reply_to=receipt)
    office.sees(office.chen, "没有看到文字")
    assert office.alert().state is AlertState.TAKEN


async def test_a_supplement_in_parts_is_judged_as_a_whole(office: WholeOffice) -> None:
    """What is harmless in two halves and a danger together raises an alert."""
    said = await office.says(office.chen, "402阿伯今天没出门")
    receipt = office.sees(office.chen, "没有看出人身危险")
    await office.presses(office.chen, "补充", receipt)
    office.sees(office.chen, "请写要补充的内容")
    await office.says(office.chen, "阿伯不想活了")
    office.sees(office.chen, "补充已收到，记在 R-0001", "预警 A-0001")
    office.sees(office.room_dashi, "没出门", "不想活")
    assert said.by is office.chen


async def test_a_sign_that_needs_the_words_before_it_is_shown_with_its_reason(
    office: WholeOffice,
) -> None:
    """The supplement is red only beside the first words: the card marks it and says why."""

    def together(text: str) -> Assessment:
        at = text.find("遗书")
        if at < 0 or "天台" not in text:
            return Assessment.harmless()
        kind = Category.SELF_HARM
        found = Evidence("T-01", Level.RED, kind, at, at + 2, "遗书", "天台上留了遗书")
        return Assessment(Level.RED, (kind,), (found,))

    office.reads_with(together)
    said = await office.says(office.chen, "阿伯上了天台")
    office.sees(office.chen, "没有看出人身危险")
    await office.says(office.chen, "桌上有遗书", reply_to=said)
    office.sees(office.chen, "A-0001")
    card = office.sees(office.room_dashi, "🔴红", "依据：天台上留了遗书")
    marks = [span.text for span in card.message.body if span.style is Style.MARK]
    assert marks == ["遗书"]


async def test_nobody_amends_what_somebody_else_reported(office: WholeOffice) -> None:
    """A forged button and a reply by number from another person are refused."""
    _, receipt, _ = await reported(office)
    data = receipt.data_of("撤回")
    assert "不是您的上报" in await office.presses(office.he, "", receipt, data=data)
    await office.says(office.he, "撤回 R-0001")
    office.sees(office.he, "不是您的上报")
    await office.says(office.outsider, "撤回 R-0001")
    office.sees(office.outsider, "还没有登记")
    assert office.story_of() == [LogKind.RAISED, LogKind.NOTIFIED]


@pytest.mark.parametrize(
    "words",
    [
        "/withdraw 张某要跳楼",
        "/help 张某要跳楼",
        "状态 不好，说要跳楼",
        "/duty 有人要跳楼",
        "/cancel 要跳楼",
    ],
)
async def test_a_danger_behind_a_command_word_is_a_report(office: WholeOffice, words: str) -> None:
    """A command that takes no words never swallows words of danger."""
    await office.says(office.chen, words)
    office.sees(office.chen, "编号 R-0001", "110／120")
    office.sees(office.room_dashi, "要跳楼")


async def test_the_danger_button_calls_people_where_the_rules_saw_nothing(
    office: WholeOffice,
) -> None:
    """有危险 raises an orange alert at once; pressed again it says that it is raised."""
    await office.says(office.chen, "402阿伯又把煤气罐搬上去了")
    receipt = office.sees(office.chen, "没有看出人身危险")
    assert receipt.labels[0] == "有危险"
    assert "已发出预警" in await office.presses(office.chen, "有危险", receipt)
    office.sees(office.chen, "预警 A-0001")
    card = office.sees(office.room_dashi, "🟠橙", "疑似有危险", "上报人按了「有危险」", "煤气罐")
    assert "预警已经发出" in await office.presses(office.chen, "有危险", receipt)
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")


async def test_a_correction_that_names_another_town_moves_the_alert(office: WholeOffice) -> None:
    """Reported for her own town, corrected to another: that town is called, the first is told."""
    said, _, card = await reported(office)
    assert office.alert().town == DASHI
    await office.says(office.chen, "更正：陈伯要跳楼，在石碁镇政府旁边3栋402", reply_to=said)
    office.sees(office.chen, "R-0001 已更正")
    office.sees(office.room_dashi, "移交给石碁镇")
    office.sees(office.room_shiqi, "石碁镇", "要跳楼")
    assert office.alert().town == SHIQI
    assert card.labels == []


async def test_a_supplement_says_where_it_is(office: WholeOffice) -> None:
    """The first words named no town, the second do: the right town has it at once."""
    said, *_ = await reported(office, "有人要跳楼")
    await office.says(office.chen, "在石碁镇广场", reply_to=said)
    office.sees(office.chen, "补充已收到")
    office.sees(office.room_dashi, "移交给石碁镇")
    office.sees(office.room_shiqi, "要跳楼", "石碁镇广场")
    await office.says(office.chen, "他老家在大石街道", reply_to=said)
    office.sees(office.chen, "补充已收到")
    office.sees(office.room_shiqi, "有补充")
    assert office.alert().town == SHIQI
