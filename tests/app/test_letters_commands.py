"""huxin letters and huxin matters supervise, as a clerk calls them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import openpyxl
import pytest
from click.testing import CliRunner, Result

from app.__main__ import main
from domain.access import Way
from domain.duty import Role
from domain.petition import Lodging, MatterHead, MatterKind, Petitioner, Tier
from petitions import matters
from storage.store import Store
from storage.tables import access_log
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING, VARIABLE
from tests.office_people import DASHI, SHIQI, ledger_of_panyu
from tests.supervised import accepted

TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()
PEOPLE = (
    ("吴小玲", Role.CLERK, None),
    ("李国明", Role.TOWN_OFFICER, DASHI),
    ("赵建军", Role.TOWN_OFFICER, SHIQI),
    ("邓永康", Role.LEADER, None),
    ("周志强", Role.DISTRICT_OFFICER, None),
)
CLERK, DASHI_OFFICER, SHIQI_OFFICER, LEADER, OFFICER = ("1", "2", "3", "4", "5")


@pytest.fixture
def store(sqlite_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Give the commands a database with a clerk, officers and two late matters."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", sqlite_file)
    monkeypatch.setenv("HUXIN_WEB__COOKIE_SECRET_FILE", str(tmp_path / "cookie.key"))
    monkeypatch.setenv("HUXIN_SEALING__KEYS", VARIABLE)
    monkeypatch.delenv("HUXIN_AS", raising=False)
    monkeypatch.chdir(tmp_path)
    opened = Store(sqlite_file, keyring=KEYRING)
    opened.write(furnish)
    opened.close()
    return opened


def furnish(uow: UnitOfWork) -> None:
    """Let people in, and register two matters that are late since long, one about 石碁."""
    for name, role, town in PEOPLE:
        uow.people.add(name=name, role=role, town=town)
    clerk = uow.interests.asker(uow.people.get(1), Way.COMMAND)
    for number, about in (("2026-0001", ()), ("2026-0002", (SHIQI,))):
        registered_on = TODAY - timedelta(days=100)
        head = MatterHead(
            number=number,
            kind=MatterKind.APPEAL_SIX,
            lodging=Lodging.LETTER,
            tier=Tier.DISTRICT,
            registered_on=registered_on,
            subject="=HYPERLINK(1)反映楼上漏水",
            town=SHIQI if about else DASHI,
            unit="区水务局" if about else DASHI,
            about_units=about,
        )
        matters.register(
            uow,
            ledger_of_panyu(),
            clerk,
            head,
            petitioners=(Petitioner("钱多多"),),
            steps=accepted(registered_on, head.unit),
        )


def call(*words: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(main, words)


def good(*words: str) -> str:
    """Call the command; it succeeds."""
    result = call(*words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str) -> str:
    """Call the command; it answers with a sentence."""
    result = call(*words)
    assert result.exit_code == 1, result.output
    return result.output


def test_a_letter_from_its_number_to_its_reply(store: Store, tmp_path: Path) -> None:
    """Drawn up and written, sent, signed for, answered; the register and the rate say so."""
    written = good("letters", "new", "--unit", DASHI, "--matter", "2026-0001", "--as", CLERK)
    assert f"番信函〔{TODAY.year}〕1号" in written
    file = tmp_path / f"提醒函-{TODAY.year}-1.docx"
    texts = [line.text for line in docx.Document(str(file)).paragraphs]
    assert f"番信函〔{TODAY.year}〕1号" in texts
    assert f"{TODAY.year}年{TODAY.month}月{TODAY.day}日" in texts
    assert "钱多多" not in "".join(texts)
    assert "漏水" not in "".join(texts)
    assert "待签收" not in good("letters", "list", "--as", CLERK)
    assert "前回函" in good("letters", "sent", "1", "--way", "机要", "--as", CLERK)
    assert "待签收" in good("letters", "list", "--open", "--as", CLERK)
    good("letters", "receipt", "1", "--as", CLERK)
    assert "回函率 0.0%" in good("letters", "rate", "--as", CLERK)
    good("letters", "reply", "1", "--document", "大石函〔2026〕5号", "--as", CLERK)
    assert "已回函" in good("letters", "list", "--as", CLERK)
    assert "1号" not in good("letters", "list", "--open", "--as", CLERK)
    assert (
        f"{DASHI}　制发 1　发出 1　签收 1　回函 1　按时回函 1　超期未回 0　回函率 100.0%"
        in good("letters", "rate", "--as", CLERK)
    )


def test_a_letter_is_printed_again(store: Store, tmp_path: Path) -> None:
    """The same words in another file; the first one is not written over."""
    good("letters", "new", "--unit", DASHI, "--matter", "2026-0001", "--as", CLERK)
    again = str(tmp_path / "again.docx")
    good("letters", "print", "1", "--file", again, "--as", CLERK)
    first, second = (
        [line.text for line in docx.Document(name).paragraphs]
        for name in (str(tmp_path / f"提醒函-{TODAY.year}-1.docx"), again)
    )
    assert first == second
    assert "已经有了" in refused("letters", "print", "1", "--file", again, "--as", CLERK)


def test_a_number_is_not_lost_with_its_file(store: Store, tmp_path: Path) -> None:
    """A folder that is not there: the number stands and how to write it again is said."""
    away = str(tmp_path / "away" / "letter.docx")
    said = refused("letters", "new", "--unit", DASHI, "--file", away, "--as", CLERK)
    assert f"huxin letters print {TODAY.year}-1" in said
    good("letters", "print", "1", "--as", CLERK)


def test_a_broken_template_costs_no_number(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named, with its setting, before anything is written."""
    monkeypatch.setenv("HUXIN_PETITIONS__LETTERS__TEMPLATE", str(tmp_path / "none.docx"))
    result = call("letters", "new", "--unit", DASHI, "--as", CLERK)
    assert result.exit_code == 2
    assert "none.docx：petitions.letters.template：现在是 没有这个文件" in result.output
    assert "还没有提醒函" in good("letters", "list", "--as", CLERK)


