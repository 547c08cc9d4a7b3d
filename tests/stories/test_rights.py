"""What it never does (docs: the rules of the product), each rule as a story."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from alerts import status
from domain.channel import ButtonPress, Sender
from domain.duty import Post, Role
from domain.errors import PersonCanFix
from nlp.assess import Assessor
from storage.tables import access_log, alerts, metadata, reports
from tests import rules
from tests.office import WholeOffice
from tests.office_people import DASHI, at_the_desk

RED = "张某现在坐在12楼天台边上扬言要跳楼"
AGAINST_DASHI = "李某投诉大石街道办不作为，说要跳楼"


@pytest.fixture(scope="session")
def real_rules() -> Assessor:
    """Read the product's own rules once."""
    return rules.assessor()


@pytest.mark.parametrize(
    "words",
    [
        "张某下周要去北京上访",
        "李某到省信访局递交了材料，要求答复",
        "业主三十多人在区政府门口聚集，拉横幅讨说法",
        "王某说要起诉街道办，已请律师",
        "陈某扬言要找记者曝光，发到网上",
        "多名村民准备集体进京上访",
        "赵某第五次来访，情绪激动，要求见领导",
        "何某投诉镇政府强拆，说不解决就一直告下去",
    ],
)
async def test_to_petition_complain_sue_or_go_to_beijing_raises_nothing(
    office: WholeOffice, real_rules: Assessor, words: str
) -> None:
    """Rule 1: with the real rules none of it is a danger, and no officer is called."""
    office.reads_with(real_rules.assess)
    await office.says(office.chen, words)
    office.sees(office.chen, "没有看出人身危险")
    assert office.count(alerts) == 0
    await office.after(days=2)


async def test_a_danger_in_the_words_of_a_petitioner_is_still_seen(
    office: WholeOffice, real_rules: Assessor
) -> None:
    """Rule 1, the other side: who petitions is helped like everybody else."""
    office.reads_with(real_rules.assess)
    await office.says(office.chen, RED)
    office.sees(office.chen, "110／120")
    office.sees(office.room_dashi, "🔴红")


def test_no_table_counts_or_ranks_people() -> None:
    """Rule 2: no score, no list of persons of concern, no place where somebody was."""
    ranking = re.compile(r"score|rank|risk|rating|watch_?list|suspect|blacklist|track|face")
    for table in metadata.tables.values():
        for column in table.columns:
            assert not ranking.search(column.name), f"{table.name}.{column.name}"
            # The ledger has the phone of who asks something of the office, to call them back.
            assert "phone" not in column.name or table.name == "petitioners"
    about = [table for table in metadata.tables.values() if "petitioner" in table.name]
    assert [table.name for table in about] == ["petitioners"]
    counted = {one.name for one in about[0].columns if isinstance(one.type, sa.Integer)}
    assert counted == {"id", "matter_id", "position"}
    # They hang on their one matter; nothing joins them to alerts or reports, or to each other.
    assert [key.column.table.name for key in about[0].foreign_keys] == ["matters"]
    pointing = [key for table in metadata.sorted_tables for key in table.foreign_keys]
    assert not [key for key in pointing if key.column.table is about[0]]
    assert "person_id" not in alerts.columns


async def test_an_alert_is_about_an_event_not_a_person(office: WholeOffice) -> None:
    """Rule 2: three alerts about one name stay three events; nothing shows a history."""
    for floor in (3, 5, 7):
        await office.says(office.chen, f"张某在{floor}楼要跳楼")
    office.reads_all()
    last = office.messages(office.room_dashi)[-1]
    assert "A-0003" in last.text
    assert "A-0001" not in last.text
    assert "次" not in last.text


