"""``huxin assess``: what the rules read in a text, for a person or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from domain.danger import Assessment
from nlp.places import Gazetteer, responsible_town
from nlp.reading import TwoReaders

NOT_JSON = "第 {line} 行：不是 JSON"
NOT_OBJECT = '第 {line} 行：要写成 {{"id": …, "text": …}}'


def town_of(text: str, gazetteer: Gazetteer) -> str | None:
    """Return the responsible town that a text alone names; None when not sure."""
    found = responsible_town(gazetteer.find(text))
    return found.town if found.sure else None


def as_json(assessment: Assessment, town: str | None) -> dict[str, Any]:
    """Return an assessment as the command prints it; offsets are of the original text."""
    return {
        "level": assessment.level.value,
        "category": [category.value for category in assessment.categories],
        "town": town,
        "evidence": [
            {
                "rule": found.rule,
                "start": found.start,
                "end": found.end,
                "text": found.text,
                "reason": found.reason,
            }
            for found in assessment.evidence
        ],
        "muted": [
            {"rule": muted.rule, "start": muted.start, "end": muted.end, "context": muted.context}
            for muted in assessment.muted
        ],
    }


def assess_lines(
    lines: Iterable[bytes],
    readers: TwoReaders,
    gazetteer: Gazetteer,
    *,
    complain: Callable[[str], None],
) -> Iterator[str]:
    """Assess JSON lines of ``{"id", "text"}``; a malformed one is named and left out."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            complain(NOT_JSON.format(line=number))
            continue
        if not isinstance(given, dict) or not isinstance(given.get("text"), str):
            complain(NOT_OBJECT.format(line=number))
            continue
        text = given["text"]
        found = {"id": given.get("id"), **as_json(readers.assess(text), town_of(text, gazetteer))}
        yield json.dumps(found, ensure_ascii=False)


def for_person(text: str, readers: TwoReaders, gazetteer: Gazetteer) -> str:
    """Return tokens, hits, mutes and the verdict for somebody who reads them."""
    seen = readers.rules.explain(text)
    assessment = readers.assess(text)
    lines = ["分词：" + " / ".join(token.text for token in seen.tokens)] if seen.tokens else []
    lines += [
        f"命中：{found.rule} [{found.start}:{found.end}]「{found.text}」"
        f"　{found.level.label}·{found.category.label}　{found.reason}"
        for found in assessment.evidence
    ]
    lines += [
        f"放过：{muted.rule} [{muted.start}:{muted.end}]「{text[muted.start : muted.end]}」"
        f"　因为：{muted.context}"
        for muted in assessment.muted
    ]
    town = town_of(text, gazetteer)
    if town is not None:
        lines.append(f"镇街：{town}")
    kinds = "、".join(category.label for category in assessment.categories)
    if assessment.level.is_danger:
        lines.append(f"结论：{assessment.level.label}（{kinds}）　疑似，待人工核实")
    else:
        lines.append("结论：没有看出人身危险")
    return "\n".join(lines)
