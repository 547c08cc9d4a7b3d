"""One cause, many reports: gathered with a count, and what is new gets through at once."""

from __future__ import annotations

from domain.alert import AlertState, LogKind
from domain.channel import Location
from domain.duty import Role
from storage.tables import alerts, reports
from tests.office import WholeOffice
from tests.office_people import DASHI, Somebody

RED = "富丽花园12栋有人要跳楼"
VAGUE = "有人要跳楼，快来"


def crowd(office: WholeOffice, count: int) -> list[Somebody]:
    """Enrol so many grid workers of 大石."""
    return [office.enrols(f"网格员{number}号", Role.GRID_WORKER, DASHI) for number in range(count)]


async def storm(office: WholeOffice, *, more: int = 5) -> list[Somebody]:
    """Let Chen report and ``more`` others after her tell of the same event."""
    people = crowd(office, more + 3)
    await office.says(office.chen, RED)
    for number, one in enumerate(people[:more]):
        await office.says(one, f"{RED}，第{number}个人说")
    office.reads_all()
    return people[more:]


def said_in_group(office: WholeOffice) -> list[str]:
    """Return what the town's group reads that is no card."""
    return [one.text for one in office.messages(office.room_dashi) if not one.labels]


async def test_up_to_five_further_reports_each_have_their_message(office: WholeOffice) -> None:
    """No storm yet: nothing is held back, nothing is summed up."""
    await storm(office)
    assert len(said_in_group(office)) == 5
    await office.after(minutes=2)
    assert (office.alert().gathered, office.alert().summary_at) == (0, None)


async def test_in_a_storm_the_card_counts_and_one_summary_comes(office: WholeOffice) -> None:
    """The sixth and seventh ring nobody's phone; ten minutes later one message says how many."""
    late = await storm(office)
    for one in late[:2]:
        await office.says(one, f"{RED}，我是{one.name}")
        office.sees(one, "编号")
    office.sees_nothing(office.room_dashi)
    assert "另有 5 条上报" in office.messages(office.room_dashi)[0].text
    assert (office.count(reports, reports.c.alert_id == 1), office.alert().gathered) == (8, 2)
    assert office.story_of().count(LogKind.CORROBORATED) == 7
    await office.presses(office.li, "接收", office.messages(office.room_dashi)[0])
    office.reads_all()
    await office.after(minutes=9, seconds=59)
    office.sees_nothing(office.room_dashi)
    await office.after(seconds=1)
    summary = office.sees(office.room_dashi, "10分钟内又有 2 条上报（共 8 条）")
    assert late[1].name in summary.text
    await office.after(minutes=10)
    office.sees_nothing(office.room_dashi)


async def test_a_restart_loses_no_summary(office: WholeOffice) -> None:
    """What was gathered is in rows: the summary comes in its time, and once."""
    late = await storm(office)
    office.restless = True
    await office.says(late[0], f"{RED}，我是最后一个")
    await office.presses(office.li, "接收", office.messages(office.room_dashi)[0])
    office.reads_all()
    await office.after(minutes=10)
    office.sees(office.room_dashi, "又有 1 条上报（共 7 条）")
    await office.after(minutes=10)
    office.sees_nothing(office.room_dashi)


async def test_after_the_storm_each_report_is_told_again(office: WholeOffice) -> None:
    """Ten quiet minutes later nothing is gathered any more."""
    late = await storm(office)
    await office.presses(office.li, "接收", office.messages(office.room_dashi)[0])
    office.reads_all()
    await office.after(minutes=10, seconds=1)
    await office.says(late[0], f"{RED}，还在上面")
    office.sees(late[0], "编号")
    office.sees(office.room_dashi, "有补充", "还在上面")


async def test_a_new_level_gets_through(office: WholeOffice) -> None:
    """Orange until now, then somebody tells that it is red: everybody is called anew."""
    people = crowd(office, 8)
    for number, one in enumerate(people[:7]):
        await office.says(one, f"富丽花园12栋有人不想活了，第{number}个人说")
    office.reads_all()
    await office.says(people[7], RED)
    office.sees(office.room_dashi, "等级升高，请重新接收")
    office.sees(people[7], "编号")


async def test_a_new_place_gets_through(office: WholeOffice) -> None:
    """A building that nobody has named so far is told at once."""
    late = await storm(office)
    await office.says(late[0], f"{RED}，迎宾路88号门口")
    office.sees(office.room_dashi, "有补充", "迎宾路88号")
    office.sees(late[0], "编号")


async def test_a_new_person_gets_through(office: WholeOffice) -> None:
    """Now there is a name."""
    late = await storm(office)
    await office.says(late[0], f"{RED}，是张某")
    office.sees(office.room_dashi, "有补充", "张某")
    office.sees(late[0], "编号")


async def test_a_new_kind_of_danger_gets_through(office: WholeOffice) -> None:
    """Of the same level or below: a knife beside the roof is news."""
    late = await storm(office)
    await office.says(late[0], f"{RED}，他拿刀")
    office.sees(office.room_dashi, "有补充", "拿刀")
    office.sees(late[0], "编号")


async def test_the_first_pin_gets_through(office: WholeOffice) -> None:
    """A place is a place, in words or on the map; the same pin again is none."""
    late = await storm(office)
    here = Location(latitude=23.0, longitude=113.3)
    await office.says(late[0], f"{RED}，位置发你们", location=here)
    office.sees(office.room_dashi, "有补充", "位置发你们")
    await office.says(late[1], f"{RED}，位置也发一个", location=here)
    office.sees(late[0], "编号")
    office.sees(late[1], "编号")
    office.sees_nothing(office.room_dashi)


