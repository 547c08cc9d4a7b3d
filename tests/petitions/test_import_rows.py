"""Rows of a sheet into the ledger: what is new, what is changed, and what an import never does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from domain.access import ACCUSATIONS, Way
from domain.duty import Role
from domain.errors import PersonCanFix
from domain.petition import Matter, MatterKind, Petitioner, Satisfaction, Step, StepKind
from domain.sheet import Mistake, SheetRow
from petitions import matters
from petitions.heads import find_heads
from petitions.matter_rows import Reader
from petitions.workbook import Outcome, Result, look, put
from storage.unit_of_work import UnitOfWork
from tests.petitions.ledger_desk import PLAIN, LedgerDesk, Row, ledger_desk


@pytest.fixture
def desk(sqlite_file: str) -> Iterator[LedgerDesk]:
    """Open the ledger."""
    with ledger_desk(sqlite_file) as opened:
        yield opened


def said(result: Result) -> list[tuple[str, str]]:
    """Return the remarks on a row by their cells."""
    return [(one.cell, one.words) for one in result.remarks]


def test_a_new_number_is_a_new_matter(database: str) -> None:
    """With its people, its steps, what is due next, and who may see it; on both databases."""
    with ledger_desk(database) as desk:
        (result,) = desk.bring({**PLAIN, "受理日期": "2026.11.9", "转送日期": "20261104"})
        matter = desk.kept().matter
        assert (result.outcome, result.remarks) == (Outcome.NEW, ())
        assert (matter.head.town, matter.head.unit) == ("大石街道", "大石街道")
        assert matter.petitioners == (Petitioner("何秀珍", "13800001234"),)
        assert [(step.kind, step.on) for step in matter.steps] == [
            (StepKind.REGISTERED, date(2026, 11, 2)),
            (StepKind.FORWARDED, date(2026, 11, 4)),
            (StepKind.ACCEPTED, date(2026, 11, 9)),
        ]
        assert matter.next_due_on == date(2027, 1, 8)  # 60 days of Art. 34
        (again,) = desk.bring({**PLAIN, "受理日期": "2026.11.9", "转送日期": "20261104"})
        (changed,) = desk.bring({**PLAIN, "办结日期": "2026-11-20", "包案领导": "邓永康"})
        assert (again.outcome, changed.outcome) == (Outcome.UNCHANGED, Outcome.CHANGED)
        assert desk.kept().matter.ended_on == date(2026, 11, 20)


def test_an_import_keeps_the_ledger_as_a_clerk_does(desk: LedgerDesk) -> None:
    """What is written by hand and what is imported leave the same rows behind."""
    desk.bring({**PLAIN, "受理日期": "2026-11-09"})
    imported = desk.kept().matter

    def register(uow: UnitOfWork) -> Matter:
        head = replace(imported.head, number="2026-0043")
        return matters.register(
            uow, desk.ledger, desk.clerk, head,
            petitioners=imported.petitioners, steps=imported.steps,
        )  # fmt: skip

    by_hand = desk.do(register)
    same = replace(by_hand, id=imported.id, head=imported.head)
    assert replace(same, version=imported.version) == imported
    kept = "SELECT kind, open_to, next_due_on, ended_on FROM matters"
    rows = desk.do(lambda uow: uow.connection.exec_driver_sql(kept).all())
    assert rows[0] == rows[1]


def test_the_same_sheet_again_writes_nothing(desk: LedgerDesk) -> None:
    """No step twice, no change, no line in the history."""
    rows = [
        {**PLAIN, "延期天数": 15, "延期日期": "2026-11-20", "受理日期": "2026-11-09"},
        {
            **PLAIN,
            "编号": "2026-0043",
            "姓名": "陈伟、李强",
            "满意度": "满意",
            "评价日期": "2026-11-20",
        },
    ]
    desk.bring(*rows)
    before = desk.counts()
    assert {one.outcome for one in desk.bring(*rows)} == {Outcome.UNCHANGED}
    assert desk.counts() == before


def test_an_empty_cell_erases_nothing(desk: LedgerDesk) -> None:
    """A sheet says what it says; what it leaves empty stays."""
    desk.bring({**PLAIN, "满意度": "基本满意", "住址": "植村大街 3 号", "包案领导": "邓永康"})
    (result,) = desk.bring({"编号": "2026-0042", "姓名": None, "概况": "无", "信访目的": None,
                            "登记日期": "", "满意度": "—", "包案领导": " "})  # fmt: skip
    assert result.outcome is Outcome.UNCHANGED
    head = desk.kept().matter.head
    assert (head.satisfaction, head.lead) == (Satisfaction.MOSTLY, "邓永康")
    assert desk.kept().matter.petitioners[0].address == "植村大街 3 号"


def test_another_day_replaces_the_step_and_keeps_the_old_one(desk: LedgerDesk) -> None:
    """The system was corrected: both rows are there, one of them stands."""
    desk.bring({**PLAIN, "受理日期": "2026-11-09"})
    desk.bring({**PLAIN, "受理日期": "2026-11-10"})
    accepted = [row for row in desk.kept().steps if row.step.kind is StepKind.ACCEPTED]
    assert [row.step.on.day for row in accepted] == [9, 10]
    assert accepted[1].replaces == accepted[0].id
    assert [step.on.day for step in desk.steps() if step.kind is StepKind.ACCEPTED] == [10]


def test_a_paper_that_comes_later_is_added_to_its_step(desk: LedgerDesk) -> None:
    """The same day with its number is the same step, fuller."""
    desk.bring({**PLAIN, "转送日期": "2026-11-04"})
    desk.bring({**PLAIN, "转送日期": "2026-11-04", "转送文号": "番信转〔2026〕42号"})
    (forwarded,) = [step for step in desk.steps() if step.kind is StepKind.FORWARDED]
    assert forwarded.document == "番信转〔2026〕42号"


def test_what_was_corrected_by_hand_stands_until_the_sheet_says_something_new(
    desk: LedgerDesk,
) -> None:
    """The old sheet does not undo a clerk's correction; a new word of the system does."""
    desk.bring(PLAIN)

    def correct(uow: UnitOfWork) -> None:
        matter = uow.matters.by_number("2026-0042")
        assert matter is not None
        head = replace(matter.head, unit="石壁街道")
        matters.change(uow, desk.ledger, desk.clerk, matter, head=head)

    desk.do(correct)
    assert desk.bring(PLAIN)[0].outcome is Outcome.UNCHANGED
    assert desk.kept().matter.head.unit == "石壁街道"
    desk.bring({**PLAIN, "责任单位": "区水务局"})
    assert desk.kept().matter.head.unit == "区水务局"


