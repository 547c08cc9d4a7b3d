"""A false alarm teaches: each rule that raised it is proposed the line as a no_match.

Names and numbers are masked before anything is kept; the line is the clause around what was
found, not the whole report.
"""

from __future__ import annotations

import re

from domain.alert import Alert
from domain.danger import Evidence
from nlp.people_words import mask_people
from storage.unit_of_work import UnitOfWork

LONGEST_LINE = 80

_ENDS = re.compile(r"[。！？!?；;\n]")


def propose_no_matches(uow: UnitOfWork, alert: Alert) -> int:
    """Propose a line for each rule that found something in a false alarm; returns how many."""
    proposed = 0
    for report in uow.reports.of_alert(alert.id):
        for version in uow.reports.standing(report.id):
            for found in version.assessment.evidence:
                line = sentence_around(version.text, found)
                if line and uow.proposals.add(rule=found.rule, line=line, alert_id=alert.id):
                    proposed += 1
    return proposed


def sentence_around(text: str, found: Evidence) -> str:
    """Return the masked sentence that holds a piece of evidence, clipped around it."""
    start = max((end.end() for end in _ENDS.finditer(text, 0, found.start)), default=0)
    after = _ENDS.search(text, found.end)
    end = len(text) if after is None else after.start()
    spare = max(0, LONGEST_LINE - (found.end - found.start)) // 2
    start, end = max(start, found.start - spare), min(end, found.end + spare)
    return " ".join(mask_people(text[start:end]).split())
