"""Which town an alert belongs to, and how it gets from one to another."""

from __future__ import annotations

from domain.alert import AlertState, LogKind
from domain.danger import Level
from domain.duty import Post
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI

RED = "张某现在坐在12楼天台边上扬言要跳楼"
TWO_TOWNS = "大龙社区有人要跳楼"  # there is one in 大龙街道 and one in 石碁镇


async def test_town_asked_and_answered(office: WholeOffice) -> None:
    """Unsure: the reporter's own town and the district desk have it meanwhile; then it moves."""
    await office.says(office.chen, TWO_TOWNS)
    office.sees(office.chen, "编号 R-0001")
    question = office.sees(office.chen, "这件事在哪个镇街")
    assert question.labels == ["大龙街道", "石碁镇", "其他镇街"]
    card = office.sees(office.room_dashi, "A-0001", "地点：大石街道")
    desk = office.sees(office.room_district, "A-0001")
    assert "接收" in desk.labels
    assert "已转石碁镇" in await office.presses(office.chen, "石碁镇", question)
    assert "已转石碁镇" in question.text
    assert question.labels == []
    office.sees(office.room_dashi, "上报人 已把 A-0001 移交给石碁镇")
    office.sees(office.room_district, "移交给石碁镇")
    moved = office.sees(office.room_shiqi, "上报人确认在您辖区", "地点：石碁镇")
    assert card.labels == []
    assert "不由您处理" in await office.presses(office.li, "", card, data="a:1:take")
    assert "由您接收" in await office.presses(office.zhao, "接收", moved)
    office.sees(office.chen, "赵建军")
    assert LogKind.TOWN_ANSWERED in office.story_of()


async def test_a_town_not_among_the_first_offered(office: WholeOffice) -> None:
    """其他镇街 shows all sixteen."""
    await office.says(office.chen, TWO_TOWNS)
    office.reads_all()
    question = office.messages(office.chen)[-1]
    await office.presses(office.chen, "其他镇街", question)
    every = office.sees(office.chen, "这件事在哪个镇街")
    assert len(every.labels) == 16
    await office.presses(office.chen, DASHI, every)
    assert office.alert().town == DASHI
    office.sees_nothing(office.room_shiqi)


async def test_an_orange_alert_with_an_unsure_town_does_not_wake_the_district(
    office: WholeOffice,
) -> None:
    """Only a red one goes to the district desk at once."""
    await office.says(office.chen, "大龙社区有人说不想活了")
    office.reads_all()
    assert not office.messages(office.room_district)
    await office.after(minutes=1)


async def test_the_town_named_wins_over_the_reporters_own(office: WholeOffice) -> None:
    """A 大石 worker reports from 石碁: 石碁 has it, nobody is asked."""
    await office.says(office.chen, "石碁镇广场有人要跳楼")
    office.sees(office.chen, "已发给石碁镇")
    office.sees(office.room_shiqi, "A-0001")
    office.sees_nothing(office.room_dashi)


async def test_handed_over_to_another_town(office: WholeOffice) -> None:
    """移交: the new town climbs anew, the former group is told and only reads."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "移交", card)
    choice = office.sees(office.room_dashi, "李国明：A-0001 移交给？")
    assert DASHI not in choice.labels
    assert "区值班室" in choice.labels
    await office.after(minutes=2)
    assert "已移交石碁镇" in await office.presses(office.li, "石碁镇", choice)
    office.sees(office.room_dashi, "李国明 已把 A-0001 移交给石碁镇")
    given = office.sees(office.room_shiqi, "移交给您，请接收")
    assert card.labels == []
    await office.after(minutes=2, seconds=59)
    office.sees_nothing(office.room_district)
    await office.after(seconds=1)
    office.sees(office.room_district, "A-0001")
    office.sees(office.deng, "A-0001")
    await office.presses(office.zhao, "接收", given)
    office.sees(office.chen, "赵建军")
    assert "赵建军" in card.text
    assert LogKind.HANDED_OVER in office.story_of()


async def test_handed_over_to_the_district(office: WholeOffice) -> None:
    """The district desk takes it over; the place stays on the card."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    await office.presses(office.li, "移交", card)
    choice = office.sees(office.room_dashi, "移交给？")
    await office.presses(office.li, "区值班室", choice)
    office.sees(office.room_dashi, "移交给区值班室")
    given = office.sees(office.room_district, "移交给您", "地点：大石街道")
    assert "由您接收" in await office.presses(office.zhou, "接收", given)
    office.sees(office.chen, "周志强")
    assert office.alert().town is None


async def test_a_choice_that_is_dropped(office: WholeOffice) -> None:
    """取消 under any question leaves the alert as it is."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    for label in ("移交", "误报"):
        await office.presses(office.li, label, card)
        question = office.sees(office.room_dashi, "A-0001")
        await office.presses(office.li, "取消", question)
        assert "没有改动" in question.text
    assert office.alert().state is AlertState.OPEN


async def test_a_supplement_after_the_move_leaves_the_former_town_alone(
    office: WholeOffice,
) -> None:
    """Phones ring where somebody has to act, not where somebody had to."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    said = await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    office.sees(office.li, "A-0001")
    await office.presses(office.li, "移交", card)
    choice = office.sees(office.room_dashi, "移交给？")
    await office.presses(office.li, SHIQI, choice)
    office.sees(office.room_dashi, "移交")
    office.sees(office.li, "移交")
    office.sees(office.room_shiqi, "A-0001")
    await office.says(office.chen, "他妻子在楼下", reply_to=said)
    office.sees(office.chen, "补充已收到")
    office.sees(office.room_shiqi, "他妻子在楼下")


async def test_a_report_that_names_no_town_from_somebody_of_no_town(office: WholeOffice) -> None:
    """The district desk has it meanwhile, and all sixteen are offered."""
    await office.says(office.zhou, RED)
    office.sees(office.zhou, "编号 R-0001")
    question = office.sees(office.zhou, "这件事在哪个镇街")
    assert len(question.labels) == 16
    office.sees(office.room_district, "A-0001", "镇街未定")
    assert (office.alert().town, office.alert().level) == (None, Level.RED)
    await office.presses(office.zhou, SHIQI, question)
    assert office.alert().town == SHIQI
    office.reads_all()
