"""The bot comes into chats and is put out of them; groups are bound by one button."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.alert import AlertState, LogKind
from domain.channel import Attachment, ChatKind, Location
from domain.duty import Post, Role, Scope
from domain.errors import AddressMoved
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI, Chat

RED = "大石街道3栋有人要跳楼"
FIRE = "大石街道植村大街8号有人点火"
NEW_ROOM = Chat("wire", "room-new-9", ChatKind.GROUP)


@pytest.fixture
def room(office: WholeOffice) -> Chat:
    """Return a group that is bound to nothing."""
    office.secrets.add(NEW_ROOM.chat)
    return NEW_ROOM


async def test_an_officer_binds_a_group_by_one_button(office: WholeOffice, room: Chat) -> None:
    """It is the duty group of the officer's own town from then on."""
    await office.changes(office.zhao, room, reachable=True)
    asked = office.sees(room, "护信在这个群里了")
    assert asked.labels == ["绑定为值班群"]
    assert await office.presses(office.zhao, "绑定为值班群", asked) == "绑定好了。"
    assert "本群已绑定为石碁镇值班群" in asked.text
    groups = office.read(lambda uow: uow.groups.of(Scope.TOWN, SHIQI))
    assert room.chat in {group.chat for group in groups}


@pytest.mark.parametrize(
    ("hears_all", "words"),
    [(True, "我都听得到"), (False, "发 /setprivacy"), (None, "开着隐私模式时")],
)
async def test_a_group_is_told_what_the_bot_hears(
    office: WholeOffice,
    room: Chat,
    hears_all: bool | None,  # noqa: FBT001 - one of three cases
    words: str,
) -> None:
    """When it comes, and how to change it; again when it becomes an administrator or ends so."""
    await office.changes(office.zhao, room, reachable=True, hears_all=hears_all)
    office.sees(room, "护信在这个群里了", words)
    await office.changes(office.zhao, room, hears_all=hears_all)
    if hears_all is None:
        office.sees_nothing(room)
    else:
        office.sees(room, words)


async def test_who_may_not_bind_a_group_does_not(office: WholeOffice, room: Chat) -> None:
    """Neither somebody who is not enrolled nor a reporter; the button stays."""
    await office.changes(office.chen, room, reachable=True)
    asked = office.sees(room, "护信在这个群里了")
    assert "请先登记" in await office.presses(office.outsider, "绑定为值班群", asked)
    assert "能绑定" in await office.presses(office.chen, "绑定为值班群", asked)
    assert office.read(lambda uow: uow.groups.at(room.address)) is None
    assert asked.labels == ["绑定为值班群"]


async def test_a_district_officer_is_asked_which_group_it_is(
    office: WholeOffice, room: Chat
) -> None:
    """A town, or the district; an officer of another town cannot take it over afterwards."""
    await office.changes(office.zhou, room, reachable=True)
    offered = office.sees(room, "护信在这个群里了")
    await office.presses(office.zhou, "绑定为值班群", offered)
    asked = office.sees(room, "绑定为哪里的值班群")
    assert asked.labels[-2:] == ["区值班群", "取消"]
    await office.presses(office.zhou, DASHI, asked)
    group = office.read(lambda uow: uow.groups.at(room.address))
    assert group is not None
    assert group.town == DASHI
    answer = await office.presses(office.zhao, "绑定为值班群", offered)
    assert "已经是大石街道值班群" in answer
    assert office.read(lambda uow: uow.groups.at(room.address)) == group


async def test_a_group_that_removes_the_bot_is_no_longer_sent_to(office: WholeOffice) -> None:
    """The district is told; the alert goes where somebody is; let back, it works again."""
    await office.changes(office.li, office.room_dashi, reachable=False)
    office.sees(office.room_district, "大石街道值班群 收不到护信的通知了")
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    office.sees(office.room_district, "A-0001")
    office.sees(office.deng, "A-0001")
    office.sees_nothing(office.room_dashi)
    await office.changes(office.li, office.room_dashi, reachable=True)
    office.sees_nothing(office.room_dashi)  # it is bound already: nothing to ask
    await office.says(office.he, "石碁镇，不，大石街道河边有人要跳楼", where=None)
    office.reads_all()
    assert [one for one in office.messages(office.room_dashi) if "A-000" in one.text]


