"""Reminder letters: numbered, sent, signed for, answered, chased, and whom they never reach."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.access import number_key
from domain.duty import Role
from domain.errors import PersonCanFix
from domain.letter import LetterStepKind
from domain.petition import MatterKind, StepKind
from petitions import letters
from petitions.letter_register import Standing, rate, rates, standing
from petitions.letters import Wanted
from storage.tables import access_log, letter_steps
from storage.tables import letters as letters_table
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI
from tests.supervised import PETITIONER, SupervisedOffice
from tests.unsealed import found_in

SENT, RECEIVED = LetterStepKind.SENT, LetterStepKind.RECEIVED
REPLIED, CANCELLED = LetterStepKind.REPLIED, LetterStepKind.CANCELLED
BUREAU = "区水务局"
RED = "张某现在坐在12楼天台边上扬言要跳楼"
TODAY = date(2026, 3, 4)
DAY = timedelta(days=1)


def refused(supervised: SupervisedOffice, **wanted: Any) -> str:
    """Return why a letter is refused; no number is used up."""
    with pytest.raises(PersonCanFix) as caught:
        supervised.letter(**wanted)
    assert supervised.whole.count(letters_table) == 0
    return caught.value.reply


def test_a_letter_says_what_is_due_and_nobodys_name(supervised: SupervisedOffice) -> None:
    """Since when the matter is theirs, by which article it is due, until when to answer."""
    supervised.registers("2026-0001")
    letter = supervised.letter(matter="2026-0001", words="请于本周内面复。\n\n另请报送照片。")
    assert (letter.number, letter.head.about) == ("〔2026〕1号", "2026-0001")
    assert letter.head.words.splitlines() == [
        "2026年1月3日，我局将编号为2026-0001的信访事项转由你单位办理。",
        "该事项应于2026年3月6日前办结（《信访工作条例》第三十四条），距期限还有2天。",
        "请于本周内面复。",
        "另请报送照片。",
        "请你单位抓紧办理，按期答复信访人，并自发函之日起15日内将办理情况书面函复我局。",
        "特此函告。",
    ]
    assert PETITIONER.name not in letter.head.words
    office = supervised.whole
    assert office.count(access_log, access_log.c.what == "letter") == 1
    supervised.steps(letter, SENT, TODAY, way="专人莫小七送达", note="交门卫收下")
    supervised.steps(letter, REPLIED, TODAY, document="大石函五号")
    sealed = ("另请报送照片", "关于信访事项", "莫小七", "门卫", "大石函")
    assert found_in(office.url, office.store.engine, sealed) == set()


def test_two_at_once_take_two_numbers(office: WholeOffice) -> None:
    """Forty letters from four threads, every fourth of them refused: 1 to 30, each once."""
    supervised = SupervisedOffice(office)
    supervised.registers("2026-0001", about_units=(SHIQI,))
    asker = supervised.asker()

    def draw_up(place: int) -> int | None:
        unit = SHIQI if place % 4 == 0 else DASHI
        wanted = Wanted(unit=unit, reply_days=15, matter="2026-0001")
        try:
            return office.store.write(
                lambda uow: letters.draw_up(uow, supervised.ledger, asker, wanted)
            ).serial
        except PersonCanFix:
            return None

    with ThreadPoolExecutor(4) as threads:
        given = [serial for serial in threads.map(draw_up, range(40)) if serial is not None]
    assert sorted(given) == list(range(1, 31))


def test_each_year_begins_with_one(supervised: SupervisedOffice) -> None:
    """The year is the office's, not UTC's: at one in the morning of the 1st of January."""
    assert supervised.letter().number == "〔2026〕1号"
    assert supervised.letter().number == "〔2026〕2号"
    supervised.whole.clock.now = datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert supervised.letter().number == "〔2027〕1号"


@pytest.mark.parametrize("written", ["2", "2号", "2026-2", "〔2026〕2号", "番信函〔2026〕2号"])
def test_a_number_as_people_write_it(supervised: SupervisedOffice, written: str) -> None:
    """Any of them means the second letter of the year."""
    supervised.letter()
    second = supervised.letter()
    supervised.steps(written, SENT, TODAY, way="机要")
    assert supervised.whole.count(letter_steps, letter_steps.c.letter_id == second.id) == 1


@pytest.mark.parametrize(
    ("about", "unit"),
    [
        (DASHI, DASHI),
        (DASHI, "大石街道办事处"),
        ("大石街道城管办", "番禺区大石街道"),
        (BUREAU, "区水务局河涌管理所"),
    ],
)
def test_it_never_goes_to_the_unit_complained_about(
    supervised: SupervisedOffice, about: str, unit: str
) -> None:
    """Under whatever name, and the refusal says why."""
    supervised.registers("2026-0001", about_units=(about,))
    reason = refused(supervised, matter="2026-0001", unit=unit)
    assert "被反映单位" in reason
    assert "第三十条第三款" in reason


def test_an_accusation_goes_to_no_town(supervised: SupervisedOffice) -> None:
    """Whoever looks into it may have a letter; a town may not."""
    supervised.registers("2026-0001", kind=MatterKind.ACCUSATION, about_units=(SHIQI,))
    assert "检举控告" in refused(supervised, matter="2026-0001", unit=DASHI)
    assert supervised.letter(matter="2026-0001", unit="区纪委监委").serial == 1


def test_another_town_has_no_letter(supervised: SupervisedOffice) -> None:
    """Neither its matter nor its area."""
    supervised.registers("2026-0001")
    assert "不归石碁镇办理" in refused(supervised, matter="2026-0001", unit=SHIQI)


def test_who_may_not_know_hears_the_same_as_of_nothing(supervised: SupervisedOffice) -> None:
    """A clerk who withdrew, and a matter that is not there; others may not write at all."""
    supervised.registers("2026-0001")
    supervised.whole.store.write(
        lambda uow: uow.interests.declare(
            supervised.wu.known.id, number_key("2026-0001"), "2026-0001", declared_by=None
        )
    )
    theirs = refused(supervised, matter="2026-0001")
    assert theirs.replace("2026-0001", "2026-0009") == refused(supervised, matter="2026-0009")
    for person in (supervised.whole.li, supervised.whole.zhou, supervised.whole.deng):
        assert "职责" in refused(supervised, by=person, matter="2026-0001")


def test_a_letter_of_somebody_elses_matter_is_not_there(supervised: SupervisedOffice) -> None:
    """A second clerk with an interest neither finds nor lists it."""
    office = supervised.whole
    supervised.registers("2026-0001")
    supervised.letter(matter="2026-0001")
    supervised.letter()
    second = office.enrols("郑文华", Role.CLERK, None)
    office.store.write(
        lambda uow: uow.interests.declare(
            second.known.id, number_key("2026-0001"), "2026-0001", declared_by=None
        )
    )
    asker = supervised.asker(second)
    with pytest.raises(PersonCanFix, match="没有 1 这封"):
        office.read(lambda uow: letters.find(uow, supervised.ledger, asker, "1"))
    found = office.store.write(lambda uow: letters.register_of(uow, asker, 2026))
    assert [letter.serial for letter in found] == [2]


async def test_a_letter_about_an_alert(supervised: SupervisedOffice) -> None:
    """By its number alone: nothing of what was reported; not to another town, not of none."""
    office = supervised.whole
    await office.says(office.chen, RED)
    office.reads_all()
    assert "不归石碁镇" in refused(supervised, alert_id=1, unit=SHIQI)
    assert "没有 A-0002" in refused(supervised, alert_id=2)
    letter = supervised.letter(alert_id=1)
    assert letter.head.about == "A-0001"
    assert "A-0001" in letter.head.words
    assert "天台" not in letter.head.words


async def test_not_to_the_town_that_an_alert_complains_about(supervised: SupervisedOffice) -> None:
    """What holds for matters holds for alerts."""
    office = supervised.whole
    await office.says(office.chen, "大石街道办事处不给办，他说要喝了农药，去大石街道办事处")
    office.reads_all()
    office.store.write(
        lambda uow: uow.connection.exec_driver_sql(
            "UPDATE alerts SET about_units = ? WHERE id = 1", (f'["{DASHI}"]',)
        )
    )
    assert "被反映单位" in refused(supervised, alert_id=1, unit=DASHI)


def test_steps_come_in_their_order(supervised: SupervisedOffice) -> None:
    """Nothing before it was sent, nothing in the future, nothing after it was cancelled."""
    letter = supervised.letter()
    for kind, on, why in (
        (REPLIED, TODAY, "还没有登记发出"),
        (SENT, TODAY - DAY, "不能早于制发"),
        (SENT, TODAY + DAY, "还没有到"),
    ):
        with pytest.raises(PersonCanFix, match=why):
            supervised.steps(letter, kind, on)
    supervised.steps(letter, SENT, TODAY)
    supervised.whole.clock.push(2 * DAY)
    with pytest.raises(PersonCanFix, match="不能早于发出"):
        supervised.steps(letter, RECEIVED, TODAY - DAY)
    supervised.steps(letter, RECEIVED, TODAY + DAY)
    with pytest.raises(PersonCanFix, match="签收的日期"):
        supervised.steps(letter, SENT, TODAY + 2 * DAY)
    supervised.steps(letter, REPLIED, TODAY + 2 * DAY, document="大石函〔2026〕5号")
    with pytest.raises(PersonCanFix, match="已经回函"):
        supervised.steps(letter, CANCELLED, TODAY + 2 * DAY)
    other = supervised.letter()
    supervised.steps(other, CANCELLED, TODAY + 2 * DAY, note="拟错了")
    with pytest.raises(PersonCanFix, match="作废"):
        supervised.steps(other, SENT, TODAY + 2 * DAY)


def test_a_step_is_never_changed(supervised: SupervisedOffice) -> None:
    """A wrong day is corrected by one more row, which counts; the first one stays."""
    letter = supervised.letter()
    supervised.whole.clock.push(3 * DAY)
    supervised.steps(letter, SENT, TODAY)
    corrected = supervised.steps(letter, SENT, TODAY + 2 * DAY, way="邮寄")
    sent = corrected.last(SENT)
    assert sent is not None
    assert (sent.on, sent.way) == (TODAY + 2 * DAY, "邮寄")
    assert supervised.whole.count(letter_steps) == 2


def test_the_return_rate_of_a_year_like_the_source_offices(supervised: SupervisedOffice) -> None:
    """78 sent, 78 answered: 100 %; one cancelled and one not sent yet do not count."""
    for place in range(78):
        letter = supervised.letter(unit=DASHI if place % 2 else BUREAU)
        supervised.steps(letter, SENT, TODAY)
    supervised.steps(supervised.letter(), CANCELLED, TODAY)
    supervised.letter()
    supervised.whole.clock.push(20 * DAY)
    for serial in range(1, 79):
        supervised.steps(str(serial), RECEIVED, TODAY + DAY)
        late = serial > 70
        supervised.steps(str(serial), REPLIED, TODAY + (20 if late else 15) * DAY)
    asker = supervised.asker()
    found = supervised.whole.store.write(lambda uow: letters.register_of(uow, asker, 2026))
    counting, today = supervised.ledger.counting, supervised.today
    total = rate(found, today, counting)
    assert (total.made, total.sent, total.received, total.replied) == (79, 78, 78, 78)
    assert (total.share, total.in_time, total.overdue) == (1.0, 70, 0)
    by_unit = dict(rates(found, today, counting))
    assert {unit: (one.sent, one.replied) for unit, one in by_unit.items()} == {
        BUREAU: (39, 39),
        DASHI: (39, 39),
    }


def test_how_a_letter_stands(supervised: SupervisedOffice) -> None:
    """Drawn up, sent, signed for, overdue, answered."""
    counting = supervised.ledger.counting
    letter = supervised.letter(reply_days=10)
    seen = [standing(letter, TODAY, counting)]
    letter = supervised.steps(letter, SENT, TODAY)
    seen.append(standing(letter, TODAY, counting))
    letter = supervised.steps(letter, RECEIVED, TODAY)
    last = date(2026, 3, 16)  # the tenth day is a Saturday
    seen += [standing(letter, last, counting), standing(letter, last + DAY, counting)]
    letter = supervised.steps(letter, REPLIED, TODAY)
    seen.append(standing(letter, last + DAY, counting))
    assert seen == [
        Standing.DRAWN_UP,
        Standing.SENT,
        Standing.RECEIVED,
        Standing.OVERDUE,
        Standing.REPLIED,
    ]
    assert rate([letter], last, counting).in_time == 1
    assert rate([], last, counting).share is None


async def test_an_unanswered_letter_is_chased(supervised: SupervisedOffice) -> None:
    """The town reads of it with its other matters, then the joint office; answered, no more."""
    office = supervised.whole
    supervised.registers("2026-0001")
    letter = supervised.letter(matter="2026-0001", reply_days=10)
    supervised.writes_down("2026-0001", StepKind.REPLIED, unit=DASHI)
    supervised.steps(letter, SENT, TODAY)
    await supervised.looks()
    office.sees_nothing(office.room_dashi)
    supervised.at_time(3, 12, 10)
    await supervised.looks()
    office.sees(office.room_dashi, "提醒函〔2026〕1号", DASHI, "回复提醒函", "还有 4 天")
    supervised.at_time(3, 17, 10)
    await supervised.looks()
    office.sees(office.room_dashi, "超期 1 天（3月16日到期）")
    office.sees(office.zhou, "提醒函〔2026〕1号", "已到区信联办")
    office.sees(supervised.wu, "提醒函〔2026〕1号")
    supervised.steps(letter, REPLIED, date(2026, 3, 17))
    supervised.at_time(3, 18, 10)
    await supervised.looks()
    office.sees_nothing(office.room_dashi, office.zhou, supervised.wu)


async def test_a_letter_about_an_accusation_is_chased_by_clerks(
    supervised: SupervisedOffice,
) -> None:
    """The joint office's officers do not read of it, late as it is."""
    office = supervised.whole
    supervised.registers("2026-0001", kind=MatterKind.ACCUSATION, about_units=(SHIQI,))
    supervised.writes_down("2026-0001", StepKind.REPLIED)
    letter = supervised.letter(matter="2026-0001", unit="区纪委监委", reply_days=1)
    supervised.steps(letter, SENT, TODAY)
    supervised.at_time(3, 9, 10)
    await supervised.looks()
    office.sees(supervised.wu, "提醒函〔2026〕1号", "区纪委监委", "已到区信联办")
    office.sees_nothing(office.zhou, office.deng, office.room_district)
