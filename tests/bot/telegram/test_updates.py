"""Updates as Telegram sends them, and what the desk understands; golden payloads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram.intake import look, split
from bot.channels.telegram.updates import parse
from domain.channel import (
    Attachment,
    ButtonPress,
    ChatChange,
    ChatKind,
    Incoming,
    IncomingMessage,
    Location,
    Unreadable,
)

AT = 1_772_589_600
ALICE = {"id": 5000000001, "is_bot": False, "first_name": "小燕", "last_name": "陈"}
PRIVATE = {"id": 5000000001, "type": "private", "first_name": "小燕"}
GROUP = {"id": -1002000000001, "type": "supergroup", "title": "大石群"}
FILE = {"file_id": "F1", "file_unique_id": "u"}
PIN = {"latitude": 22.99, "longitude": 113.33}


def message(**fields: Any) -> dict[str, Any]:
    """Return a message in private with these fields."""
    return {"message_id": 7, "date": AT, "chat": PRIVATE, "from": ALICE, **fields}


def read(**update: Any) -> Incoming:
    """Parse an update."""
    return parse(json.dumps({"update_id": 1, **update}), own_name="huxin_test_bot")


def said(**fields: Any) -> IncomingMessage:
    """Parse a message, which has to be one."""
    found = read(message=message(**fields))
    assert isinstance(found, IncomingMessage)
    return found


def test_a_text_in_private() -> None:
    """Who, where, what, when."""
    found = said(text="楼上有人喊")
    assert found.text == "楼上有人喊"
    assert (found.address.chat, found.chat_kind) == ("5000000001", ChatKind.PRIVATE)
    assert (found.sender.id, found.sender.name) == ("5000000001", "小燕 陈")
    assert (found.message_id, found.edit) == ("7", 0)
    assert found.sent_at == datetime.fromtimestamp(AT, UTC)


def test_a_reply_in_a_group() -> None:
    """The message that it replies to is known."""
    found = said(chat=GROUP, text="在路上", reply_to_message=message(message_id=3, chat=GROUP))
    assert found.chat_kind is ChatKind.GROUP
    assert found.reply_to == "3"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"photo": [{**FILE, "file_id": "small"}, FILE]}, "photo"),
        ({"voice": FILE}, "voice"),
        ({"audio": FILE}, "voice"),
        ({"video": FILE}, "video"),
        ({"video_note": FILE}, "video"),
        ({"animation": FILE, "document": FILE}, "video"),
        ({"document": {**FILE, "file_name": "单子.pdf"}}, "document"),
    ],
)
def test_files_come_with_their_caption(fields: dict[str, Any], kind: str) -> None:
    """The largest picture, one file each, the words kept."""
    found = said(**fields, caption="看这里")
    name = fields.get("document", {}).get("file_name", "") if kind == "document" else ""
    assert found.attachments == (Attachment(kind, "F1", name, away=True),)
    assert found.text == "看这里"


def test_places_and_contacts() -> None:
    """A pin, a place with a name, somebody's number."""
    assert said(location=PIN).location == Location(22.99, 113.33)
    venue = said(venue={"location": PIN, "title": "大石桥", "address": "群贤路"}, location=PIN)
    assert venue.location == Location(22.99, 113.33, "大石桥 群贤路")
    contact = said(contact={"phone_number": "13800000000", "first_name": "梁", "last_name": ""})
    assert contact.text == "联系人：梁 13800000000"


def test_an_album_is_known_as_one() -> None:
    """Each of its messages names it."""
    assert said(photo=[FILE], media_group_id="9").album == "9"


def test_an_edit_is_a_new_wording() -> None:
    """It carries its time, which grows."""
    found = read(edited_message=message(text="改了", edit_date=AT + 60))
    assert isinstance(found, IncomingMessage)
    assert found.edit == AT + 60


def test_where_somebody_goes_is_not_followed() -> None:
    """A live location comes as one edit after the other: only the first pin counts."""
    found = read(edited_message=message(location=PIN, edit_date=AT + 60))
    assert isinstance(found, ChatChange)
    assert found.reachable is None


def test_a_press() -> None:
    """Who, under which message, what."""
    found = read(
        callback_query={
            "id": "41", "from": ALICE, "message": message(chat=GROUP), "data": "a:1:take",
            "chat_instance": "1",
        }
    )  # fmt: skip
    assert isinstance(found, ButtonPress)
    assert (found.press_id, found.message_id, found.data) == ("41", "7", "a:1:take")
    assert (found.sender.id, found.address.chat) == ("5000000001", "-1002000000001")


@pytest.mark.parametrize(
    ("before", "after", "reachable"),
    [
        ("left", "member", True),
        ("kicked", "administrator", True),
        ("member", "kicked", False),
        ("administrator", "left", False),
        ("member", "administrator", None),
    ],
)
def test_the_bot_comes_and_goes(before: str, after: str, reachable: bool | None) -> None:  # noqa: FBT001
    """Added, removed, blocked, or only given other rights."""
    bot = {"id": 7, "is_bot": True, "first_name": "护信"}
    found = read(
        my_chat_member={
            "chat": GROUP, "from": ALICE, "date": AT,
            "old_chat_member": {"user": bot, "status": before},
            "new_chat_member": {"user": bot, "status": after},
        }
    )  # fmt: skip
    assert isinstance(found, ChatChange)
    assert found.reachable is reachable
    assert found.title == "大石群"


