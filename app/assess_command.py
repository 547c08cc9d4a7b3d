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
from app.office_settings import build_readers
from app.settings import Settings
from nlp import places


def one(settings: Settings, text: str, *, as_json: bool, rules_only: bool) -> None:
    """Print what is read in a text, by the rules alone if asked for."""
    gazetteer = places.load(settings.office.towns_file)
    readers = build_readers(settings, gazetteer, rules_only=rules_only)
    if as_json:
        found = to_json(readers.assess(text), town_of(text, gazetteer))
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(for_person(text, readers, gazetteer))


def many(settings: Settings, source: BinaryIO, *, rules_only: bool) -> bool:
    """Print one JSON object a line; False when a line was malformed (it is named)."""
    gazetteer = places.load(settings.office.towns_file)
    readers = build_readers(settings, gazetteer, rules_only=rules_only)
    faults = 0

    def complain(words: str) -> None:
        nonlocal faults
        faults += 1
        click.echo(words, err=True)

    for line in assess_lines(_with_progress(source), readers, gazetteer, complain=complain):
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
