"""People whom the office does not know: told how to enrol, helped in danger, shown nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from domain.channel import ChatKind
from domain.duty import Role, Scope
from storage.tables import alerts, invites, reports
from storage.unit_of_work import UnitOfWork
from tests.office import WholeOffice
from tests.office_people import DASHI, SHIQI, Chat

RED = "我邻居要跳楼，在12楼"


async def test_a_stranger_is_told_how_to_enrol(office: WholeOffice) -> None:
    """Harmless words are no report; what nobody asked for is not answered in a group."""
    await office.says(office.outsider, "路灯坏了")
    office.sees(office.outsider, "您还没有登记", "绑定 邀请码", "110／120")
    await office.says(office.outsider, "大家好", where=Chat("wire", "any-group", ChatKind.GROUP))
    assert office.count(reports) == 0


async def test_a_strangers_danger_reaches_the_district_as_unverified(office: WholeOffice) -> None:
    """Kept and shown to the district desk alone; the stranger hears nothing of what is done."""
    await office.says(office.outsider, RED)
    office.sees(office.outsider, "110／120", "已转给区值班室（未登记，待核实）")
    card = office.sees(office.room_district, "上报人未登记，身份未核实", "要跳楼")
    office.sees_nothing(office.room_dashi)
    await office.says(office.outsider, "我叫刘大海，电话13800138000")
    office.sees(office.outsider, "收到，已转给区值班室")
    office.sees(office.room_district, "A-0001 有补充（未登记的人）", "13800138000")
    assert "不由您处理" in await office.presses(office.li, "接收", card)
    await office.presses(office.zhou, "接收", card)
    await office.presses(office.zhou, "办结", card)
    question = office.sees(office.room_district, "结果如何")
    await office.presses(office.zhou, "平安", question)
    office.sees_nothing(office.outsider)
    await office.after(minutes=31)
    for words in ("状态 A-0001", "状态 R-0001", "我的", "值班", "帮助"):
        await office.says(office.outsider, words)
        office.sees(office.outsider, "您还没有登记")


async def test_a_newcomer_tries_it_once(office: WholeOffice) -> None:
    """The greeting says how; the word is answered, and is no report."""
    code = office.invites(role=Role.GRID_WORKER, town=DASHI)
    await office.says(office.outsider, f"/start {code}")
    office.sees(office.outsider, "登记好了", "大石街道", "网格员", "发「测试」两个字")
    for words in ("测试", "测试一下。"):
        await office.says(office.outsider, words)
        office.sees(office.outsider, "测试收到", "110／120")
    assert office.count(reports) == 0


async def test_a_strangers_message_is_edited(office: WholeOffice) -> None:
    """An edit of what they said reaches the desk as a supplement."""
    said = await office.says(office.outsider, "有人说不想活了")
    office.sees(office.outsider, "已转给区值班室")
    office.sees(office.room_district, "🟠橙")
    await office.says(office.outsider, RED, edit_of=said)
    office.sees(office.outsider, "收到，已转给区值班室")
    office.sees(office.room_district, "🔴红", "等级升高")
    assert office.count(alerts) == 1


async def test_strangers_talk_in_a_duty_group_is_no_report(office: WholeOffice) -> None:
    """An officer who is not enrolled yet talks about the case: no second alert."""
    await office.says(office.outsider, RED, where=office.room_dashi)
    await office.says(office.li, RED, where=office.room_dashi)
    assert office.count(alerts) == 0
    office.sees_nothing(office.room_dashi, office.room_district)


async def test_a_danger_in_an_unbound_group_is_heard(office: WholeOffice) -> None:
    """A grid worker writes of a danger in some group where the bot is: it counts; talk does not."""
    some = Chat("wire", "owners-group", ChatKind.GROUP)
    await office.says(office.chen, "今天天气好", where=some)
    assert not office.messages(some)
    await office.says(office.chen, RED, where=some)
    office.sees(some, "编号 R-0001")
    office.sees(office.room_dashi, "A-0001")


async def test_enrolling_by_a_code(office: WholeOffice) -> None:
    """The code gives role and town, works once, and the person can report at once."""
    code = office.invites(role=Role.GRID_WORKER, town=SHIQI, name="林阿妹")
    lin = office.stranger("别名")
    await office.says(lin, f"/start {code}")
    office.sees(lin, "林阿妹，登记好了：石碁镇 网格员", "直接写")
    await office.says(lin, "有人要跳楼")
    office.sees(lin, "编号 R-0001")
    office.sees(office.room_shiqi, "林阿妹")
    await office.says(office.outsider, f"绑定 {code}")
    office.sees(office.outsider, "已经用过了")


async def test_a_code_is_read_as_people_write_it(office: WholeOffice) -> None:
    """Small letters, no dashes, spaces, full width, O for 0 and l for 1."""
    changes: tuple[Callable[[str], str], ...] = (
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: code.replace("0", "O").replace("1", "l"),
        lambda code: "".join(chr(ord(c) + 0xFEE0) if c != "-" else "－" for c in code),
    )
    for number, change in enumerate(changes):
        code = office.invites(role=Role.SOCIAL_WORKER, town=DASHI)
        somebody = office.stranger(f"新同事{number}")
        await office.says(somebody, f"绑定{' ' if number % 2 else '：'}{change(code)}")
        office.sees(somebody, f"新同事{number}，登记好了")


async def test_codes_that_do_not_work(office: WholeOffice) -> None:
    """Unknown, expired, for a group in private, for a person in a group: each says what to do."""
    expired = office.invites(role=Role.GRID_WORKER, town=DASHI, lasts=timedelta(minutes=1))
    for_group = office.invites(scope=Scope.TOWN, town=SHIQI)
    for_person = office.invites(role=Role.GRID_WORKER, town=DASHI)
    await office.after(minutes=2)
    for words, answer in (
        ("绑定 ABCD-EFG-HJK", "没有这个邀请码"),
        (f"绑定 {expired}", "已过期"),
        (f"绑定 {for_group}", "请在群里发"),
        ("绑定", "请发：绑定 邀请码"),
        ("/start", "请发：绑定 邀请码"),
    ):
        await office.says(office.outsider, words)
        office.sees(office.outsider, answer)
    await office.says(office.li, f"/bind@huxin_bot {for_person}", where=office.room_dashi)
    office.sees(office.room_dashi, "请私信我发")
    assert office.count(invites, invites.c.used_at.is_not(None)) == 0


async def test_guessing_codes_is_slowed_and_the_desk_is_told(office: WholeOffice) -> None:
    """After five wrong codes even a right one waits an hour; the desk is told once."""
    right = office.invites(role=Role.DISTRICT_OFFICER)
    for number in range(5):
        await office.says(office.outsider, f"绑定 ABCD-EFG-HJ{number}")
        office.sees(office.outsider, "没有这个邀请码")
    office.sees(office.room_district, "有人连续发错邀请码")
    for _ in range(3):
        await office.says(office.outsider, f"绑定 {right}")
        office.sees(office.outsider, "试错的次数太多")
    office.sees_nothing(office.room_district)
    await office.after(hours=1)
    await office.says(office.outsider, f"绑定 {right}")
    office.sees(office.outsider, "登记好了：全区 区值班员")


async def test_two_people_use_one_code_at_once(office: WholeOffice) -> None:
    """One is enrolled, the other is told that it was used; on both engines."""
    code = office.invites(role=Role.GRID_WORKER, town=DASHI)
    two = [office.stranger("甲某人"), office.stranger("乙某人")]
    for somebody in two:
        office.receives(somebody, f"绑定 {code}")
    await office.settle()
    texts = sorted("登记好了" in office.sees(somebody, "").text for somebody in two)
    assert texts == [False, True]

    def known(uow: UnitOfWork) -> list[bool]:
        return [uow.people.known_as("wire", somebody.sender) is not None for somebody in two]

    assert sorted(office.read(known)) == [False, True]


async def test_binding_a_group(office: WholeOffice) -> None:
    """A code for a town makes a chat its duty group; a second code moves it."""
    room = Chat("wire", "fresh-room", ChatKind.GROUP)
    code = office.invites(scope=Scope.TOWN, town="洛浦街道")
    await office.says(office.li, f"/bind {code}", where=room)
    office.sees(room, "本群已绑定为洛浦街道值班群")
    await office.says(office.chen, "洛浦街道有人要跳楼")
    office.sees(office.chen, "编号")
    office.sees(room, "洛浦街道")
    await office.after(minutes=1)
    await office.says(office.outsider, f"绑定 {code}", where=room)
    office.sees(room, "已经用过了")
    district = office.invites(scope=Scope.DISTRICT)
    await office.says(office.zhou, f"绑定 {district}", where=room)
    office.sees(room, "绑定为区值班室值班群")
    assert room.chat in [
        group.chat for group in office.read(lambda uow: uow.groups.of(Scope.DISTRICT))
    ]


async def test_help_duty_and_greetings(office: WholeOffice) -> None:
    """The small questions are answered shortly, and none becomes a report."""
    for words, answer in (
        ("帮助", "直接写：谁、在哪、什么情况"),
        ("/help", "我的 — "),
        ("值班", "带班领导：邓永康"),
        ("你好", "在的"),
        ("谢谢！", "在的"),
        ("取消", "现在没有要取消的"),
        ("撤回", "请回复那条上报"),
        ("补充", "请回复那条上报"),
        ("/start", "直接写"),
    ):
        await office.says(office.chen, words)
        office.sees(office.chen, answer)
    assert office.count(reports) == 0
    await office.says(office.li, "我的", where=office.room_dashi)
    office.sees(office.room_dashi, "请私信我办理")
