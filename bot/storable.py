"""What somebody wrote, without what no database takes."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.small_talk import REPLACED
from domain.channel import ButtonPress, ChatChange, Heard

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(incoming: Heard) -> Heard:
    """Replace what no database takes (NUL, half a character), one for one: places stay."""
    if not _NOT_STORABLE.search(_words_of(incoming)):
        return incoming
    sender = replace(incoming.sender, name=_clean(incoming.sender.name))
    if isinstance(incoming, ButtonPress):
        return replace(incoming, sender=sender, data=_clean(incoming.data))
    if isinstance(incoming, ChatChange):
        return replace(incoming, sender=sender, title=_clean(incoming.title))
    return replace(
        incoming,
        sender=sender,
        text=_clean(incoming.text),
        attachments=tuple(replace(item, name=_clean(item.name)) for item in incoming.attachments),
        location=incoming.location
        and replace(incoming.location, title=_clean(incoming.location.title)),
    )


def _words_of(incoming: Heard) -> str:
    """Return everything in a message or press that somebody wrote."""
    if isinstance(incoming, ButtonPress):
        return incoming.sender.name + incoming.data
    if isinstance(incoming, ChatChange):
        return incoming.sender.name + incoming.title
    pin = "" if incoming.location is None else incoming.location.title
    names = (item.name for item in incoming.attachments)
    return "".join((incoming.sender.name, incoming.text, pin, *names))


def _clean(text: str) -> str:
    return _NOT_STORABLE.sub(REPLACED, text)
