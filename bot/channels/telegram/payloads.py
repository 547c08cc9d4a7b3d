"""The fields of Telegram's updates that are used, each with its type and bounds.

https://core.telegram.org/bots/api#available-types; what else an update holds is passed over.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_MEMBERS = frozenset({"member", "administrator", "creator"})

ChatId = Annotated[int, Field(ge=-(2**63), lt=2**63)]
MessageId = Annotated[int, Field(ge=0, lt=2**63)]
When = Annotated[int, Field(ge=0, lt=2**40)]


class Part(BaseModel):
    """Read with its types, and nothing else."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class Chat(Part):
    """A chat."""

    id: ChatId
    type: Literal["private", "group", "supergroup", "channel"]
    title: str = ""


class User(Part):
    """An account."""

    id: ChatId
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""

    @property
    def name(self) -> str:
        """What they call themselves."""
        return f"{self.first_name} {self.last_name}".strip()


class File(Part):
    """A file that stays with Telegram."""

    file_id: str
    file_name: str = ""


class Pin(Part):
    """A place in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Venue(Part):
    """A place with a name."""

    location: Pin
    title: str = ""
    address: str = ""


class Contact(Part):
    """Somebody's number."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Replied(Part):
    """A message that another replies to."""

    message_id: MessageId


class Message(Part):
    """A message, with the fields that are used."""

    message_id: MessageId
    date: When
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    sender_chat: Chat | None = None
    edit_date: When = 0
    text: str = ""
    caption: str = ""
    reply_to_message: Replied | None = None
    media_group_id: str | None = None
    photo: list[File] = []
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    document: File | None = None
    sticker: File | None = None
    location: Pin | None = None
    venue: Venue | None = None
    contact: Contact | None = None
    migrate_to_chat_id: ChatId | None = None
    migrate_from_chat_id: ChatId | None = None


class Pressed(Part):
    """A press of an inline button."""

    id: str
    sender: User = Field(alias="from")
    message: Message | None = None
    data: str = ""


class Status(Part):
    """The bot's standing in a chat."""

    status: str
    can_send_messages: bool | None = None

    @property
    def may_write(self) -> bool:
        """Whether the bot can write there."""
        if self.status == "restricted":
            return self.can_send_messages is not False
        return self.status in _MEMBERS

    @property
    def is_administrator(self) -> bool:
        """Whether the bot looks after the chat."""
        return self.status == "administrator"


class Membership(Part):
    """A change of the bot's standing."""

    chat: Chat
    sender: User = Field(alias="from")
    date: When
    old_chat_member: Status
    new_chat_member: Status


class Update(Part):
    """One update, of one kind."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Pressed | None = None
    my_chat_member: Membership | None = None
