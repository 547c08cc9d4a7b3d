"""``huxin rules``: for whoever writes rules. Prove them, read them, try a change.

Refuses: changing a rule by itself; an accepted proposal adds an example, nothing else.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import tomlkit
import tomlkit.exceptions
from tomlkit.items import AoT, Array, Table

from app.settings import Settings
from app.wiring import open_store
from domain.danger import Assessment
from domain.errors import PersonCanFix
from nlp import proving, rulebook
from nlp.assess import Assessor
from nlp.rule import Rule, Status
from storage.proposals import Decision, Proposal

BASELINE = Path(__file__).resolve().parent.parent / "tests" / "nlp" / "baseline.txt"
MOST_SHOWN = 20


def lint(settings: Settings) -> bool:
    """Load the rules and look for parts that do nothing; True when all is good."""
    assessor = _assessor(settings)
    faults = [fault for rule in _stable(assessor) for fault in proving.idle_parts(assessor, rule)]
    return _tell(faults, f"{len(assessor.rulebook.rules)} 条规则，没有多余的部分。")


def prove(settings: Settings, rule_id: str | None) -> bool:
    """Check every example, or one rule's, and the harmless lines; True when all is good."""
    assessor = _assessor(settings)
    rules = _stable(assessor) if rule_id is None else [_rule(assessor, rule_id)]
    faults = [fault for rule in rules for fault in proving.wrong_examples(assessor, rule)]
    lines = _baseline()
    ours = {rule.id for rule in rules}
    faults += [one for one in proving.found_harmless(assessor, lines) if one.rule in ours]
    examples = sum(len(rule.match) + len(rule.no_match) for rule in rules)
    return _tell(faults, f"{len(rules)} 条规则，{examples} 个例子，{len(lines)} 条无害的话，都对。")


def show(settings: Settings, rule_id: str) -> None:
    """Print a rule as somebody reads it aloud."""
    assessor = _assessor(settings)
    rule = _rule(assessor, rule_id)
    book = assessor.rulebook
    click.echo(f"{rule.id}　{rule.level.label}　{rule.status.value}　{rule.file}")
    click.echo(f"理由：{rule.reason}")
    for name in rule.all:
        click.echo(f"都要有 {name}：{_words(settings, name)}")
    if rule.any:
        click.echo("还要有其一：")
        for name in rule.any:
            click.echo(f"  {name}：{_words(settings, name)}")
        click.echo(f"相距不超过 {rule.within} 个字")
    for name in rule.unless:
        click.echo(f"除非 {name}：{book.contexts[name].label}")
    for example in rule.match:
        marked = (
            f"{example.text[: example.start]}<{example.text[example.start : example.end]}>"
            f"{example.text[example.end :]}"
        )
        click.echo(f"应命中：{marked}")
    for example in rule.no_match:
        click.echo(f"不命中：{example.text}")
    click.echo(f"容易误报：{rule.false_positives}")


def try_file(settings: Settings, changed: Path, texts: BinaryIO | None) -> None:
    """Print what a changed or new rule file would find more, and what no longer."""
    now = _assessor(settings)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "rules"
        shutil.copytree(settings.rules.folder, copy)
        shutil.copy(changed, copy / changed.name)
        then = Assessor(rulebook.load(copy))
    lines = list(_texts(texts)) if texts is not None else _own_texts(now)
    more, fewer, other = [], [], []
    for text in lines:
        before, after = now.assess(text), then.assess(text)
        gained, lost = _ids(after) - _ids(before), _ids(before) - _ids(after)
        levels = f"{before.level.label}→{after.level.label}"
        if gained:
            more.append(f"＋ {levels}　{'、'.join(sorted(gained))}　{text}")
        if lost:
            fewer.append(f"－ {levels}　{'、'.join(sorted(lost))}　{text}")
        if before.level is not after.level:
            other.append(text)
    for line in [*more[:MOST_SHOWN], *fewer[:MOST_SHOWN]]:
        click.echo(line)
    click.echo(
        f"{len(lines)} 段话：多命中 {len(more)}，少命中 {len(fewer)}，等级变了 {len(other)}。"
    )


