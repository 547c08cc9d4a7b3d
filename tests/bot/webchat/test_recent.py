"""What this process wrote comes to its streams without being read, and in no other order."""

from __future__ import annotations

import pytest

from alerts.own_chats import Put
from bot.channels.webchat import Recent, Webchat
from bot.channels.webchat.looking import Looking
from bot.channels.webchat.recent import MOST_KEPT
from bot.channels.webchat.stream import Stream
from domain.channel import plain
from domain.duty import Person
from storage.live import LocalLive
from storage.notices import NoticeKind
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.page import GROUP


class NotToBeRead(Store):
    """A store that cannot be read."""

    def read(self, work: object) -> object:  # type: ignore[override]
        """Fail."""
        raise AssertionError(work)


def stream_of(store: Store, recent: Recent, person: Person, *, after: int) -> Stream:
    """Return a stream that has seen a room up to an event."""
    return Stream(Looking(store), recent, (person,), {GROUP: after})


async def test_what_follows_is_given_as_the_rows_would_give_it(
    store: Store, live: LocalLive, people: dict[str, Person], database: str
) -> None:
    """The same frames, though the rows are not looked at."""
    recent = Recent(live)
    channel = Webchat(store, live, recent)
    await channel.send(GROUP, plain("一"), key="n1")
    shown = await channel.send(GROUP, plain("二"), key="n2")
    await channel.edit(GROUP, shown, plain("三"), key="n3")
    closed = NotToBeRead(database, keyring=None)
    try:
        kept = await stream_of(closed, recent, people["李明"], after=1).next_frames()
    finally:
        closed.close()
    read = await stream_of(store, Recent(live), people["李明"], after=1).next_frames()
    assert len(kept) == 2
    assert kept[0].partition(b"\n")[2] == read[0].partition(b"\n")[2]
    assert kept[1].partition(b"\n")[2] == read[1].partition(b"\n")[2]


async def test_what_another_process_wrote_in_between_is_not_passed_over(
    store: Store, live: LocalLive, people: dict[str, Person]
) -> None:
    """An event that this process has not got is read first."""
    recent = Recent(live)
    here, there = Webchat(store, live, recent), Webchat(store, live)
    stream = stream_of(store, recent, people["李明"], after=0)
    for number, channel in enumerate((here, there, here)):
        await channel.send(GROUP, plain(str(number)), key=f"n{number}")
    frames = []
    while more := await stream.next_frames():
        frames += more
    assert [frame.count(b'"number":%d' % n) for n, frame in enumerate(frames, 1)] == [1, 1, 1]


async def test_answers_to_others_presses_are_not_shown(
    store: Store, live: LocalLive, people: dict[str, Person]
) -> None:
    """From memory no more than from the rows."""
    recent = Recent(live)
    channel = Webchat(store, live, recent)
    await channel.answer_press(GROUP, f"p:{people['阿玲'].id}.1", "已接收", key="t1")
    assert await stream_of(store, recent, people["李明"], after=0).next_frames() == []
    assert len(await stream_of(store, recent, people["阿玲"], after=0).next_frames()) == 1


async def test_what_was_undone_is_never_told(store: Store, live: LocalLive) -> None:
    """A unit that fails after it wrote leaves nothing."""
    recent = Recent(live)
    channel = Webchat(store, live, recent)

    def fail(uow: UnitOfWork) -> None:
        channel.put_out(uow, Put(NoticeKind.MESSAGE, GROUP, "", plain("不会有"), "n1"))
        raise LookupError

    store.write(lambda uow: uow.webchat.keep_chat(GROUP, kind="group", title=""))
    with pytest.raises(LookupError):
        store.write(fail)
    assert recent.following(GROUP, 0, limit=10) == []


async def test_few_are_kept(store: Store, live: LocalLive) -> None:
    """The oldest go; whoever has not taken them reads the rows."""
    recent = Recent(live)
    channel = Webchat(store, live, recent)

    def add(uow: UnitOfWork) -> None:
        uow.webchat.keep_chat(GROUP, kind="group", title="")
        for number in range(MOST_KEPT + 1):
            channel.put_out(uow, Put(NoticeKind.MESSAGE, GROUP, "", plain("一"), str(number)))

    store.write(add)
    assert recent.following(GROUP, 0, limit=1) == []
    assert len(recent.following(GROUP, 1, limit=MOST_KEPT)) == MOST_KEPT