def test_the_unit_complained_about_has_no_letter(store: Store) -> None:
    """By the matter's number, the answer says why."""
    said = refused("letters", "new", "--unit", SHIQI, "--matter", "2026-0002", "--as", CLERK)
    assert "被反映单位" in said


@pytest.mark.parametrize("who", [DASHI_OFFICER, LEADER, OFFICER])
def test_letters_are_the_clerks(store: Store, who: str) -> None:
    """Nobody else draws one up, reads the register or the rate; nor does nobody at all."""
    for words in (
        ("new", "--unit", DASHI),
        ("list",),
        ("rate",),
        ("sent", "1"),
        ("print", "1"),
    ):
        assert "职责" in refused("letters", *words, "--as", who)
        assert "--as" in refused("letters", *words)


def test_mistakes_are_answered_with_a_sentence(store: Store) -> None:
    """A day, a number, a file name, two subjects at once."""
    for words, says in (
        (("sent", "1", "--on", "昨天"), "看不懂"),
        (("sent", "99"), "没有 99"),
        (("sent", "一号"), "没有 一号"),
        (("new", "--unit", DASHI, "--file", "a.pdf"), ".docx"),
        (("new", "--unit", DASHI, "--alert", "预警"), "A-0132"),
        (("new", "--unit", DASHI, "--alert", "A-0001", "--matter", "2026-0001"), "只写一个"),
        (("new", "--unit", " "), "哪个单位"),
        (("list", "--xlsx", "list.csv"), ".xlsx"),
    ):
        assert says in refused("letters", *words, "--as", CLERK)


def test_register_and_rate_as_workbooks(store: Store, tmp_path: Path) -> None:
    """Cancelled and open ones stand in the register; a text is no formula."""
    good("letters", "new", "--unit", "=1+1", "--title", "=cmd", "--as", CLERK)
    good("letters", "new", "--unit", DASHI, "--as", CLERK)
    good("letters", "cancel", "2", "--note", "拟错", "--as", CLERK)
    for name in ("list", "rate"):
        good("letters", name, "--xlsx", str(tmp_path / f"{name}.xlsx"), "--as", CLERK)
        assert "已经有了" in refused(
            "letters", name, "--xlsx", str(tmp_path / f"{name}.xlsx"), "--as", CLERK
        )
    register = openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets[0]
    assert [cell.value for cell in register["L"][3:]] == ["未发出", "已作废"]
    assert (register["B4"].value, register["B4"].data_type) == ("=1+1", "s")
    book = openpyxl.load_workbook(tmp_path / "rate.xlsx")
    assert book.sheetnames == ["回函率", "提醒函台账"]
    assert [cell.value for cell in book["回函率"][4]][:3] == ["合计", 1, 0]


def test_the_levels_on_the_screen(store: Store) -> None:
    """Who sees what: clerk and leader both matters, each town its own, unless it is about it."""
    for who in (CLERK, LEADER):
        said = good("matters", "supervise", "--as", who)
        assert "2026-0001" in said
        assert "2026-0002" in said
        assert "合计 2 件，其中超期 2 件" in said
        assert "钱多多" not in said
    said = good("matters", "supervise", "--level", "3", "--as", DASHI_OFFICER)
    assert "2026-0001" in said
    assert "2026-0002" not in said
    assert "没有临近期限" in good("matters", "supervise", "--as", SHIQI_OFFICER)
    assert "职责" in refused("matters", "supervise", "--as", OFFICER)
    assert "--as" in refused("matters", "supervise")
    looks = store_lines(store)
    assert [who for who, _ in looks].count(2) == 1
    assert (3, "2026-0002") not in looks


def test_the_levels_as_a_workbook(store: Store, tmp_path: Path) -> None:
    """Each row with subject, unit, what is due, since when it is on the list."""
    file = str(tmp_path / "level3.xlsx")
    assert "2 件" in good("matters", "supervise", "--level", "3", "--xlsx", file, "--as", LEADER)
    sheet = openpyxl.load_workbook(file).worksheets[0]
    assert sheet.title == "3级督办"
    rows = {row[1].value: row for row in sheet.iter_rows(min_row=4)}
    assert set(rows) == {"2026-0001", "2026-0002"}
    row = rows["2026-0001"]
    assert (row[3].value, row[3].data_type) == ("=HYPERLINK(1)反映楼上漏水", "s")
    assert isinstance(row[10].value, datetime)
    assert row[10].value.date() < TODAY
    assert row[12].value == "三级（领导）"


def store_lines(store: Store) -> list[tuple[int | None, str]]:
    """Return who was shown which matter by the list."""
    opened = Store(store.url, keyring=KEYRING)
    try:
        return opened.read(
            lambda uow: [
                (row.person_id, row.whose)
                for row in uow.connection.execute(access_log.select())
                if row.what == "supervision list"
            ]
        )
    finally:
        opened.close()
