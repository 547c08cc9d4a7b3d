"""What the columns of a sheet mean, wherever and however its head stands."""

from __future__ import annotations

import pytest

from domain.errors import PersonCanFix
from domain.sheet import SheetRow
from petitions.heads import Accepted, Field, find_heads

ACCEPTED = Accepted.of(
    {
        Field.NUMBER: ("信访件编号", "编号"),
        Field.REGISTERED_ON: ("登记日期",),
        Field.NAME: ("姓名", "信访人"),
        Field.SUBJECT: ("内容分类", "标题"),
        Field.ACCEPTED_ON: ("受理日期", "受理情况日期"),
        Field.REPLIED_ON: ("办结日期",),
    }
)


def row(number: int, *values: str, below: int = 0) -> SheetRow:
    """Return a row of words; the first ``below`` columns go on from the row above."""
    cells = {at: value for at, value in enumerate(values, 1) if value}
    return SheetRow(number, cells, below=frozenset(range(1, below + 1)))


def test_the_head_may_stand_below_titles() -> None:
    """A title, a line about the export, an empty row, then the head."""
    found = find_heads(
        [
            row(1, "信访事项登记表"),
            row(2, "导出单位：区信访局", "", "2026-11-28"),
            row(9, "序号", " 信访件 编号", "登记日期＊", "信访人（代表）", "备注"),
            row(10, "1", "2026-0001", "2026-11-02", "何秀珍"),
        ],
        ACCEPTED,
    )
    assert found.bottom == 9
    assert dict(found.columns) == {Field.NUMBER: 2, Field.REGISTERED_ON: 3, Field.NAME: 4}
    assert found.unread == ("序号", "备注")


def test_a_head_of_two_rows_is_read_together() -> None:
    """编号 reaches over both rows; 受理情况 stands over two columns of its own."""
    found = find_heads(
        [
            row(1, "编号", "登记日期", "姓名", "受理情况", "受理情况"),
            row(2, "编号", "登记日期", "姓名", "日期", "办结日期", below=3),
            row(3, "2026-0001", "2026-11-02", "何秀珍", "2026-11-10", "2026-11-20"),
        ],
        ACCEPTED,
    )
    assert found.bottom == 2
    assert found.columns[Field.ACCEPTED_ON] == 4
    assert found.columns[Field.REPLIED_ON] == 5


def test_of_two_heads_for_one_field_the_first_of_the_settings_is_read() -> None:
    """标题 is read only where there is no 内容分类, whichever stands on the left."""
    found = find_heads([row(1, "标题", "编号", "登记日期", "内容分类")], ACCEPTED)
    assert found.columns[Field.SUBJECT] == 4
    assert found.unread == ("标题",)


def test_a_head_that_is_merged_across_is_one_column() -> None:
    """Its value stands in the left one."""
    row_of = SheetRow(1, {1: "编号", 2: "编号", 3: "姓名", 4: "登记日期"}, across=frozenset({1, 2}))
    assert find_heads([row_of], ACCEPTED).columns[Field.NUMBER] == 1


def test_two_columns_with_one_head_are_refused() -> None:
    """Nobody can say which of them is meant."""
    with pytest.raises(PersonCanFix) as told:
        find_heads([row(1, "编号", "登记日期", "姓名", "姓名")], ACCEPTED)
    assert "C1 和 D1 都写着“姓名”" in told.value.reply


@pytest.mark.parametrize(
    ("heads", "says"),
    [
        (("日期", "天气"), "没有找到表头"),
        (("登记日期", "姓名", "内容分类"), "没有信访件编号这一列"),
    ],
)
def test_a_sheet_without_its_head_is_told_what_is_missing(
    heads: tuple[str, ...], says: str
) -> None:
    """With the setting in which another name is added."""
    with pytest.raises(PersonCanFix) as told:
        find_heads([row(1, *heads)], ACCEPTED)
    assert says in told.value.reply
