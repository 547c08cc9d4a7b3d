"""Several processes that hear one inbox, each as an office's `bot` does.

They are copies of the process that asks, rules and all, and begin at the same moment.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import Callable
from typing import Any

from app.lasting import run_for_long
from bench._counting import Counted, count
from bench._raw import Speed, timed
from bot.reader import Reader

LOOK_AGAIN_SECONDS = 0.005
LONGEST_SECONDS = 300.0

_forked = multiprocessing.get_context("fork")


def hear_by(processes: int, open_reader: Callable[[], Reader]) -> tuple[Speed, Counted]:
    """Have an inbox heard; returns how long that took, the processor time and questions of all.

    No thread may run here: forked processes have none of them. Raises when one fails.
    """
    start = _forked.Barrier(processes)
    told: Any = _forked.Queue()
    running = [
        _forked.Process(target=_hear, args=(open_reader, start, told), daemon=True)
        for _ in range(processes)
    ]
    for one in running:
        one.start()
    came: list[tuple[Speed, Counted]] = []
    while len(came) < processes:
        one_came = told.get(timeout=LONGEST_SECONDS)
        if isinstance(one_came, str):
            raise SystemExit(one_came)
        came.append(one_came)
    for one in running:
        one.join()
    kinds: Counter[str] = Counter()
    for _, counted in came:
        kinds += counted.kinds
    speed = Speed(max(one.seconds for one, _ in came), sum(one.cpu for one, _ in came))
    return speed, Counted(sum(counted.commits for _, counted in came), kinds)


def _hear(open_reader: Callable[[], Reader], start: Any, told: Any) -> None:
    try:
        reader = open_reader()
        reader.store.read(lambda uow: uow.inbox.unread())  # connected before it begins
        run_for_long()
        start.wait()
        with count(reader.store.engine) as counted, timed() as speed:
            asyncio.run(_until_all_is_read(reader))
        reader.store.close()
    except Exception as error:  # noqa: BLE001 - whoever waits says it
        told.put(f"a reader failed: {error!r}")
        start.abort()  # the others wait for nobody
        return
    told.put((speed, counted))


async def _until_all_is_read(reader: Reader) -> None:
    read = 0
    while True:
        if read := await reader.read_due(hinted=read >= reader.batch):
            continue
        if not reader.store.read(lambda uow: uow.inbox.unread())[0]:
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)  # what is left is with another