async def test_a_grade_reads_suspected_until_a_person_decides(office: WholeOffice) -> None:
    """Rule 3: 疑似，待人工核实 on every card with a grade; no illness is named."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "疑似自伤自杀", "疑似，待人工核实")
    await office.presses(office.li, "接收", card)
    assert "疑似，待人工核实" in card.text
    for illness in ("抑郁", "精神病", "症", "患者"):
        assert illness not in card.text
    office.sees(office.chen, "已接收")


async def test_the_office_does_nothing_to_anybody_by_itself(office: WholeOffice) -> None:
    """Rule 3: untouched for hours, an alert is still open; only people close it."""
    await office.says(office.chen, "阿伯说不想活了，在3栋楼下")
    await office.after(hours=3)
    office.reads_all()
    assert office.alert().is_live


async def test_the_unit_complained_about_never_gets_the_matter(office: WholeOffice) -> None:
    """Rule 4: a red report against 大石街道办 goes to the district desk, at every step."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    await office.says(office.chen, AGAINST_DASHI)
    office.sees(office.chen, "A-0001 已发给区值班室")
    card = office.sees(
        office.room_district, "反映的对象就是本镇街，由区值班室处理", "地点：大石街道"
    )
    await office.after(minutes=30)
    for where in (office.room_dashi, office.li, office.wang):
        assert not office.messages(where)
    office.reads_all()
    data = card.data_of("接收")
    elsewhere = ButtonPress(
        office.room_dashi.address, office.room_dashi.kind, sender_of(office), "p-1", "1", data,
        office.clock.now,
    )  # fmt: skip
    office.arrives(elsewhere)
    await office.settle()
    assert office.answer_to(elsewhere) == "没有这个编号，或不在您的范围。"
    await office.says(office.li, "状态 A-0001")
    office.sees(office.li, "没有这个编号，或不在您的范围")
    with pytest.raises(PersonCanFix):
        office.write(lambda uow: status.timeline(uow, at_the_desk(office.li), 1))
    assert "由您接收" in await office.presses(office.zhou, "接收", card)
    office.sees(office.chen, "周志强")


def sender_of(office: WholeOffice) -> Sender:
    """Return Li as the channel knows him."""
    return Sender(office.li.sender, office.li.name)


async def test_it_cannot_be_handed_to_the_unit_complained_about(office: WholeOffice) -> None:
    """Rule 4: the district is not offered that town, and a forged press is refused."""
    await office.says(office.chen, AGAINST_DASHI)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_district, "A-0001")
    await office.presses(office.zhou, "移交", card)
    choice = office.sees(office.room_district, "移交给？")
    assert DASHI not in choice.labels
    dashi = next(town.code for town in office.office.gazetteer.towns if town.name == DASHI)
    answer = await office.presses(office.zhou, "", choice, data=f"a:1:give:{dashi}")
    assert "反映的对象" in answer
    assert not office.messages(office.room_dashi)


async def test_a_supplement_that_complains_takes_the_alert_from_the_unit(
    office: WholeOffice,
) -> None:
    """Rule 4: what the town had is taken over by the district; its card shows nothing more."""
    office.on_duty(office.li, Post.TOWN_DUTY)
    said = await office.says(office.chen, "李某说要跳楼")
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    own = office.sees(office.li, "A-0001")
    await office.presses(office.li, "接收", card)
    office.sees(office.chen, "已接收")
    await office.says(office.chen, "他投诉大石街道办不作为", reply_to=said)
    office.sees(office.chen, "补充已收到")
    office.sees(office.room_district, "移交给您", "他投诉大石街道办不作为")
    for shown in (card, own):
        assert shown.text == "A-0001 已由区值班室处理。"
        assert shown.labels == []
    await office.after(minutes=2)
    office.sees_nothing(office.room_dashi, office.li)


async def test_a_second_report_that_complains_takes_it_too(office: WholeOffice) -> None:
    """Rule 4: also by another reporter's words about the same event, and by a merge."""
    await office.says(office.chen, "李某在12楼要跳楼")
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    await office.says(office.he, "12楼李某投诉大石街道办不作为，说要跳楼")
    office.sees(office.he, "编号")
    office.sees(office.room_district, "A-0001")
    assert card.text == "A-0001 已由区值班室处理。"
    office.sees_nothing(office.room_dashi)


async def test_a_merge_takes_it_from_the_unit(office: WholeOffice) -> None:
    """Rule 4: the alert that is merged in complained about the town."""
    await office.says(office.chen, "李某在12楼要跳楼")
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    await office.says(office.he, "投诉大石街道办不作为，有人要跳楼")
    office.reads_all()
    question = office.messages(office.he)[-1]
    assert "是同一件事吗" in question.text
    await office.presses(office.he, "是同一件", question)
    office.reads_all()
    assert card.text == "A-0001 已由区值班室处理。"
    assert "投诉" not in "".join(one.text for one in office.messages(office.room_dashi))