def test_a_step_that_a_clerk_took_away_stays_away(desk: LedgerDesk) -> None:
    """The sheet says it again, and it was said before."""
    desk.bring({**PLAIN, "受理日期": "2026-11-09"})

    def void(uow: UnitOfWork) -> None:
        matter = uow.matters.by_number("2026-0042")
        assert matter is not None
        row = next(
            one for one in uow.matters.steps(matter.id) if one.step.kind is StepKind.ACCEPTED
        )
        matters.write_down(
            uow, desk.ledger, desk.clerk, matter, row.step, replaces=row.id, void=True
        )

    desk.do(void)
    assert desk.bring({**PLAIN, "受理日期": "2026-11-09"})[0].outcome is Outcome.UNCHANGED
    assert StepKind.ACCEPTED not in {step.kind for step in desk.steps()}


def test_a_clerks_own_step_is_not_overruled(desk: LedgerDesk) -> None:
    """The sheet has another day: the clerk is asked to look, and told no more."""
    desk.bring(PLAIN)

    def accept(uow: UnitOfWork) -> None:
        matter = uow.matters.by_number("2026-0042")
        assert matter is not None
        step = Step(StepKind.ACCEPTED, date(2026, 11, 6))
        matters.write_down(uow, desk.ledger, desk.clerk, matter, step)

    desk.do(accept)
    (result,) = desk.bring({**PLAIN, "受理日期": "2026-11-09"})
    assert result.outcome is Outcome.UNCHANGED
    ((cell, words),) = said(result)
    assert (cell, "手工登记" in words, "11-06" in words) == ("J3", True, False)


