"""The built-in web chat: a channel like any other, whose other end is a page of ours.

What a browser posts goes to the inbox, what the desk says becomes an event of a chat, and
browsers read events live. Refuses: pages, sign-in (the application passes in who sits where).
"""

from __future__ import annotations

from bot.channels.webchat.channel import Webchat
from bot.channels.webchat.door import Who, routes
from bot.channels.webchat.recent import Recent
from bot.channels.webchat.rooms import (
    DISTRICT_ROOM,
    NAME,
    Room,
    may_sit,
    prepare_rooms,
    prepare_seat,
    private_chat,
    rooms_of,
    town_room,
)

__all__ = [
    "DISTRICT_ROOM",
    "NAME",
    "Recent",
    "Room",
    "Webchat",
    "Who",
    "may_sit",
    "prepare_rooms",
    "prepare_seat",
    "private_chat",
    "rooms_of",
    "routes",
    "town_room",
]