async def test_who_blocks_the_bot_is_told_another_way_once(office: WholeOffice) -> None:
    """The other chat of the same person; nobody else hears of it."""
    elsewhere = office.also_at(office.li, "pigeon")
    await office.changes(office.li, office.li.private, reachable=False)
    office.sees(elsewhere, "收不到护信的通知了")
    await office.changes(office.li, office.li.private, reachable=False)
    office.sees_nothing(elsewhere, office.room_district)
    ways = office.read(lambda uow: uow.groups.addresses_of(office.li.known.id))
    assert ways == (elsewhere.address,)
    await office.changes(office.li, office.li.private, reachable=True)
    ways = office.read(lambda uow: uow.groups.addresses_of(office.li.known.id))
    assert set(ways) == {elsewhere.address, office.li.private.address}


async def test_a_group_with_a_new_id_keeps_its_alerts(office: WholeOffice) -> None:
    """Live alerts are shown there once more, and the next alert comes there."""
    await office.says(office.chen, RED)
    office.sees(office.chen, "编号")
    old = office.room_dashi
    office.sees(old, "A-0001")
    moved = office.room_dashi = Chat(old.channel, "room-moved", old.kind)
    for _ in range(2):  # both messages about it say the same
        await office.changes(office.li, old, moved_to=moved.chat)
    office.secrets.add(moved.chat)
    card = office.sees(moved, "A-0001")
    assert "由您接收" in await office.presses(office.li, "接收", card)
    assert "已接收" in card.text
    office.sees(office.chen, "已接收")
    await office.says(office.he, FIRE)
    office.sees(moved, "A-0002")
    office.reads_all()


async def test_the_new_chat_numbers_its_messages_anew(office: WholeOffice) -> None:
    """An edit never strikes another alert's message that has the old number by chance."""
    wire = office.channels["wire"]
    await office.says(office.chen, RED)
    office.reads_all()
    old = office.room_dashi
    first = office.messages(old)[-1]
    moved = office.room_dashi = Chat(old.channel, "room-moved", old.kind)
    wire.fails(AddressMoved(moved.chat), chat=old.chat, times=99)
    wire.numbers_from(int(first.message_id) - 1)
    office.secrets.add(moved.chat)
    await office.says(office.he, FIRE)
    office.reads_all()
    second, again = office.messages(moved)
    assert "A-0002" in second.text
    assert "A-0001" in again.text
    await office.presses(office.li, "接收", again)
    assert "已接收" in again.text
    assert "已接收" not in second.text
    office.reads_all()


async def test_an_album_is_one_report(office: WholeOffice) -> None:
    """Words under the first, the others belong to it: one receipt, one alert, all photos."""
    photos = [Attachment("photo", f"F{number}") for number in range(3)]
    await office.says(office.chen, RED, attachments=(photos[0],), album="55")
    office.sees(office.chen, "编号 R-0001")
    card = office.sees(office.room_dashi, "A-0001", "（附件 1 个）")
    for photo in photos[1:]:
        await office.says(office.chen, "", attachments=(photo,), album="55")
    assert card.text.count("（附件 1 个）") == 3
    versions = office.read(lambda uow: uow.reports.standing(1))
    assert [one.attachments[0].file_id for one in versions] == ["F0", "F1", "F2"]


async def test_another_album_is_another_report(office: WholeOffice) -> None:
    """Nor does somebody else's photo of the same number belong to it."""
    await office.says(office.chen, "路灯坏了", attachments=(Attachment("photo", "F1"),), album="55")
    office.sees(office.chen, "编号 R-0001")
    await office.says(office.chen, "井盖坏了", attachments=(Attachment("photo", "F2"),), album="56")
    office.sees(office.chen, "编号 R-0002")
    await office.says(office.he, "树倒了", attachments=(Attachment("photo", "F3"),), album="55")
    office.sees(office.he, "编号 R-0003")


async def test_details_come_in_private_to_who_may_see_them(office: WholeOffice) -> None:
    """Every word, with a line in the access log; not to others, and not in the group."""
    long = RED + "，" + "围观的人很多，" * 900 + "最后一句"
    await office.says(office.chen, long)
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001")
    assert "最后一句" not in card.text
    data = "a:1:detail"
    assert await office.presses(office.li, "", card, data=data) == "已私信您。"
    first = office.sees(office.li, "A-0001")
    whole = first.text + "".join(one.text for one in office.messages(office.li) if one is not first)
    assert long in whole
    office.reads_all()
    for somebody in (office.chen, office.zhao):
        assert await office.presses(somebody, "", card, data=data) == (
            "没有这个编号，或不在您的范围。"
        )
    assert "请先登记" in await office.presses(office.outsider, "", card, data=data)
    office.sees_nothing(office.chen, office.zhao, office.outsider)
    looks = office.read(lambda uow: uow.audit.looks())
    assert looks == ((office.li.known.id, "details", "A-0001"),)