def test_a_unit_complained_about_is_only_taken_off_by_hand(desk: LedgerDesk) -> None:
    """A sheet without it, or with another one, lets nobody in."""
    desk.bring({**PLAIN, "被反映单位": "大石街道城管办"})
    desk.bring({**PLAIN, "被反映单位": "区水务局"})
    desk.bring(PLAIN)
    assert desk.kept().matter.head.about_units == ("大石街道", "大石街道城管办", "区水务局")
    open_to = desk.do(
        lambda uow: uow.connection.exec_driver_sql("SELECT open_to FROM matters").scalar_one()
    )
    assert open_to == ""


def test_a_unit_that_a_clerk_took_off_stays_off(desk: LedgerDesk) -> None:
    """It was a slip: the old sheet does not bring it back, whatever else it names."""
    desk.bring({**PLAIN, "被反映单位": "区水务局、区教育局"})

    def take_off(uow: UnitOfWork) -> None:
        matter = uow.matters.by_number("2026-0042")
        assert matter is not None
        head = replace(matter.head, about_units=("区教育局",))
        matters.change(uow, desk.ledger, desk.clerk, matter, head=head)

    desk.do(take_off)
    desk.bring({**PLAIN, "被反映单位": "区水务局、区教育局、区民政局"})
    assert desk.kept().matter.head.about_units == ("区教育局", "区民政局")


def test_an_accusation_is_not_opened_by_a_sheet(desk: LedgerDesk) -> None:
    """It stays with the few who may see it, and the clerk is told."""
    desk.bring({**PLAIN, "信访目的": "检举控告", "被反映单位": "大石街道办事处"})
    (result,) = desk.bring({**PLAIN, "信访目的": "建议意见"})
    assert "检举控告" in said(result)[0][1]
    assert desk.kept().matter.head.kind is MatterKind.ACCUSATION
    rows = desk.do(
        lambda uow: (
            uow.connection.exec_driver_sql("SELECT open_to FROM petitioners").scalars().all()
        )
    )
    assert rows == [ACCUSATIONS]


def test_an_appeal_without_its_item_is_what_the_settings_say(desk: LedgerDesk) -> None:
    """And leaves alone what a clerk has found out since."""
    bare = {**PLAIN, "信访目的": "求决"}
    assert desk.bring(bare, appeals=None)[0].outcome is Outcome.REFUSED
    desk.bring({**bare, "信访目的": "申诉（第三十一条第（三）项）"})
    assert desk.bring(bare)[0].outcome is Outcome.UNCHANGED
    assert desk.kept().matter.head.kind is MatterKind.APPEAL_OTHER


def test_people_are_added_and_their_details(desk: LedgerDesk) -> None:
    """Nobody is taken off by a sheet that names fewer."""
    desk.bring({**PLAIN, "姓名": "何秀珍、陈伟", "联系电话": "13800001234、无", "人数": "１２人"})
    desk.bring({**PLAIN, "姓名": "陈伟", "联系电话": "13900005678"})
    desk.bring({**PLAIN, "姓名": "李强等15人", "联系电话": None})
    matter = desk.kept().matter
    assert [(one.name, one.phone) for one in matter.petitioners] == [
        ("何秀珍", "13800001234"),
        ("陈伟", "13900005678"),
        ("李强", ""),
    ]
    assert matter.head.group_size == 15


