"""``huxin assess`` on the terminal: one text, or a file at full speed with a progress bar."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import BinaryIO

import click

from app.assessing import as_json as to_json
from app.assessing import assess_lines, for_person, town_of
from app.settings import Settings
from nlp import places, rulebook
from nlp.assess import Assessor


def one(settings: Settings, text: str, *, as_json: bool) -> None:
    """Print what the rules read in a text."""
    assessor, gazetteer = _readers(settings)
    if as_json:
        found = to_json(assessor.assess(text), town_of(text, gazetteer))
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(for_person(text, assessor, gazetteer))


def many(settings: Settings, source: BinaryIO) -> bool:
    """Print one JSON object a line; False when a line was malformed (it is named)."""
    assessor, gazetteer = _readers(settings)
    faults = 0

    def complain(words: str) -> None:
        nonlocal faults
        faults += 1
        click.echo(words, err=True)

    for line in assess_lines(_with_progress(source), assessor, gazetteer, complain=complain):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return faults == 0


def _with_progress(source: BinaryIO) -> Iterator[bytes]:
    """Hand on the lines, with a bar on a terminal that is not where the output goes."""
    if not sys.stderr.isatty() or sys.stdout.isatty() or not source.seekable():
        yield from source
        return
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    with click.progressbar(length=size, label="评估", file=sys.stderr) as bar:
        waiting = 0
        for line in source:
            yield line
            waiting += len(line)
            if waiting > size // 200:
                bar.update(waiting)
                waiting = 0
        bar.update(waiting)


def _readers(settings: Settings) -> tuple[Assessor, places.Gazetteer]:
    return (
        Assessor(rulebook.load(settings.rules.folder)),
        places.load(settings.office.towns_file),
    )
