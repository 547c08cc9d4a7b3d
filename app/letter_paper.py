"""A reminder letter as a .docx file, from the office's template.

Values are escaped, so that nothing somebody wrote becomes part of the file's make-up, and the
template may only show what it is given: it runs in a sandbox, and a name that is none is a fault.
Refuses: a template without the letter's number, addressee, text or date.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from domain.errors import PersonCanFix, SetupError
from petitions.letter_paper import LetterPaper

KEY = "petitions.letters.template"
NEEDED = ("number", "unit", "paragraphs", "date")
SAMPLE = LetterPaper("单位", "〔2026〕1号", "标题", "主送单位", ("正文",), "2026年1月1日")
RESTORE = "写一个 .docx 模板的路径；自带的是 app/templates/reminder_letter.docx"
CANNOT_WRITE = "写不出“{file}”，请看文件夹在不在、能不能写。"
IS_THERE = "“{file}”已经有了，换一个文件名。"

# What the libraries raise for a file that is none of theirs, or is made up wrongly.
_BROKEN = (
    AttributeError,
    EOFError,
    KeyError,
    OpcError,
    SyntaxError,  # of XML, as lxml raises it
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def check(template: Path) -> None:
    """Try a template with a made-up letter; `SetupError` names it and says what is wrong."""
    _filled(template, SAMPLE)


def write(template: Path, paper: LetterPaper, file: Path) -> None:
    """Write a letter; `SetupError` for the template, `PersonCanFix` for the file.

    A file that is there is not overwritten: somebody may have worked on it.
    """
    filled = _filled(template, paper)
    try:
        with file.open("xb") as stream:
            filled.save(stream)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise PersonCanFix(IS_THERE.format(file=file)) from None
    except OSError:
        raise PersonCanFix(CANNOT_WRITE.format(file=file)) from None


def _filled(template: Path, paper: LetterPaper) -> Any:
    """Return a template with a letter's values in it."""
    rules = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    if not template.is_file():
        raise _wrong(template, "没有这个文件", RESTORE)
    try:
        named = DocxTemplate(str(template)).get_undeclared_template_variables(rules)
        missing = [name for name in NEEDED if name not in named]
        if missing:
            lacks = "、".join(f"{{{{ {name} }}}}" for name in missing)
            raise _wrong(template, f"模板里没有 {lacks}", RESTORE)
        filled = DocxTemplate(str(template))
        filled.render({**asdict(paper), "paragraphs": list(paper.paragraphs)}, rules)
    except TemplateError as error:
        raise _wrong(template, f"模板写错了（{error.message}）", RESTORE) from None
    except OSError:
        raise _wrong(template, "文件读不出来", "检查路径和权限") from None
    except _BROKEN:
        raise _wrong(template, "不是完好的 .docx 文件", RESTORE) from None
    return filled


def _wrong(template: Path, found: str, write: str) -> SetupError:
    return SetupError(where=str(template), key=KEY, found=found, write=write)