def test_a_sheet_that_says_less_takes_nothing_back(desk: LedgerDesk) -> None:
    """Fewer names are no smaller group; words are no subject where there is one."""
    desk.bring({**PLAIN, "人数": 40, "内容分类": "城乡建设"})
    (result,) = desk.bring({**PLAIN, "姓名": "何秀珍、陈伟"})
    head = desk.kept().matter.head
    assert (head.group_size, head.subject, result.outcome) == (40, "城乡建设", Outcome.CHANGED)
    desk.bring({**PLAIN, "编号": "2026-0043", "姓名": "何秀珍、陈伟"})
    head = desk.kept("2026-0043").matter.head
    assert (head.group_size, head.subject) == (2, "反映植村一处挡土墙开裂。")


def test_somebody_else_does_not_get_the_old_phone(desk: LedgerDesk) -> None:
    """One person for another is another person; the same phone is a corrected name."""
    desk.bring({**PLAIN, "姓名": "何秀真"})
    desk.bring(PLAIN)
    assert desk.kept().matter.petitioners == (Petitioner("何秀珍", "13800001234"),)
    desk.bring({**PLAIN, "姓名": "陈伟", "联系电话": None})
    assert desk.kept().matter.petitioners == (Petitioner("陈伟"),)


def test_rows_under_one_merged_number_are_one_matters_people(desk: LedgerDesk) -> None:
    """Systems write a row a person, and merge what is the matter's."""
    heads = dict(enumerate(PLAIN, 1))
    first = dict(enumerate(PLAIN.values(), 1))
    second = {**first, 5: "陈伟", 6: 13900005678}
    rows = [
        SheetRow(1, heads),
        SheetRow(2, first),
        SheetRow(3, second, below=frozenset({1, 2, 3, 4})),
        SheetRow(4, dict.fromkeys(range(1, 10), "以下空白"), across=frozenset(range(1, 10))),
        SheetRow(5, {**first, 1: "2026-0043", 2: date(2026, 11, 3)}, across=frozenset({1, 2})),
        SheetRow(6, {9: "制表人：王芳"}),
    ]
    reader = Reader(find_heads(rows, desk.accepted), desk.units, appeals=None)
    lines = list(reader.lines(rows))
    results = desk.do(lambda uow: put(uow, desk.ledger, desk.clerk, lines))
    assert [one.number for one in results] == ["2026-0042", "2026-0043"]
    assert {one.outcome for one in results} == {Outcome.NEW}
    assert [one.name for one in desk.kept().matter.petitioners] == ["何秀珍", "陈伟"]


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        ({"编号": None}, "A3", "没有编号"),
        ({"编号": 2026110200000042.0}, "A3", "末几位可能已经丢失"),
        ({"登记日期": "2026年2月30日"}, "B3", "没有“2026年2月30日”这一天"),
        ({"登记日期": Mistake("#N/A")}, "B3", "#N/A"),
        ({"登记日期": None}, "B3", "没有写登记日期"),
        ({"信访形式": "托人转交"}, "C3", "看不懂"),
        ({"信访目的": None}, "D3", "没有写信访目的"),
        ({"信访目的": "其他"}, "D3", "看不出是哪一类"),
        ({"被反映单位": Mistake("#REF!")}, "J3", "#REF!"),
    ],
    ids=str,
)
def test_a_row_that_decides_wrongly_is_refused_by_its_cell(
    desk: LedgerDesk, row: Row, cell: str, says: str
) -> None:
    """The row beside it goes in."""
    refused, other = desk.bring({**PLAIN, **row}, {**PLAIN, "编号": "2026-0043"})
    assert (refused.outcome, other.outcome) == (Outcome.REFUSED, Outcome.NEW)
    assert [(at, says in words) for at, words in said(refused)] == [(cell, True)]
    assert desk.counts()["matters"] == 1


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        ({"住址": Mistake("#N/A")}, "J3", "没有记"),
        ({"证件号码": 4.40113196807303e17}, "J3", "末几位已经丢失"),
        ({"联系电话": "打不通"}, "F3", "不像电话号码"),
        ({"联系电话": "13800001234、13900005678"}, "F3", "只记前 1 个"),
        ({"问题属地": "南沙区"}, "G3", "只有区里能看"),
        ({"信访目的": "检举", "被反映单位": "大石街"}, "I3", "不能交给被反映的单位"),
        ({"延期至": "2026-12-20"}, "J3", "延期没有记"),
        ({"办结日期": "2026-11-20"}, "J3", "前面没有受理"),
        ({"受理日期": "2026-10-09"}, "J3", "日期早于登记"),
        ({"受理日期": "2027-11-09"}, "J3", "日期还没有到"),
    ],
    ids=str,
)
def test_what_decides_nothing_goes_in_with_a_remark(
    desk: LedgerDesk, row: Row, cell: str, says: str
) -> None:
    """Steps against the Regulation as well: a matter that is missing is watched by no clock."""
    (result,) = desk.bring({**PLAIN, **row})
    assert result.outcome is Outcome.NEW
    assert [(at, says in words) for at, words in said(result)] == [(cell, True)]