def list_proposals(settings: Settings) -> None:
    """Print the lines that false alarms proposed."""
    store = open_store(settings)
    try:
        waiting = store.read(lambda uow: uow.proposals.waiting())
    finally:
        store.close()
    for proposal in waiting:
        click.echo(f"{proposal.id}　{proposal.rule}　{proposal.line}")
    if not waiting:
        click.echo("没有待定的建议。")


def decide(settings: Settings, number: int, decision: Decision) -> None:
    """Accept a proposal, which adds the line to its rule's file, or drop it."""
    store = open_store(settings)
    try:
        waiting = store.read(lambda uow: uow.proposals.waiting())
        proposal = next((one for one in waiting if one.id == number), None)
        if proposal is None:
            message = f"没有待定的建议 {number}。用 huxin rules proposals 看有哪些。"
            raise PersonCanFix(message)
        if decision is Decision.ACCEPTED:
            _add_no_match(settings, proposal)
        store.write(lambda uow: uow.proposals.decide(number, decision))
    finally:
        store.close()
    if decision is Decision.DROPPED:
        click.echo(f"已放弃 {number}。")
        return
    click.echo(f"已加进 {proposal.rule} 的 no_match：{proposal.line}")
    if proving.places(_assessor(settings), proposal.rule, proposal.line):
        click.echo("规则现在还会命中这一句，请给它加一个 unless，再运行 huxin rules test。")


def _add_no_match(settings: Settings, proposal: Proposal) -> None:
    """Write the line into the rule's file; comments and layout of the file stay."""
    rule = _rule(_assessor(settings), proposal.rule)
    file = settings.rules.folder / Path(rule.file).name
    try:
        document = tomlkit.parse(file.read_text("utf-8"))
        rules = document["rule"]
        assert isinstance(rules, AoT)  # noqa: S101 - the rulebook has read this file
        entry = next(one for one in rules if isinstance(one, Table) and one["id"] == rule.id)
        lines = entry["no_match"]
        assert isinstance(lines, Array)  # noqa: S101
        if proposal.line not in lines:
            lines.append(proposal.line)
            file.write_text(tomlkit.dumps(document), "utf-8")
    except OSError as error:
        message = f"规则文件 {file} 写不了：{error.strerror}"
        raise PersonCanFix(message) from error


def _assessor(settings: Settings) -> Assessor:
    return Assessor(rulebook.load(settings.rules.folder))


def _stable(assessor: Assessor) -> list[Rule]:
    return [rule for rule in assessor.rulebook.rules if rule.status is Status.STABLE]


def _rule(assessor: Assessor, rule_id: str) -> Rule:
    rule = assessor.rulebook.rule(rule_id.upper())
    if rule is None:
        ids = "、".join(one.id for one in assessor.rulebook.rules)
        message = f"没有规则 {rule_id}。有：{ids}"
        raise PersonCanFix(message)
    return rule


def _words(settings: Settings, name: str) -> str:
    """Return a term list as its file writes it."""
    for file in sorted(settings.rules.folder.glob("*.toml")):
        terms = tomlkit.parse(file.read_text("utf-8")).get("terms", {})
        if name in terms:
            return "、".join(str(word) for word in terms[name])
    return "（由别的规则给出）"


def _tell(faults: list[proving.Fault], good: str) -> bool:
    for fault in faults:
        click.echo(f"✗ {fault.rule}　{fault.what}：{fault.text}")
    click.echo(f"✓ {good}" if not faults else f"{len(faults)} 处要改。")
    return not faults


def _baseline() -> list[str]:
    return proving.harmless_lines(BASELINE.read_text("utf-8")) if BASELINE.exists() else []


def _own_texts(assessor: Assessor) -> list[str]:
    examples = [
        example.text
        for rule in assessor.rulebook.rules
        for example in (*rule.match, *rule.no_match)
    ]
    return [*examples, *_baseline()]


def _texts(source: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(source, start=1):
        try:
            given = json.loads(line)
            yield str(given["text"])
        except (ValueError, KeyError, TypeError):
            click.echo(f'第 {number} 行：要写成 {{"text": …}}', err=True)


def _ids(assessment: Assessment) -> set[str]:
    return {found.rule for found in assessment.evidence}