async def test_what_is_added_to_a_report_gets_through(office: WholeOffice) -> None:
    """Who is there goes on telling, storm or not."""
    late = await storm(office)
    said = await office.says(late[0], f"{RED}，我在现场")
    office.sees(late[0], "编号")
    office.sees_nothing(office.room_dashi)
    await office.says(late[0], "他翻过栏杆了", reply_to=said)
    office.sees(office.room_dashi, "有补充", "他翻过栏杆了")
    office.sees(late[0], "补充已收到")


async def test_another_event_in_a_storm_is_an_alert_of_its_own(office: WholeOffice) -> None:
    """What contradicts is never gathered."""
    late = await storm(office)
    await office.says(late[0], "富丽花园3栋有人要跳楼")
    office.sees(office.room_dashi, "A-0002")
    office.sees(late[0], "A-0002")


async def test_a_vague_report_joins_the_storm_and_its_reporter_may_say_no(
    office: WholeOffice,
) -> None:
    """No second alert; one press raises it all the same, and only once."""
    late = await storm(office)
    await office.says(late[0], VAGUE)
    office.sees_nothing(office.room_dashi)
    receipt = office.sees(late[0], "已并入 A-0001")
    assert "110／120" in receipt.text
    assert office.count(alerts) == 1
    assert office.alert().gathered == 1
    assert "A-0002" in await office.presses(late[0], "不是同一件事", receipt)
    office.sees(office.room_dashi, "A-0002", VAGUE)
    assert "已经发出" in await office.presses(late[0], "不是同一件事", receipt)
    assert office.count(alerts) == 2
    assert office.alert().gathered == 0
    assert LogKind.SEPARATED in office.story_of()
    report = office.read(lambda uow: uow.reports.of_alert(2))
    assert [one.person_id for one in report] == [late[0].known.id]


async def test_nobody_else_separates_a_report(office: WholeOffice) -> None:
    """The button is the reporter's own."""
    late = await storm(office)
    await office.says(late[0], VAGUE)
    receipt = office.sees(late[0], "已并入 A-0001")
    data = receipt.data_of("不是同一件事")
    assert "不是您的" in await office.presses(late[1], "", receipt, data=data)
    assert office.count(alerts) == 1


async def test_outside_a_storm_a_vague_report_is_an_alert_of_its_own(office: WholeOffice) -> None:
    """Two alerts, never none, and the reporter is asked, as ever."""
    people = crowd(office, 1)
    await office.says(office.chen, RED)
    await office.says(people[0], VAGUE)
    office.sees(people[0], "是同一件事吗")
    assert office.count(alerts) == 2
    office.reads_all()


async def test_a_vague_report_that_is_worse_is_not_gathered(office: WholeOffice) -> None:
    """A higher level, another kind, another town: each is an alert of its own."""
    people = crowd(office, 9)
    for number, one in enumerate(people[:7]):
        await office.says(one, f"富丽花园12栋有人不想活了，第{number}个人说")
    office.reads_all()
    await office.says(people[7], VAGUE)
    await office.says(people[8], "有人拿刀")
    shiqi = office.enrols("石碁网格员", Role.GRID_WORKER, "石碁镇")
    await office.says(shiqi, "有人不想活了")
    assert office.count(alerts) == 4
    office.reads_all()


async def test_people_who_are_not_enrolled_are_never_gathered(office: WholeOffice) -> None:
    """They may stand in any town: each vague word of theirs is an alert of its own."""
    strangers = [office.stranger(f"街坊{number}") for number in range(8)]
    for number, one in enumerate(strangers[:7]):
        await office.says(one, f"{RED}，第{number}个人说")
    texts = "".join(one.text for one in office.messages(office.room_district))
    assert all(f"第{number}个人说" in texts for number in range(7))
    await office.says(strangers[7], VAGUE)
    assert office.count(alerts) == 2
    office.reads_all()


async def test_a_storm_calls_back_whoever_holds_it_back(office: WholeOffice) -> None:
    """Watched, and many report again: the first of them opens it, the rest are gathered."""
    late = await storm(office)
    card = office.messages(office.room_dashi)[0]
    await office.presses(office.li, "接收", card)
    await office.presses(office.li, "关注", card)
    office.reads_all()
    question = office.messages(office.room_dashi)[-1]
    await office.presses(office.li, "2小时后", question)
    await office.presses(office.li, "在路上", question)
    await office.says(late[0], f"{RED}，又上去了")
    office.sees(office.room_dashi, "有新情况，请重新接收")
    assert office.alert().state is AlertState.OPEN
    office.reads_all()
    await office.says(late[1], f"{RED}，我也看见")
    office.sees(late[1], "编号")
    office.sees_nothing(office.room_dashi)


async def test_a_closed_alert_is_not_summed_up(office: WholeOffice) -> None:
    """What ended before the ten minutes were over leaves nothing to say."""
    late = await storm(office)
    await office.says(late[0], f"{RED}，我是最后一个")
    card = office.messages(office.room_dashi)[0]
    await office.presses(office.li, "接收", card)
    await office.presses(office.li, "办结", card)
    await office.presses(office.li, "平安", office.messages(office.room_dashi)[-1])
    office.reads_all()
    await office.after(minutes=11)
    office.sees_nothing(office.room_dashi)
    assert office.alert().summary_at is None


async def test_the_same_words_from_one_person_make_no_storm(office: WholeOffice) -> None:
    """Ten repeats count nothing; what another tells then has its message."""
    people = crowd(office, 1)
    for _ in range(10):
        await office.says(office.chen, RED)
    office.reads_all()
    await office.says(people[0], f"{RED}，我也看到了")
    office.sees(people[0], "编号")
    office.sees(office.room_dashi, "有补充", "我也看到了")
