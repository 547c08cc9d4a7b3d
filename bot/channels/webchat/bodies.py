"""What a browser may post: read within a limit, cleaned and checked.

Refuses, with a sentence for the person: what is too large, is not JSON or misses a field.
Keeps every character of a text but the two kinds that no database takes: halves of surrogate
pairs and NUL become U+FFFD.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

LONGEST_TEXT = 100_000
LARGEST_BODY = 2 * 1024 * 1024  # 100,000 characters, each escaped as two \\uXXXX, and room
MOST_PHOTOS = 9

NOT_JSON = "这条消息读不出来，请刷新页面再试。"
TOO_LARGE = "这条消息太长了（最多 10 万字）。请分几条发，内容还在您的输入框里。"
ODD_FIELDS = "这条消息不完整，请刷新页面再试。"

_NO_DATABASE_TAKES = re.compile("[\ud800-\udfff\x00]")

OwnId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
AnyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
ChatId = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class Declined(web.HTTPException):
    """An answer other than 2xx, with a sentence that the page shows."""

    def __init__(self, status: int, sentence: str) -> None:
        """Make the JSON that the page reads."""
        self.status_code = status
        super().__init__(
            text=json.dumps({"error": sentence}, ensure_ascii=False),
            content_type="application/json",
        )


class _Posted(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class PostedPhoto(_Posted):
    """A photo that was sent ahead to the files."""

    file_id: AnyId
    name: Annotated[str, StringConstraints(max_length=200)] = ""


class PostedPin(_Posted):
    """A place on the map, in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    title: Annotated[str, StringConstraints(max_length=200)] = ""


class PostedMessage(_Posted):
    """A message, or with ``edit`` above 0 a new wording of one."""

    chat: ChatId
    message_id: OwnId
    text: str = ""
    edit: Annotated[int, Field(ge=0, le=1000)] = 0
    reply_to: AnyId | None = None
    attachments: Annotated[list[PostedPhoto], Field(max_length=MOST_PHOTOS)] = []
    location: PostedPin | None = None


class PostedPress(_Posted):
    """A press of a button under a message."""

    chat: ChatId
    press_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,48}$")]
    message_id: AnyId
    data: Annotated[str, StringConstraints(min_length=1, max_length=64)]


_Body = TypeVar("_Body", bound=_Posted)


async def read(request: web.Request, kind: type[_Body], *, largest: int) -> _Body:
    """Return what was posted; `Declined` with 400 or 413 and a sentence when it cannot be.

    ``largest`` is a number of bytes.
    """
    raw = await _read_within(request, largest)
    try:
        posted = kind.model_validate(_clean(json.loads(raw.decode("utf-8", errors="replace"))))
    except ValidationError as error:
        raise Declined(400, ODD_FIELDS) from error
    except (ValueError, RecursionError) as error:
        raise Declined(400, NOT_JSON) from error
    if isinstance(posted, PostedMessage) and len(posted.text) > LONGEST_TEXT:
        raise Declined(413, TOO_LARGE)
    return posted


async def _read_within(request: web.Request, limit: int) -> bytes:
    if (request.content_length or 0) > limit:
        raise Declined(413, TOO_LARGE)
    received = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        received += chunk
        if len(received) > limit:
            raise Declined(413, TOO_LARGE)
    return bytes(received)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _NO_DATABASE_TAKES.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(item) for name, item in value.items()}
    return value
