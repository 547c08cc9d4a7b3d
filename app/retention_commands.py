"""``huxin retention``: what has served is removed now, a batch at a time, and counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import click

from alerts.retention import FILES, LOOKS, Counts, Remover, count_served
from app.office_settings import Reads, build_ledger, build_office
from app.removing import build_clearing, build_remover
from app.settings import Settings
from app.wiring import file_folder, open_store
from petitions import clearing
from storage.retention import Removal
from storage.unit_of_work import UnitOfWork

LABELS = {
    "inbox": "收到的原始消息",
    "alert_messages": "办结预警的原始消息",
    "alert_chat_events": "办结预警在网页聊天里的消息",
    "alert_reports": "办结预警的上报原话",
    "alert_timeline": "办结预警经过里的自由文字",
    "alert_outcomes": "办结预警的结果说明",
    "alert_notices": "办结预警发出的通知",
    "reports": "没有变成预警的上报",
    "notices": "发出的其他通知",
    "chat_events": "网页聊天的旧消息",
    "files": "附件的登记",
    "shift_words": "交接留言",
    "openings": "查阅",
    "interests": "已取消的回避",
    "questions": "没有人回答的提问",
    LOOKS: "查看记录",
    clearing.KIND: "信访事项（隐去信访人和原文）",
    FILES: "照片和附件",
}
NOTHING = "没有到期的资料。"
WOULD = "到期、会清理的（没有动）："
DONE = "已清理："
SHOWN_BACK = timedelta(days=30)
EARLIER = "近 30 天清理过："


def run(settings: Settings, *, dry_run: bool) -> None:
    """Remove, or only count, what has served; print how much of each kind it was."""
    ledger = build_ledger(settings, build_office(settings, reads=Reads.NEVER))
    store = open_store(settings)
    try:
        if dry_run:
            matters = build_clearing(settings, ledger)

            def look(uow: UnitOfWork) -> Counts:
                counts = count_served(uow, settings.retention.times())
                counts[clearing.KIND] += matters.waiting(uow)
                return +counts

            _say(WOULD, store.read(look))
            return
        remover = build_remover(settings, ledger, store, file_folder(settings))
        _say(DONE, asyncio.run(_remove_all(remover)))
        since = (store.clock() - SHOWN_BACK).date().isoformat()
        kept = store.read(lambda uow: uow.retention.noted(since))
    finally:
        store.close()
    if kept:
        _say(EARLIER, _added_up(kept))


async def _remove_all(remover: Remover) -> Counts:
    total: Counts = Counter()
    while counts := await remover.remove_batch():
        total += counts
    return total


def _added_up(kept: tuple[Removal, ...]) -> Counts:
    total: Counts = Counter()
    for one in kept:
        total[one.kind] += one.count
    return total


def _say(heading: str, counts: Counts) -> None:
    if not counts:
        click.echo(NOTHING)
        return
    click.echo(heading)
    for kind, label in LABELS.items():
        if counts[kind]:
            click.echo(f"　{label} {counts[kind]}")
