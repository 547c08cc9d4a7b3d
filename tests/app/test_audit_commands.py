"""`huxin audit`, `interests`, `person`, `retention`: what each says, to whom, and what is left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from app.__main__ import main
from domain.access import Way
from domain.duty import Role
from domain.petition import Petitioner, Step, StepKind
from petitions.status import Status, look_up, question
from storage.store import Store
from storage.tables import (
    access_log,
    matter_changes,
    matter_steps,
    matters,
    metadata,
    name_slips,
    petitioners,
)
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING, VARIABLE
from tests.ledger_rows import STEPS, ZHANG, clerk_of, with_matter
from tests.office_people import DASHI, ledger_of_panyu

WHY = "本人持身份证来窗口申请"
LI = Petitioner("李四根", "13900004321", "440126197001015678", "植村", "植村三街9号")
LONG_AGO = date(2014, 3, 3)
ENDED = (
    Step(StepKind.REGISTERED, LONG_AGO),
    Step(StepKind.NOT_ACCEPTED, LONG_AGO + timedelta(days=9), document="告知书〔2014〕3号"),
)


@dataclass
class Terminal:
    """The command line of an office with a clerk and an auditor."""

    store: Store
    clerk: int
    auditor: int
    folder: Path

    def call(self, *words: str, as_person: int | None = None) -> tuple[int, str]:
        """Call a command; returns its exit code and what it said."""
        named = () if as_person is None else ("--as", str(as_person))
        result = CliRunner().invoke(main, [*words, *named])
        return result.exit_code, result.output

    def good(self, *words: str, as_person: int | None = None) -> str:
        """Call a command that does what was asked."""
        code, said = self.call(*words, as_person=as_person)
        assert code == 0, said
        return said

    def sql(self, statement: str) -> None:
        """Write to the database behind the program's back."""
        with self.store.engine.begin() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture
