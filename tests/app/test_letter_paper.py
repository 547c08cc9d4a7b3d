"""A letter's file: what it shows, how it looks, and what a template may not do."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.shared import Mm, Pt

from app import letter_paper
from app.letter_template import STORED, make
from app.settings import load
from domain.errors import PersonCanFix, SetupError
from petitions.letter_paper import LetterPaper, printable

PAPER = LetterPaper(
    office="番禺区信访局",
    number="番信函〔2026〕7号",
    title="关于信访事项办理的提醒函",
    unit="大石街道",
    paragraphs=("编号为2026-0042的信访事项由你单位办理。", "特此函告。"),
    date="2026年3月4日",
)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def lines(file: Path) -> list[str]:
    """Return the paragraphs of a file that hold something, read by another library."""
    return [line.text for line in docx.Document(str(file)).paragraphs if line.text]


def template(folder: Path, *texts: str) -> Path:
    """Make a template of an office's own."""
    own = docx.Document()
    for text in texts:
        own.add_paragraph(text)
    path = folder / "own.docx"
    own.save(str(path))
    return path


def fault(path: Path) -> SetupError:
    """Return what is said of a template that is wrong; it always names the file."""
    with pytest.raises(SetupError) as caught:
        letter_paper.check(path)
    assert caught.value.where == str(path)
    assert caught.value.key == "petitions.letters.template"
    return caught.value


def test_every_part_stands_in_its_order(tmp_path: Path) -> None:
    """Office, number, title, addressee, text, office, date; opened again and read."""
    file = tmp_path / "letter.docx"
    letter_paper.write(STORED, PAPER, file)
    assert lines(file) == [
        "番禺区信访局",
        "番信函〔2026〕7号",
        "关于信访事项办理的提醒函",
        "大石街道：",
        "编号为2026-0042的信访事项由你单位办理。",
        "特此函告。",
        "番禺区信访局",
        "2026年3月4日",
    ]


def test_it_looks_like_an_official_letter(tmp_path: Path) -> None:
    """A4 with the standard's margins, 仿宋 of size 3, 28.95 points a line, fonts that stand in."""
    file = tmp_path / "letter.docx"
    letter_paper.write(STORED, PAPER, file)
    paper = docx.Document(str(file))
    page = paper.sections[0]
    for given, wanted in (
        (page.page_width, Mm(210)),
        (page.page_height, Mm(297)),
        (page.top_margin, Mm(37)),
        (page.bottom_margin, Mm(35)),
        (page.left_margin, Mm(28)),
        (page.right_margin, Mm(26)),
    ):
        assert given is not None
        assert abs(given - wanted) < Mm(0.1)
    usual = paper.styles["Normal"]
    assert usual.font.size == Pt(16)
    fonts = usual.element.rPr.rFonts
    assert fonts.get(f"{W}eastAsia") == "仿宋_GB2312"
    assert fonts.get(f"{W}eastAsiaTheme") is None
    with zipfile.ZipFile(file) as parts:
        table = parts.read("word/fontTable.xml").decode()
    assert "方正小标宋简体" in table
    assert "FangSong" in table


def test_the_stored_template_is_the_one_that_is_made(tmp_path: Path) -> None:
    """`python -m app.letter_template` gives what the repository holds."""
    made = tmp_path / "made.docx"
    make().save(str(made))
    with zipfile.ZipFile(STORED) as stored, zipfile.ZipFile(made) as anew:
        assert sorted(stored.namelist()) == sorted(anew.namelist())
        for name in stored.namelist():
            assert stored.read(name) == anew.read(name), name
    assert load(environ={}).petitions.letters.template == STORED


@pytest.mark.parametrize(
    "words",
    [
        "<w:br/>&lt;&amp;\"'",
        "{{ office }}{% for x in y %}",
        "</w:t></w:r></w:p><w:p>另起一段",
        "]]><!-- -->",
        "𠮷林路㐂来酒店",
    ],
)
def test_what_somebody_wrote_stays_text(tmp_path: Path, words: str) -> None:
    """Marks of XML and of the template's language come out as they were written."""
    file = tmp_path / "letter.docx"
    letter_paper.write(STORED, replace(PAPER, unit=words, paragraphs=(words,)), file)
    read = lines(file)
    assert read[3:5] == [f"{words}：", words]
    assert len(read) == 7


def test_what_no_paper_shows_is_left_out() -> None:
    """Control characters, marks that turn the writing round, breaks of a line."""
    assert (
        printable("大石\x00街道\x0b\x1b[31m\u202e\ufeff\uffff办\n事\t处 ")
        == "大石街道 [31m办 事 处"
    )


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    """Somebody may have worked on it."""
    file = tmp_path / "letter.docx"
    file.write_text("改过的", "utf-8")
    with pytest.raises(PersonCanFix, match="已经有了"):
        letter_paper.write(STORED, PAPER, file)
    assert file.read_text("utf-8") == "改过的"
    with pytest.raises(PersonCanFix, match="写不出"):
        letter_paper.write(STORED, PAPER, tmp_path / "nowhere" / "letter.docx")


def test_a_missing_or_broken_template_is_named(tmp_path: Path) -> None:
    """Not there, a text, an archive of something else, a file cut short."""
    assert fault(tmp_path / "none.docx").found == "没有这个文件"
    text = tmp_path / "text.docx"
    text.write_text("{{ number }}", "utf-8")
    assert "不是完好" in fault(text).found
    with zipfile.ZipFile(tmp_path / "other.docx", "w") as other:
        other.writestr("a.txt", "a")
    assert "不是完好" in fault(tmp_path / "other.docx").found
    cut = tmp_path / "cut.docx"
    cut.write_bytes(STORED.read_bytes()[:20_000])
    assert "不是完好" in fault(cut).found


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{{ nobody }}", "nobody"),
        ("{{ number", "模板写错了"),
        ("{% for x in paragraphs %}", "模板写错了"),
        ("{{ office.__class__.__mro__ }}", "模板写错了"),
    ],
)
def test_a_template_that_asks_for_more_is_refused(tmp_path: Path, line: str, says: str) -> None:
    """A name that is none, a bracket that is open, a way into the program."""
    own = template(
        tmp_path,
        "{{ number }}{{ unit }}{{ date }}",
        "{%p for one in paragraphs %}",
        "{{ one }}",
        "{%p endfor %}",
        line,
    )
    assert says in fault(own).found


def test_a_template_needs_number_addressee_text_and_date(tmp_path: Path) -> None:
    """A letter without its number would be none."""
    own = template(tmp_path, "{{ unit }}：{{ paragraphs[0] }}")
    assert "{{ number }}、{{ date }}" in fault(own).found


def test_an_office_may_have_its_own(tmp_path: Path) -> None:
    """Split into runs, as Word leaves a line that was worked on."""
    own = docx.Document()
    line = own.add_paragraph("收文：")
    for part in ("{{ un", "it }} ", "{{ num", "ber }} {{ date }}"):
        line.add_run(part)
    own.add_paragraph("{{ paragraphs|join('　') }}")
    path = tmp_path / "own.docx"
    own.save(str(path))
    letter_paper.write(path, PAPER, tmp_path / "letter.docx")
    assert lines(tmp_path / "letter.docx")[0] == "收文：大石街道 番信函〔2026〕7号 2026年3月4日"
