"""What an import says of its rows, as sheets: what is to be looked at, and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from domain.sheet import Column, Look, Sheet, Written
from petitions.heads import Heads
from petitions.row_cells import Remark
from petitions.workbook import Outcome, Result

MOST_LISTED = 1000  # remarks that are kept in memory; the workbook has them all
LOOK_AT = "请核对"
NOT_IN = "没有导入"
COLUMNS = (
    Column("行号", 7, Look.NUMBER),
    Column("编号", 20),
    Column("单元格", 10),
    Column("列名", 16),
    Column("表里写的", 28, Look.TEXT),
    Column("结果", 16),
    Column("原因", 60, Look.TEXT),
)


@dataclass(slots=True)
class Tally:
    """How many rows came to what, and how many of them are to be looked at."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    noted: int = 0
    _refusing: list[tuple[Result, Remark]] = field(default_factory=list)
    _others: list[tuple[Result, Remark]] = field(default_factory=list)

    def count(self, results: Iterable[Result]) -> None:
        """Count the rows of a batch."""
        for result in results:
            self.outcomes[result.outcome] += 1
            self.noted += bool(result.remarks) and result.outcome is not Outcome.REFUSED
            for remark in result.remarks:
                listed = self._refusing if remark.refuses else self._others
                if len(listed) < MOST_LISTED:
                    listed.append((result, remark))

    @property
    def listed(self) -> list[tuple[Result, Remark]]:
        """The first remarks, those that keep a row out before the others."""
        return [*self._refusing, *self._others][:MOST_LISTED]

    @property
    def rows(self) -> int:
        """How many rows were counted."""
        return self.outcomes.total()

    @property
    def refused(self) -> int:
        """How many rows are not in."""
        return self.outcomes[Outcome.REFUSED]

    def words(self) -> str:
        """Return what a person reads: 共 5421 行：新增 5381，没有导入 40 and so on."""
        parts = "，".join(f"{one.label} {self.outcomes[one]}" for one in Outcome)
        noted = f"；另有 {self.noted} 行已导入，请核对" if self.noted else ""
        return f"共 {self.rows} 行：{parts}{noted}"


def remarks_sheet(file: str, when: str) -> Sheet:
    """Return the sheet of what is to be looked at, without its rows: `remark_rows` gives them."""
    return Sheet(
        name="请核对",
        title="导入结果",
        columns=COLUMNS,
        rows=(),
        under_title=f"{file}　{when}",
        frozen=2,
    )


def remark_rows(results: Iterable[Result]) -> Iterator[tuple[Written, ...]]:
    """Give a line for each remark on some rows."""
    for result in results:
        outcome = (
            NOT_IN if result.outcome is Outcome.REFUSED else f"{result.outcome.label}，{LOOK_AT}"
        )
        for one in result.remarks:
            yield (
                result.row,
                result.number,
                one.cell,
                one.head,
                one.found,
                outcome,
                one.words,
            )


def counts_sheet(tally: Tally, heads: Heads, *, wrote: bool) -> Sheet:
    """Return the counts, and which column was read as what."""
    by_column = {column: what for what, column in heads.columns.items()}
    rows: list[tuple[Written, ...]] = [
        *((one.label, tally.outcomes[one]) for one in Outcome),
        ("已导入，请核对", tally.noted),
        *(
            (f"第 {column} 列“{head}”", f"读作 {by_column[column].value}")
            if column in by_column
            else (f"第 {column} 列“{head}”", "没有读")
            for column, head in sorted(heads.words.items())
            if head
        ),
    ]
    return Sheet(
        name="合计",
        title="导入合计" if wrote else "试导入合计（什么都没有改）",
        columns=(Column("项目", 34, Look.TEXT), Column("结果", 34, Look.TEXT)),
        rows=rows,
    )