@pytest.mark.parametrize(
    ("flag", "before", "after", "hears_all"),
    [
        (False, "left", "member", False),
        (True, "left", "member", True),
        (None, "left", "member", None),
        (False, "left", "administrator", True),
        (False, "member", "administrator", True),
        (False, "administrator", "member", False),
        (True, "member", "administrator", None),
        (False, "member", "member", None),
    ],
)
def test_what_the_bot_hears_in_a_group(
    flag: bool | None,  # noqa: FBT001 - as Telegram says it
    before: str,
    after: str,
    hears_all: bool | None,  # noqa: FBT001
) -> None:
    """By its privacy mode, and everything as an administrator; said when it comes or changes."""
    bot = {"id": 7, "is_bot": True, "first_name": "护信"}
    change = {
        "chat": GROUP, "from": ALICE, "date": AT,
        "old_chat_member": {"user": bot, "status": before},
        "new_chat_member": {"user": bot, "status": after},
    }  # fmt: skip
    raw = json.dumps({"update_id": 1, "my_chat_member": change})
    found = parse(raw, hears_all=flag)
    assert isinstance(found, ChatChange)
    assert found.hears_all is hears_all


def test_a_group_that_moved() -> None:
    """Both messages about it say the same: from the old id to the new one."""
    old = {"id": -42, "type": "group", "title": "大石群"}
    left = read(message=message(chat=old, migrate_to_chat_id=-1002000000001))
    came = read(message=message(chat=GROUP, migrate_from_chat_id=-42))
    for found in (left, came):
        assert isinstance(found, ChatChange)
        assert (found.address.chat, found.moved_to) == ("-42", "-1002000000001")


@pytest.mark.parametrize(
    "fields",
    [
        {"new_chat_members": [ALICE], "chat": GROUP},
        {"pinned_message": message(), "chat": GROUP},
        {"text": "/status@other_bot", "chat": GROUP},
        {"text": "公告", "chat": {**GROUP, "type": "channel"}},
        {"text": "我是机器人", "from": {**ALICE, "is_bot": True}, "chat": GROUP},
    ],
)
def test_what_is_not_for_the_desk(fields: dict[str, Any]) -> None:
    """Service messages, others' commands, channels and bots: nothing follows, nobody is told."""
    found = read(message=message(**fields))
    assert isinstance(found, ChatChange)
    assert (found.reachable, found.moved_to) == (None, None)


def test_a_command_to_this_bot_is_for_the_desk() -> None:
    """With its name behind it, in any case."""
    assert said(text="/status@Huxin_Test_Bot A-0001", chat=GROUP).text.startswith("/status")


def test_anonymous_administrators_are_not_one_person() -> None:
    """Telegram gives them all one account; their group stands for them."""
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    found = said(text="收到", chat=GROUP, sender_chat=GROUP, **{"from": anonymous})
    assert found.sender.id == "chat:-1002000000001"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "null",
        '{"update_id": 1}',
        '{"update_id": "x", "message": {}}',
        json.dumps({"update_id": 1, "message": message(text=5)}),
        json.dumps({"update_id": 1, "message": message(date=10**30, text="x")}),
        json.dumps({"update_id": 1, "message": message(location={**PIN, "latitude": 999})}),
        '{"update_id": 1, "message": ' + "[" * 100_000,
        '{"update_id": 1, "message": {"message_id": ' + "9" * 5000 + "}}",
        json.dumps({"update_id": 1, "callback_query": {"id": "1", "from": ALICE, "data": "x"}}),
    ],
)
def test_what_does_not_parse_is_unreadable(raw: str) -> None:
    """Set aside, with a reason that quotes nothing."""
    found = parse(raw)
    assert isinstance(found, Unreadable)
    assert "小燕" not in found.reason


def test_half_a_character_is_no_reason_to_lose_the_rest() -> None:
    """What no database takes is replaced, one for one."""
    raw = json.dumps({"update_id": 1, "message": message(text="要跳\x00楼")})
    raw = raw.replace("要", "").replace('"text": "', '"text": "\\ud83d')
    found = parse(raw)
    assert isinstance(found, IncomingMessage)
    assert found.text.startswith("\ufffd")


def test_updates_are_told_apart_without_being_understood() -> None:
    """One that no parser takes does not hide the others."""
    good = json.dumps({"update_id": 5, "message": message(text='括号 ]} 和 " 引号')})
    deep = '{"update_id": 6, "x": ' + "[" * 50_000 + "]" * 50_000 + "}"
    long = '{"update_id": 7, "n": ' + "9" * 10_000 + "}"
    found = split(f'{{"ok":true,"result":[{good}, {deep},{long} ,{good}]}}')
    assert found == [good, deep, long, good]
    assert [look(raw).number for raw in found] == [5, 6, 7, 5]
    assert split('{"ok":true,"result":[]}') == []


def test_the_same_update_has_the_same_key_and_another_has_another() -> None:
    """Message ids are unique within a chat only; two edits in a second have one date."""
    first = look(json.dumps({"update_id": 5, "message": message(text="x")}))
    assert first == look(json.dumps({"update_id": 5, "message": message(text="x")}))
    assert (first.chat, first.key) == ("5000000001", "m:7")
    edits = {
        look(json.dumps({"update_id": n, "edited_message": message(text="x", edit_date=AT)})).key
        for n in (6, 7)
    }
    assert len(edits) == 2
    odd = [look(json.dumps({"update_id": n, "message": {"chat": 1}})).key for n in (8, 9)]
    assert len(set(odd)) == 2
