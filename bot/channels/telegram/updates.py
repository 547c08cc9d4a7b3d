"""An update as Telegram sent it, turned into what the desk understands; pure.

Only the fields that are used are read, each with its type; whatever is odd in them makes
the update `Unreadable`, by the names of the fields and never by what stood in them. Where
somebody is at the moment (a live location) is not followed: only the pin they sent counts.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from bot.channels.telegram.naming import NAME
from bot.channels.telegram.payloads import (
    Chat,
    Contact,
    File,
    Membership,
    Message,
    Pressed,
    Update,
    User,
)
from domain.channel import (
    Address,
    Attachment,
    ButtonPress,
    ChatChange,
    ChatKind,
    Incoming,
    IncomingMessage,
    Location,
    Sender,
    Unreadable,
)

_NO_DATABASE_TAKES = re.compile("[\ud800-\udfff\x00]")
_OTHERS_COMMAND = re.compile(r"^/\w{1,32}@(?P<bot>\w+)")


def parse(raw: str, *, own_name: str = "", hears_all: bool | None = None) -> Incoming:
    """Turn an update into what the desk understands.

    ``own_name`` is the bot's, without @, if it is known: commands to another bot say
    nothing to this one. ``hears_all`` is whether its privacy mode is off, if that is known.
    """
    try:
        update = Update.model_validate(_clean(json.loads(raw)))
    except ValidationError as error:
        places = {".".join(str(part) for part in fault["loc"]) for fault in error.errors()}
        return Unreadable("fields: " + ", ".join(sorted(places))[:200])
    except (ValueError, RecursionError) as error:
        return Unreadable(type(error).__name__)
    return _of(update, own_name, hears_all)


def _of(update: Update, own_name: str, hears_all: bool | None) -> Incoming:  # noqa: FBT001 - as it came
    if update.message is not None:
        return _message(update.message, edited=False, own_name=own_name)
    if update.edited_message is not None:
        return _message(update.edited_message, edited=True, own_name=own_name)
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, hears_all)
    return Unreadable("an update of no kind that was asked for")


def _message(message: Message, *, edited: bool, own_name: str) -> Incoming:
    if message.migrate_to_chat_id is not None:
        return _moved(message, message.chat.id, message.migrate_to_chat_id)
    if message.migrate_from_chat_id is not None:
        return _moved(message, message.migrate_from_chat_id, message.chat.id)
    attachments = _attachments(message)
    text = message.text or message.caption or _contact(message.contact)
    pin = _pin(message)
    says_nothing = not (text or attachments or pin or message.sticker)
    goes_on_moving = edited and message.location is not None and not text
    if says_nothing or goes_on_moving or _is_for_others(message, own_name):
        return _change(message.chat, message.sender, message.date)
    return IncomingMessage(
        address=_address(message.chat),
        chat_kind=_kind(message.chat),
        sender=_sender(message),
        message_id=str(message.message_id),
        text=text,
        sent_at=_time(message.edit_date if edited and message.edit_date else message.date),
        edit=max(1, message.edit_date) if edited else 0,
        reply_to=None
        if message.reply_to_message is None
        else str(message.reply_to_message.message_id),
        attachments=attachments,
        location=pin,
        album=message.media_group_id,
    )


def _is_for_others(message: Message, own_name: str) -> bool:
    """Whether a message is a channel's, another bot's, or a command to another bot."""
    if message.chat.type == "channel" or message.sender is None:
        return True
    if message.sender.is_bot and message.sender_chat is None:
        return True
    of_another = _OTHERS_COMMAND.match(message.text)
    return bool(of_another and own_name and of_another["bot"].lower() != own_name.lower())


def _press(pressed: Pressed) -> Incoming:
    if pressed.message is None:
        return Unreadable("a press under no message")
    return ButtonPress(
        address=_address(pressed.message.chat),
        chat_kind=_kind(pressed.message.chat),
        sender=Sender(str(pressed.sender.id), pressed.sender.name),
        press_id=pressed.id,
        message_id=str(pressed.message.message_id),
        data=pressed.data,
        sent_at=_time(pressed.message.date),
    )


def _membership(change: Membership, hears_all: bool | None) -> ChatChange:  # noqa: FBT001 - as it came
    old, new = change.old_chat_member, change.new_chat_member
    before, after = old.may_write, new.may_write
    # An administrator hears everything (https://core.telegram.org/bots/features#privacy-mode).
    hears = True if new.is_administrator else hears_all
    if before and (hears_all or new.is_administrator == old.is_administrator):
        hears = None  # what is heard did not change, or nothing will be
    return _change(
        change.chat,
        change.sender,
        change.date,
        reachable=None if before and after else after,
        hears_all=hears,
    )


def _moved(message: Message, old: int, new: int) -> ChatChange:
    return ChatChange(
        address=Address(NAME, str(old)),
        chat_kind=ChatKind.GROUP,
        sender=_sender(message),
        sent_at=_time(message.date),
        moved_to=str(new),
    )


def _change(
    chat: Chat,
    sender: User | None,
    date: int,
    *,
    reachable: bool | None = None,
    hears_all: bool | None = None,
) -> ChatChange:
    return ChatChange(
        address=_address(chat),
        chat_kind=_kind(chat),
        sender=Sender("") if sender is None else Sender(str(sender.id), sender.name),
        sent_at=_time(date),
        title=chat.title,
        reachable=reachable,
        hears_all=hears_all,
    )


def _sender(message: Message) -> Sender:
    """Return who wrote. Anonymous administrators share one account: their chat stands for them."""
    if message.sender_chat is not None:
        return Sender(f"chat:{message.sender_chat.id}", message.sender_chat.title)
    if message.sender is None:
        return Sender("")
    return Sender(str(message.sender.id), message.sender.name)


def _attachments(message: Message) -> tuple[Attachment, ...]:
    files: list[tuple[str, File | None]] = [
        ("photo", message.photo[-1] if message.photo else None),  # the largest comes last
        ("voice", message.voice or message.audio),
        ("video", message.video or message.video_note or message.animation),
        # An animation comes as a document as well.
        ("document", message.document if message.animation is None else None),
    ]
    return tuple(
        Attachment(kind, file.file_id, file.file_name, away=True)
        for kind, file in files
        if file is not None
    )


def _pin(message: Message) -> Location | None:
    if message.venue is not None:
        title = " ".join(word for word in (message.venue.title, message.venue.address) if word)
        place = message.venue.location
        return Location(place.latitude, place.longitude, title)
    if message.location is None:
        return None
    return Location(message.location.latitude, message.location.longitude)


def _contact(contact: Contact | None) -> str:
    if contact is None:
        return ""
    return f"联系人：{contact.first_name}{contact.last_name} {contact.phone_number}"


def _address(chat: Chat) -> Address:
    return Address(NAME, str(chat.id))


def _kind(chat: Chat) -> ChatKind:
    return ChatKind.PRIVATE if chat.type == "private" else ChatKind.GROUP


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(seconds, 2**37), UTC)


def _clean(value: Any) -> Any:
    """Replace what no database takes, in every string."""
    if isinstance(value, str):
        return _NO_DATABASE_TAKES.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(item) for name, item in value.items()}
    return value
