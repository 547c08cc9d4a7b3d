"""Makes the product's own template of a reminder letter: ``python -m app.letter_template FILE``.

An official letter (函) by GB/T 9704-2012: A4, margins 37/35/28/26 mm, the office's name in red
over a red double line, the number at the right, title in 小标宋 of size 2, text in 仿宋 of size 3,
28.95 points a line (22 lines a page). Where a machine has not those fonts, the file's font table
names what stands in for them. An office may change a copy in Word or WPS and name it in its
settings.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

STORED = Path(__file__).resolve().parent / "templates" / "reminder_letter.docx"
TEXT, TITLE = "仿宋_GB2312", "方正小标宋简体"
INSTEAD = {
    TEXT: "仿宋,FangSong,方正仿宋简体,华文仿宋,STFangsong,Noto Serif CJK SC",
    TITLE: "方正小标宋_GBK,小标宋,华文中宋,STZhongsong,宋体,SimSun,Noto Serif CJK SC",
}
SIZE_2, SIZE_3, HEADING = Pt(22), Pt(16), Pt(30)
LINE = Pt(28.95)
RED = RGBColor(0xC0, 0x00, 0x00)
CHARACTER = 320  # a character of size 3, in twentieths of a point
MADE = datetime(2026, 11, 28, tzinfo=UTC)


def make() -> Paper:
    """Return the template."""
    paper = Document()
    _page(paper)
    _usual(paper)
    _fonts(paper)
    _office(paper)
    _line(paper, "{{ number }}", align=WD_ALIGN_PARAGRAPH.RIGHT)
    _line(paper, "")
    title = _line(paper, "{{ title }}", align=WD_ALIGN_PARAGRAPH.CENTER, font=TITLE, size=SIZE_2)
    title.paragraph_format.space_after = LINE
    _line(paper, "{{ unit }}：")
    _line(paper, "{%p for paragraph in paragraphs %}")
    _indent(_line(paper, "{{ paragraph }}"), first=2)
    _line(paper, "{%p endfor %}")
    _line(paper, "")
    for text, right in (("{{ office }}", 3), ("{{ date }}", 4)):
        _indent(_line(paper, text, align=WD_ALIGN_PARAGRAPH.RIGHT), right=right)
    about = paper.core_properties
    about.author = about.last_modified_by = about.comments = ""
    about.title = "提醒函模板"
    about.created = about.modified = MADE
    return paper


def _page(paper: Paper) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)


def _usual(paper: Paper) -> None:
    """Let every paragraph be 仿宋 of size 3, 28.95 points a line, nothing between them."""
    style: Any = paper.styles["Normal"]
    _set_font(style.element.get_or_add_rPr(), TEXT)
    style.font.size = SIZE_3
    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    form.space_before = form.space_after = Pt(0)


def _fonts(paper: Paper) -> None:
    """Name in the font table what stands in for a font that a machine has not."""
    part: Any = next(
        one for one in paper.part.package.iter_parts() if one.partname == "/word/fontTable.xml"
    )
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="86"/>'
        '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, instead in INSTEAD.items()
    )
    part._blob = re.sub(rb"</w:fonts>", fonts.encode() + b"</w:fonts>", part.blob)  # noqa: SLF001 - python-docx has no font table


def _office(paper: Paper) -> None:
    """Put the office's name in red over a line that is thick above and thin below."""
    line = _line(paper, "{{ office }}", align=WD_ALIGN_PARAGRAPH.CENTER, font=TITLE, size=HEADING)
    line.runs[0].font.color.rgb = RED
    line.paragraph_format.line_spacing = Pt(48)
    border = OxmlElement("w:pBdr")
    below = OxmlElement("w:bottom")
    for name, value in (
        ("val", "thickThinSmallGap"),
        ("sz", "24"),
        ("space", "6"),
        ("color", str(RED)),
    ):
        below.set(qn(f"w:{name}"), value)
    border.append(below)
    # Where it stands among a paragraph's properties is fixed: behind the style, before spacing.
    line._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 - python-docx has no borders
        border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _line(
    paper: Paper,
    text: str,
    *,
    align: WD_ALIGN_PARAGRAPH | None = None,
    font: str = "",
    size: Pt | None = None,
) -> Paragraph:
    line = paper.add_paragraph()
    if align is not None:
        line.alignment = align
    run = line.add_run(text)
    if font:
        _set_font(run._r.get_or_add_rPr(), font)  # noqa: SLF001 - its fonts know no East Asian one
    if size is not None:
        run.font.size = size
        line.paragraph_format.line_spacing = Pt(size.pt * 1.5)
    return line


def _indent(line: Paragraph, *, first: int = 0, right: int = 0) -> None:
    """Indent by so many characters of size 3."""
    form = line.paragraph_format
    if first:
        form.first_line_indent = Pt(first * CHARACTER / 20)
    if right:
        form.right_indent = Pt(right * CHARACTER / 20)


def _set_font(properties: Any, name: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


if __name__ == "__main__":
    make().save(sys.argv[1] if len(sys.argv) > 1 else str(STORED))
