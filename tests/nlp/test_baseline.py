"""The harmless baseline: petitioning, anger, accidents, drills and daily life raise nothing."""

from __future__ import annotations

from pathlib import Path

from nlp.assess import Assessor

WRITTEN = (Path(__file__).parent / "baseline.txt").read_text("utf-8").splitlines()
LINES = [line for line in WRITTEN if line and not line.startswith("#")]


def section(title: str) -> list[str]:
    """Return the lines under the heading that holds ``title``."""
    lines: list[str] = []
    inside = False
    for line in WRITTEN:
        if line.startswith("#"):
            inside = title in line
        elif inside and line:
            lines.append(line)
    return lines


def test_no_stable_rule_finds_anything_in_a_harmless_line(stable: Assessor) -> None:
    """Not one of the lines raises a report."""
    found = {line: stable.assess(line).evidence for line in LINES}
    assert not {
        line: [(one.rule, one.text) for one in evidence]
        for line, evidence in found.items()
        if evidence
    }


def test_the_baseline_is_wide_and_holds_no_line_twice() -> None:
    """Six hundred lines at least, a hundred and twenty of them about petitioning."""
    assert len(LINES) == len(set(LINES))
    assert len(LINES) >= 600
    assert len(section("信访投诉")) >= 120