async def test_details_bring_the_files_that_the_channel_has(office: WholeOffice) -> None:
    """Photo, voice, document, each once and in private; what lies elsewhere the desk shows."""
    files = tuple(Attachment(kind, f"F-{kind}", away=True) for kind in ("photo", "voice"))
    elsewhere = Attachment("photo", "kept-here.png")
    await office.says(office.chen, RED, attachments=(*files, elsewhere))
    card = office.sees(office.room_dashi, "附件 3 个")
    await office.presses(office.li, "", card, data="a:1:detail")
    shown = [one.message.file for one in office.messages(office.li) if one.message.file]
    assert [(one.kind, one.file_id) for one in shown] == [
        ("photo", "F-photo"),
        ("voice", "F-voice"),
    ]
    assert not [one for one in office.messages(office.room_dashi) if one.message.file]
    office.reads_all()


async def test_whoever_in_the_group_replies_to_a_card_leaves_a_note(office: WholeOffice) -> None:
    """An officer, a reporter, a colleague who is not enrolled: every word, and who said it."""
    long = "到了现场，" * 100
    await office.says(office.chen, RED)
    card = office.sees(office.room_dashi, "A-0001")
    for somebody in (office.li, office.he, office.outsider):
        await office.says(somebody, long, where=office.room_dashi, reply_to=card)
    await office.says(office.outsider, "吃了吗", where=office.room_dashi)
    notes = [
        (entry.kind, entry.person_id, entry.detail)
        for entry in office.read(lambda uow: uow.alerts.timeline(1))
        if entry.kind in {LogKind.NOTED, LogKind.MEMBER_NOTED}
    ]
    assert notes == [
        (LogKind.NOTED, office.li.known.id, long),
        (LogKind.MEMBER_NOTED, office.he.known.id, long),
        (LogKind.MEMBER_NOTED, None, f"路过的人（群成员，未登记）：{long}"),
    ]
    assert office.alert().state is AlertState.OPEN
    assert not office.read(lambda uow: uow.reports.get(2))
    office.reads_all()


async def test_a_pin_is_shown_once_where_the_alert_is(office: WholeOffice) -> None:
    """In the group, as a place on the map; when it climbs, in the next one as well."""
    await office.says(office.chen, RED, location=Location(22.99, 113.33, "大石桥"))
    office.sees(office.chen, "编号")
    office.sees(office.room_dashi, "待接收")
    pin = office.sees(office.room_dashi, "位置：22.99000, 113.33000 大石桥")
    assert pin.message.pin == Location(22.99, 113.33, "大石桥")
    await office.after(minutes=3)
    office.sees(office.room_district, "A-0001", "待接收")
    office.sees(office.room_district, "位置")
    office.sees(office.deng, "A-0001", "待接收")
    office.sees(office.deng, "位置")
    await office.after(minutes=20)
    assert len([one for one in office.messages(office.room_dashi) if "位置" in one.text]) == 1
    office.reads_all()


async def test_an_admin_may_bind_the_district(office: WholeOffice, room: Chat) -> None:
    """The administrator's group, as the last choice but one."""
    admin = office.enrols("管小姐", Role.ADMIN, None)
    await office.changes(admin, room, reachable=True)
    await office.presses(admin, "绑定为值班群", office.sees(room, "护信在这个群里了"))
    await office.presses(admin, "区值班群", office.sees(room, "绑定为哪里"))
    group = office.read(lambda uow: uow.groups.at(room.address))
    assert group is not None
    assert group.scope is Scope.DISTRICT


async def test_a_group_on_a_public_channel_reads_no_names(office: WholeOffice) -> None:
    """Reporter by post, names and numbers starred, also in what is added; in private all of it."""
    office.office = replace(office.office, masked_channels=frozenset({"wire"}))
    office.restarts()
    office.on_duty(office.li, Post.TOWN_DUTY)
    said = await office.says(office.chen, "大石街道3栋有人要跳楼，名叫陈志强，电话13812345678")
    office.sees(office.chen, "编号")
    card = office.sees(office.room_dashi, "A-0001", "大石街道网格员 上报", "要跳楼")
    assert "查看详情" in card.labels
    private = office.sees(office.li, "A-0001", "陈小燕", "13812345678")
    assert "查看详情" not in private.labels
    await office.says(office.chen, "他老婆电话13912345678", reply_to=said)
    office.sees(office.room_dashi, "有补充")
    office.reads_all()
    for one in office.messages(office.room_dashi):
        for secret in ("陈小燕", "小燕", "志强", "13812345678", "13912345678"):
            assert secret not in one.text