def test_a_number_stands_in_a_sheet_once(desk: LedgerDesk) -> None:
    """The second row is refused and says where the first one is."""
    one, two = desk.bring(PLAIN, {**PLAIN, "编号": "2026 - 0042".replace(" ", "\u3000")})
    assert (one.outcome, two.outcome) == (Outcome.NEW, Outcome.REFUSED)
    assert said(two) == [("A4", "第 3 行已经有这个编号")]


def test_what_was_cleared_does_not_come_back(desk: LedgerDesk) -> None:
    """Its time was over: the same old sheet does not fill it in again."""
    desk.bring(PLAIN)
    desk.do(
        lambda uow: uow.connection.exec_driver_sql("UPDATE matters SET cleared_at = '2026-11-28'")
    )
    before = desk.counts()
    (result,) = desk.bring({**PLAIN, "满意度": "满意"})
    assert (result.outcome, said(result)) == (
        Outcome.REFUSED,
        [("A3", "这件事已按保存期限清除，不再登记")],
    )
    assert desk.counts() == before


def test_a_line_of_sums_is_no_matter(desk: LedgerDesk) -> None:
    """合计 under the numbers, and rows that say nothing."""
    results = desk.bring(PLAIN, {**PLAIN, "编号": "合计", "姓名": 1}, dict.fromkeys(PLAIN, None))
    assert [one.outcome for one in results] == [Outcome.NEW]


def test_only_a_clerk_keeps_the_ledger(desk: LedgerDesk) -> None:
    """A town's officer, a leader, somebody revoked and nobody at all bring nothing in."""
    others = [
        desk.asker("李明", Role.TOWN_OFFICER, "大石街道"),
        desk.asker("何主任", Role.LEADER),
        desk.do(lambda uow: uow.interests.asker(None, Way.COMMAND)),
        replace(desk.clerk, way=Way.GROUP),
    ]
    for asker in others:
        for work in (put, look):
            with pytest.raises(PersonCanFix, match="不在您的职责范围"):
                desk.bring(PLAIN, asker=asker, work=work)
    assert desk.counts()["matters"] == 0


def test_looking_writes_nothing_and_says_the_same(desk: LedgerDesk) -> None:
    """What `look` says of a batch is what `put` makes of it."""
    desk.bring(PLAIN)
    before = desk.counts()
    rows = [
        PLAIN,
        {**PLAIN, "编号": "2026-0043"},
        {**PLAIN, "编号": "2026-0044", "登记日期": "待定"},
    ]
    looked = desk.bring(*rows, work=look)
    assert desk.counts() == before
    assert desk.bring(*rows) == looked


def test_an_import_leaves_its_line_in_the_log(desk: LedgerDesk) -> None:
    """Who, what, which numbers and how many; never a name."""
    desk.bring(PLAIN, {**PLAIN, "编号": "2026-0043"})
    desk.bring(PLAIN)
    (line,) = desk.do(lambda uow: uow.audit.looks())
    assert line[1:] == ("import", "2026-0042 … 2026-0043（2 件）")
