"""``huxin audit``: whether the access log is whole, and what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import click

from app.asking_person import person_asking
from app.look_words import look_line
from app.settings import Settings
from app.wiring import open_store
from domain.access import Topic, Way
from domain.errors import PersonCanFix
from petitions import asking
from petitions.status import By, key_of, question
from storage.log_proof import KnownHead, LogProof, Misfit, prove
from storage.unit_of_work import UnitOfWork

EVERYBODY = "all"
_HEAD = re.compile(r"(?P<number>\d{1,15})[:：](?P<starts>[0-9a-f]{4,32})")
_MISFIT = {
    Misfit.CHANGED: "第 {at} 条的内容被改过",
    Misfit.REMOVED: "第 {at} 条不见了",
    Misfit.REORDERED: "第 {at} 条不是原来的那条，被调换过",
    Misfit.FORGED: "第 {at} 条不是系统写的",
    Misfit.CUT: "从第 {at} 条起，后面的记录被删掉了",
    Misfit.OTHER_KEY: "第 {at} 条是用另一个密钥写的，现在的密钥核对不了",
}
WHOLE = "✓ 第 {first} 条到第 {last} 条完整，没有被改、删、换序。"
EMPTY = "✓ 还没有查看记录。"
UNCHAINED = "另有 {count} 条是启用核对以前写的，核对不了。"
OLDER = "抄下的尾号比保存期还早，没法比。"
HEAD = "现在的尾号：{last}:{head}。请抄下来存在别处，下次用 --head 核对。"
UP_TO = "第 {first} 条到第 {last} 条完整。"
NONE_WHOLE = "没有一条核对得上。"
WHAT_NOW = "请先备份数据库，不要改动，再看 docs/access.md 的「核对不上怎么办」。"
NO_LOOKS = "没有记录。"


def verify(settings: Settings, *, head: str | None) -> bool:
    """Walk the log's chain and print what it came to; False when a line does not fit."""
    known = None if head is None else _known(head)
    store = open_store(settings)
    try:
        proof = store.read(lambda uow: prove(uow, known))
    finally:
        store.close()
    for line in _verdict(proof):
        click.echo(line)
    return proof.misfit is None


def _verdict(proof: LogProof) -> Iterator[str]:
    some = proof.last >= proof.first
    if proof.misfit is not None:
        yield "✗ " + _MISFIT[proof.misfit].format(at=proof.at) + "。"
        yield UP_TO.format(first=proof.first, last=proof.last) if some else NONE_WHOLE
        yield WHAT_NOW
        return
    yield WHOLE.format(first=proof.first, last=proof.last) if some else EMPTY
    if proof.unchained:
        yield UNCHAINED.format(count=proof.unchained)
    if proof.older:
        yield OLDER
    if proof.head:
        yield HEAD.format(last=proof.last, head=proof.head)


def show(
    settings: Settings,
    *,
    as_person: int | None,
    who: int | None,
    whose: str | None,
    since: str | None,
) -> None:
    """Print lines of the log to an auditor, the oldest first; this look leaves one as well."""
    zone = settings.office.time_zone
    begins = None if since is None else _midnight(settings, since)
    store = open_store(settings)

    def note(uow: UnitOfWork) -> tuple[str, ...] | None:
        asker = uow.interests.asker(person_asking(uow, as_person), Way.COMMAND)
        asking.require(asker, Topic.ACCESS_LOG)
        keys = None if whose is None else keys_of(uow, whose)
        asking.looked(uow, asker, "access_log", keys[0] if keys else EVERYBODY)
        return keys

    def lines(uow: UnitOfWork, keys: tuple[str, ...] | None) -> int:
        names: dict[int | None, str] = {}
        count = 0
        for look in uow.looks.listed(who=who, whose=keys, since=begins):
            if look.person_id not in names:
                names[look.person_id] = _name(uow, look.person_id)
            click.echo(look_line(look, names[look.person_id], zone))
            count += 1
        return count

    try:
        keys = store.write(note)
        if not store.read(lambda uow: lines(uow, keys)):
            click.echo(NO_LOOKS)
    finally:
        store.close()


def keys_of(uow: UnitOfWork, whose: str) -> tuple[str, ...]:
    """Return under which keys looks at a number or a person stand in the log."""
    asked = question(whose)
    key = key_of(uow, asked)
    return (key, asked.value) if asked.by is By.NUMBER else (key,)


def _name(uow: UnitOfWork, person_id: int | None) -> str:
    """Return somebody's name and post; of a line that was forged perhaps nobody's."""
    try:
        return uow.people.name_of(person_id)
    except KeyError:
        return f"编号 {person_id}（没有这个人）"


def _known(written: str) -> KnownHead:
    found = _HEAD.fullmatch(written.strip().lower())
    if found is None:
        raise PersonCanFix(f"尾号「{written}」看不懂，要写成 512:3fa91c0b 这样。")
    return KnownHead(int(found["number"]), found["starts"])


def _midnight(settings: Settings, written: str) -> datetime:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise PersonCanFix(f"日期「{written}」看不懂，请写成 2026-11-22") from None
    return datetime.combine(day, time(), settings.office.time_zone).astimezone(UTC)