async def test_the_danger_button_keeps_a_complaint_from_its_unit(office: WholeOffice) -> None:
    """Rule 4: harmless to the rules, raised by the reporter, still not for the unit."""
    await office.says(office.chen, "李某投诉大石街道办不作为，在门口坐着不动")
    receipt = office.sees(office.chen, "没有看出人身危险")
    await office.presses(office.chen, "有危险", receipt)
    office.sees(office.chen, "A-0001")
    office.sees(office.room_district, "A-0001")
    assert not office.messages(office.room_dashi)


async def test_each_look_leaves_a_line(office: WholeOffice) -> None:
    """Rule 5: 状态 by an officer is logged with who, what and whose."""
    await office.says(office.chen, RED)
    office.reads_all()
    for words in ("状态 A-0001", "/status a1", "状态A-0001"):
        await office.says(office.li, words)
        office.sees(office.li, "A-0001 红", "待接收")
    for somebody in (office.zhao, office.he):
        await office.says(somebody, "状态 A-0001")
        office.sees(somebody, "没有这个编号，或不在您的范围")
    await office.says(office.outsider, "状态 A-0001")
    office.sees(office.outsider, "还没有登记")
    looks = office.read(lambda uow: uow.audit.looks())
    assert looks == ((office.li.known.id, "status", "A-0001"),) * 3
    assert office.count(access_log) == 3


async def test_the_reporter_may_ask_what_became_of_it(office: WholeOffice) -> None:
    """Rule 5: one's own reports, by number or 我的; nobody else's."""
    await office.says(office.chen, RED)
    office.reads_all()
    await office.says(office.chen, "状态 R-0001")
    office.sees(office.chen, "R-0001　A-0001 待接收")
    await office.says(office.chen, "我的")
    office.sees(office.chen, "R-0001 3月4日 10:00　A-0001 待接收")
    await office.says(office.chen, "状态 A-0001")
    office.sees(office.chen, "A-0001 红")
    await office.says(office.he, "状态 R-0001")
    office.sees(office.he, "没有这个编号")
    await office.says(office.he, "我的")
    office.sees(office.he, "还没有上报过")
    await office.says(office.chen, "状态 昨天那条")
    office.sees(office.chen, "请写编号")


async def test_only_the_district_sees_the_board(office: WholeOffice) -> None:
    """Rule 5: the board is for district officer, leader, administrator and auditor."""
    await office.says(office.chen, RED)
    office.reads_all()
    board = office.read(lambda uow: status.board(uow, at_the_desk(office.zhou)))
    assert [line.number for line in board.alerts] == ["A-0001"]
    with pytest.raises(PersonCanFix):
        office.read(lambda uow: status.board(uow, at_the_desk(office.li)))
    with pytest.raises(PersonCanFix):
        office.read(lambda uow: status.board(uow, at_the_desk(office.chen)))
    auditor = office.enrols("审阅人", Role.AUDITOR, None)
    story = office.write(lambda uow: status.timeline(uow, at_the_desk(auditor), 1))
    assert [entry.label for entry in story.entries] == ["发出预警", "已送达"]
    assert "不由您处理" in await office.presses(
        auditor, "接收", office.messages(office.room_dashi)[0]
    )


@pytest.mark.parametrize("words", [RED, "阿伯说不想活了", "住户说活着没意思"])
async def test_110_and_120_stand_first_on_every_live_card(office: WholeOffice, words: str) -> None:
    """Rule 6: before the report's words, at every level, until the alert is closed."""
    await office.says(office.chen, words)
    office.reads_all()
    card = office.messages(office.room_dashi)[0]
    call = card.text.index("110／120")
    assert call < card.text.index("R-0001")
    for help_words in ("谁去现场", "谁回电", "家属或社工", "12356"):
        assert help_words in card.text
    await office.presses(office.li, "接收", card)
    assert "先拨110／120" in card.text
    await office.presses(office.li, "办结", card)
    office.reads_all()
    await office.presses(office.li, "已化解", office.messages(office.room_dashi)[-1])
    assert "110" not in card.text
    office.reads_all()


async def test_who_is_not_enrolled_any_more_sees_and_does_nothing(office: WholeOffice) -> None:
    """An officer who left: not called, cannot press, is a stranger."""
    office.store.write(lambda uow: uow.people.revoke(office.wang.known.id))
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    assert "请先登记" in await office.presses(office.wang, "接收", card)
    await office.after(minutes=8)
    assert not office.messages(office.wang)
    office.reads_all()
    assert office.count(reports, sa.true()) == 1