def terminal(
    sqlite_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """Give the commands an office of their own."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", sqlite_file)
    monkeypatch.setenv("HUXIN_SEALING__KEYS", VARIABLE)
    monkeypatch.setenv("HUXIN_WEB__COOKIE_SECRET_FILE", str(tmp_path / "cookie.key"))
    store = Store(sqlite_file, keyring=KEYRING)

    def furnish(uow: UnitOfWork) -> tuple[int, int]:
        clerk = clerk_of(uow).person
        assert clerk is not None
        auditor = uow.people.add(name="审小计", role=Role.AUDITOR, town=None)
        return clerk.id, auditor.id

    clerk, auditor = store.write(furnish)
    yield Terminal(store, clerk, auditor, tmp_path)
    store.close()


def test_the_log_is_verified_by_anybody_and_listed_by_the_auditor(terminal: Terminal) -> None:
    """Verify shows no one's data; the head it prints is good for the next time."""
    assert "还没有查看记录" in terminal.good("audit", "verify")
    terminal.store.write(with_matter)
    said = terminal.good("audit", "verify")
    head = re.search(r"尾号：(\d+:[0-9a-f]{8})", said)
    assert head is not None
    assert not [word for word in ("苏文", "2026-0042", "张三妹") if word in said]
    assert "完整" in terminal.good("audit", "verify", "--head", head[1])
    listed = terminal.good("audit", "list", "--whose", "2026-0042", as_person=terminal.auditor)
    assert "业务科 苏文　登记事项　2026-0042　命令行" in listed
    assert "查看记录" in terminal.good("audit", "list", as_person=terminal.auditor)
    for nobody in (terminal.clerk, None, 99):
        code, said = terminal.call("audit", "list", as_person=nobody)
        assert (code, "苏文" in said) == (1, False)
    terminal.sql("UPDATE access_log SET person_id = 2 WHERE number = 1")
    code, said = terminal.call("audit", "verify")
    assert code == 1
    assert "第 1 条的内容被改过" in said
    assert "核对不上怎么办" in said


@pytest.mark.parametrize(("head", "code"), [("9:00000000", 1), ("1:00000000", 1), ("乱写", 1)])
def test_a_head_that_does_not_fit_is_said(terminal: Terminal, head: str, code: int) -> None:
    """Of lines that are not there, of another line, or of none."""
    terminal.store.write(with_matter)
    assert terminal.call("audit", "verify", "--head", head)[0] == code


def test_interests_are_kept_by_the_clerks(terminal: Terminal) -> None:
    """Declared, listed, ended by somebody else than whose it is."""
    declare = ("interests", "declare", "--person", "苏文", "--about", DASHI)
    assert "已登记回避：大石街道" in terminal.good(*declare, as_person=terminal.clerk)
    listed = terminal.good("interests", "list", as_person=terminal.clerk)
    assert "业务科 苏文　回避 大石街道" in listed
    assert terminal.call("interests", "end", "1", as_person=terminal.clerk)[0] == 1
    other = terminal.store.write(
        lambda uow: uow.people.add(name="文小苏", role=Role.CLERK, town=None)
    )
    assert "已取消" in terminal.good("interests", "end", "1", as_person=other.id)
    assert "没有登记回避" in terminal.good("interests", "list", as_person=other.id)
    assert terminal.call("interests", "list", as_person=terminal.auditor)[0] == 1


def test_somebody_gets_their_own_data_and_nobody_elses(terminal: Terminal) -> None:
    """Of a joint petition their part; who looked at it; the ID number never whole."""
    words = "我和李四根（电话13900004321，植村三街9号）的承包地被征用"
    terminal.store.write(lambda uow: with_matter(uow, people=(ZHANG, LI), words=words))
    terminal.good("audit", "list", "--whose", "2026-0042", as_person=terminal.auditor)
    out = terminal.folder / "own.json"
    ask = ("person", "export", "--name", "张三妹", "--phone", "13800001234", "--why", WHY)
    terminal.good(*ask, "--out", str(out), as_person=terminal.clerk)
    said = out.read_text("utf-8")
    assert out.stat().st_mode & 0o077 == 0
    for theirs in ("张三妹", "13800001234", "植村九巷17号", "2026-0042", "受理告知书", "业务科"):
        assert theirs in said
    for not_theirs in ("李四根", "13900004321", "植村三街9号", "440126196505043221", "苏文"):
        assert not_theirs not in said
    assert json.loads(said)
    assert terminal.call(*ask, "--out", str(out), as_person=terminal.clerk)[0] == 1
    book = terminal.folder / "own.xlsx"
    terminal.good(*ask, "--out", str(book), as_person=terminal.clerk)
    cells = [
        cell.value for row in openpyxl.load_workbook(book).worksheets[0].iter_rows() for cell in row
    ]
    assert "张三妹" in cells
    assert not [text for text in cells if "李四根" in str(text)]
    lines = terminal.good("audit", "list", "--whose", "2026-0042", as_person=terminal.auditor)
    assert lines.count(f"导出本人资料　2026-0042　命令行　理由：{WHY}") == 2


def test_a_formula_in_their_words_stays_words(terminal: Terminal) -> None:
    """No cell of the workbook is one."""
    terminal.store.write(lambda uow: with_matter(uow, subject="=1+1"))
    book = terminal.folder / "own.xlsx"
    ask = ("person", "export", "--id", ZHANG.id_number, "--why", WHY, "--out", str(book))
    terminal.good(*ask, as_person=terminal.clerk)
    cells = [cell for row in openpyxl.load_workbook(book).worksheets[0].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]


def test_a_name_that_is_several_peoples_needs_more(terminal: Terminal) -> None:
    """Otherwise somebody would read another's petition."""
    terminal.store.write(with_matter)
    other = Petitioner(ZHANG.name, "13700005678")
    terminal.store.write(lambda uow: with_matter(uow, number="2026-0043", people=(other,)))
    out = str(terminal.folder / "own.json")
    ask = ("person", "export", "--name", "张三妹", "--why", WHY, "--out", out)
    code, said = terminal.call(*ask, as_person=terminal.clerk)
    assert code == 1
    assert "同名的不止一个人" in said
    terminal.good(*ask, "--phone", "13700005678", as_person=terminal.clerk)
    assert "2026-0042" not in (terminal.folder / "own.json").read_text("utf-8")


def test_what_is_wrong_is_corrected_and_the_history_kept(terminal: Terminal) -> None:
    """By the new name they are found, by the old one no longer."""
    terminal.store.write(with_matter)
    correct = ("person", "correct", "2026-0042", "--person", "张三妹", "--why", WHY)
    terminal.good(*correct, "--name", "章三妹", "--phone", "13800009999", as_person=terminal.clerk)
    assert [one.number for one in found(terminal, "章三妹").matters] == ["2026-0042"]
    assert found(terminal, "张三妹").matters == ()
    (change,) = terminal.store.read(lambda uow: uow.matters.changes(1))
    assert "张三妹 13800001234" in change.before
    assert terminal.call(*correct, "--name", "某", as_person=terminal.clerk)[0] == 1
    assert terminal.call(*correct, "--phone", "1", as_person=terminal.auditor)[0] == 1


def found(terminal: Terminal, wanted: str) -> Status:
    """Ask as a leader would."""

    def look(uow: UnitOfWork) -> Status:
        leader = uow.people.add(name="邓永康", role=Role.LEADER, town=None)
        asker = uow.interests.asker(leader, Way.PRIVATE)
        return look_up(uow, ledger_of_panyu(), asker, question(wanted))

    return terminal.store.write(look)


def test_removal_waits_for_the_law_and_then_leaves_figures_alone(terminal: Terminal) -> None:
    """Open or kept by its time: refused with the day. Afterwards people and words are gone."""
    remove = ("person", "remove", "--phone", "13800001234", "--why", WHY)
    terminal.store.write(with_matter)
    code, said = terminal.call(*remove, as_person=terminal.clerk)
    assert (code, "2026-0042 还没有了结" in said) == (1, True)
    terminal.sql("UPDATE matters SET ended_on = date('now', '-10 days')")
    code, said = terminal.call(*remove, as_person=terminal.clerk)
    assert (code, "依规定要保存到" in said) == (1, True)
    terminal.sql("UPDATE matters SET ended_on = '2014-03-12'")
    assert "已隐去：2026-0042" in terminal.good(*remove, as_person=terminal.clerk)
    check_cleared(terminal)
    code, said = terminal.call(*remove, as_person=terminal.clerk)
    assert (code, "没有找到" in said) == (1, True)


def check_cleared(terminal: Terminal) -> None:
    """Nothing of the matter's people and words is left; its figures are."""
    with terminal.store.engine.connect() as connection:
        for table in (petitioners, name_slips):
            query = sa.select(sa.func.count()).select_from(table)
            assert connection.execute(query).scalar_one() == 0, table.name
        row = connection.execute(sa.select(matters)).one()
        assert (row.subject, row.words, row.place, row.lead) == ("", "", "", "")
        assert (row.kind, row.town, row.unit) == ("appeal_six", DASHI, DASHI)
        assert row.cleared_at is not None
        assert not [one for one in connection.execute(sa.select(matter_steps)) if one.document]
        assert not [one for one in connection.execute(sa.select(matter_changes)) if one.before]
        assert len(connection.execute(sa.select(matter_steps)).all()) >= len(ENDED)


def test_the_schedule_clears_matters_counts_and_says_so(terminal: Terminal) -> None:
    """A dry run changes nothing; what is under way stays; a second run finds nothing."""
    terminal.store.write(lambda uow: with_matter(uow, registered_on=LONG_AGO, steps=ENDED))
    terminal.sql(
        "INSERT INTO letters (year, serial, unit, matter_id, about, title, words, reply_days, "
        "made_on, made_at) VALUES (2014, 1, 'x', 1, '', 's1.x', 's1.x', 15, '2014-03-05', "
        "'2014-03-05 00:00:00')"
    )
    assert "信访事项（隐去信访人和原文） 1" in terminal.good("retention", "run", "--dry-run")
    with terminal.store.engine.connect() as connection:
        assert connection.execute(sa.select(petitioners.c.id)).all()
    said = terminal.good("retention", "run")
    assert said.startswith("已清理：")
    assert "近 30 天清理过：\n　信访事项（隐去信访人和原文） 1" in said
    check_cleared(terminal)
    with terminal.store.engine.connect() as connection:
        (letter,) = connection.execute(sa.select(metadata.tables["letters"]))
    assert (letter.title, letter.words, letter.serial) == ("", "", 1)
    assert terminal.good("retention", "run").startswith("没有到期的资料。")
    assert "完整" in terminal.good("audit", "verify")


def test_what_is_under_review_or_running_stays(terminal: Terminal) -> None:
    """However old."""
    asked = (*ENDED, Step(StepKind.REVIEW_ASKED, LONG_AGO + timedelta(days=20)))
    terminal.store.write(lambda uow: with_matter(uow, registered_on=LONG_AGO, steps=asked))
    terminal.store.write(lambda uow: with_matter(uow, number="2026-0043", steps=STEPS))
    assert terminal.good("retention", "run").startswith("没有到期的资料。")


def test_old_looks_go_by_the_schedule_and_the_chain_holds(terminal: Terminal) -> None:
    """What they were is over; what stays still proves itself."""
    long_ago = Store(
        terminal.store.url,
        keyring=KEYRING,
        clock=lambda: datetime.now(UTC) - timedelta(days=400),
    )
    for number in range(3):
        long_ago.write(
            lambda uow, number=number: uow.audit.looked(  # type: ignore[misc]
                person_id=1, what="status", whose=f"A-{number}", channel="wire"
            )
        )
    long_ago.close()
    terminal.store.write(with_matter)
    assert "查看记录 3" in terminal.good("retention", "run")
    with terminal.store.engine.connect() as connection:
        assert len(connection.execute(sa.select(access_log)).all()) == 1
    assert "第 4 条到第 4 条完整" in terminal.good("audit", "verify")


def test_the_list_of_people_is_a_look_too(terminal: Terminal) -> None:
    """By the terminal, whoever sat there."""
    terminal.good("people", "list")
    assert "人员名单" in terminal.good("audit", "list", as_person=terminal.auditor)


def test_what_stays_of_a_cleared_matter_names_nobody(terminal: Terminal) -> None:
    """Nothing sealed of it is left but empty."""
    terminal.store.write(lambda uow: with_matter(uow, registered_on=LONG_AGO, steps=ENDED))
    terminal.good("retention", "run")
    with terminal.store.engine.connect() as connection:
        for name in ("matters", "petitioners", "matter_steps", "matter_changes", "name_slips"):
            for row in connection.execute(sa.select(metadata.tables[name])):
                assert not [part for part in row if "三妹" in str(part) or "承包地" in str(part)]
