"""The guided report: four questions, each skippable, any cancellable, nothing lost."""

from __future__ import annotations

import pytest

from domain.channel import Attachment
from storage.tables import alerts, dialogues, reports
from tests.fakes import Shown
from tests.office import WholeOffice


async def begun(office: WholeOffice) -> Shown:
    """Let Chen begin; return the first question."""
    await office.says(office.chen, "上报")
    question = office.sees(office.chen, "（1/4）谁有危险")
    assert question.labels == ["跳过", "取消"]
    return question


def words(office: WholeOffice, report: int = 1) -> str:
    """Return a report's standing words."""
    return "\n".join(one.text for one in office.read(lambda uow: uow.reports.standing(report)))


async def test_all_four_answers(office: WholeOffice) -> None:
    """谁、在哪、什么情况、现在危险吗: filed with each answer under its name."""
    await begun(office)
    await office.says(office.chen, "3栋的陈伯")
    office.sees(office.chen, "（2/4）在哪")
    await office.says(office.chen, "石碁镇广场")
    office.sees(office.chen, "（3/4）什么情况")
    await office.says(office.chen, "说活着没意思")
    last = office.sees(office.chen, "（4/4）现在还危险吗")
    assert last.labels == ["正在发生", "刚刚发生", "已经平静", "不清楚", "跳过", "取消"]
    await office.presses(office.chen, "正在发生", last)
    assert "正在发生" in last.text
    assert last.labels == []
    office.sees(office.chen, "编号 R-0001", "石碁镇")
    office.sees(office.room_shiqi, "🟡黄", "谁：3栋的陈伯", "在哪：石碁镇广场", "现在：正在发生")
    assert words(office) == "谁：3栋的陈伯\n在哪：石碁镇广场\n情况：说活着没意思\n现在：正在发生"
    assert office.count(dialogues) == 0


async def test_every_step_skipped_is_no_report(office: WholeOffice) -> None:
    """Nothing filled in, nothing filed, and said so."""
    question = await begun(office)
    for step in ("（2/4）", "（3/4）", "（4/4）"):
        await office.presses(office.chen, "跳过", question)
        question = office.sees(office.chen, step)
    await office.presses(office.chen, "跳过", question)
    office.sees(office.chen, "没有填内容，没有上报")
    assert office.count(reports) == 0


async def test_some_steps_skipped(office: WholeOffice) -> None:
    """What was answered is filed."""
    question = await begun(office)
    await office.presses(office.chen, "跳过", question)
    question = office.sees(office.chen, "在哪")
    await office.presses(office.chen, "跳过", question)
    office.sees(office.chen, "什么情况")
    await office.says(office.chen, "阿伯不想活了")
    question = office.sees(office.chen, "现在还危险吗")
    await office.presses(office.chen, "跳过", question)
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.room_dashi, "🟠橙", "情况：阿伯不想活了")


@pytest.mark.parametrize("how", ["button", "word"])
async def test_cancelled_at_any_step(office: WholeOffice, how: str) -> None:
    """取消 as a button or a word: nothing is filed, the old buttons are stale."""
    first = await begun(office)
    skip = first.data_of("跳过")
    await office.says(office.chen, "陈伯")
    second = office.sees(office.chen, "在哪")
    if how == "button":
        await office.presses(office.chen, "取消", second)
        assert "已取消" in second.text
    else:
        await office.says(office.chen, "取消")
        office.sees(office.chen, "已取消")
    assert "已经过了时间" in await office.presses(office.chen, "", first, data=skip)
    await office.after(hours=1)
    assert office.count(reports) == 0


async def test_a_button_of_an_earlier_step_does_nothing(office: WholeOffice) -> None:
    """Pressing 跳过 of the first question while the second waits skips nothing."""
    first = await begun(office)
    skip = first.data_of("跳过")
    await office.says(office.chen, "陈伯")
    second = office.sees(office.chen, "在哪")
    assert "已经过了时间" in await office.presses(office.chen, "", first, data=skip)
    for forged in ("f:1:say:9", "f:x:skip", "f:", "f:1:say:-1", "f:1:say:²"):
        assert await office.presses(office.chen, "", second, data=forged) is not None
    await office.says(office.chen, "取消")
    office.reads_all()


async def test_red_words_in_the_middle_file_at_once(office: WholeOffice) -> None:
    """Nobody waits for the fourth answer when the third says 要跳楼."""
    await begun(office)
    await office.says(office.chen, "陈伯要跳楼")
    office.sees(office.chen, "编号 R-0001", "110／120")
    office.sees(office.room_dashi, "🔴红")
    assert office.count(dialogues) == 0


async def test_an_unfinished_form_is_filed_when_its_time_is_over(office: WholeOffice) -> None:
    """Half an hour after the last answer what was written is filed by itself."""
    await begun(office)
    await office.says(office.chen, "陈伯不想活了")
    office.sees(office.chen, "在哪")
    await office.after(minutes=29)
    assert office.count(reports) == 0
    await office.after(minutes=1)
    office.sees(office.chen, "刚才没填完，已按您写的先上报", "编号 R-0001")
    office.sees(office.room_dashi, "谁：陈伯不想活了")
    assert office.count(alerts) == 1


async def test_an_empty_form_is_forgotten(office: WholeOffice) -> None:
    """Begun and left: no report, no message."""
    await begun(office)
    await office.after(hours=1)
    assert office.count(reports) == 0


async def test_photos_in_a_form_are_kept(office: WholeOffice) -> None:
    """A photo is an answer too; a form with nothing but a photo is filed as well."""
    await begun(office)
    await office.says(office.chen, "", attachments=(Attachment("photo", "file-3"),))
    office.sees(office.chen, "在哪")
    await office.after(minutes=30)
    office.sees(office.chen, "编号 R-0001")
    version = office.read(lambda uow: uow.reports.versions(1))[0]
    assert [item.file_id for item in version.attachments] == ["file-3"]


@pytest.mark.parametrize("next_words", ["上报", "补充", "/report 8栋路灯坏了"])
async def test_another_beginning_files_what_was_written(
    office: WholeOffice, next_words: str
) -> None:
    """Beginning anew, or turning to another report, loses no answer."""
    await office.says(office.chen, "路灯坏了")
    office.sees(office.chen, "R-0001")
    await begun(office)
    await office.says(office.chen, "陈伯不想活了")
    office.sees(office.chen, "在哪")
    await office.says(office.chen, next_words)
    await office.after(minutes=31)
    office.reads_all()
    assert "谁：陈伯不想活了" in {words(office, number) for number in (2, 3)}
    assert office.count(dialogues) <= 1
    assert office.count(alerts) == 1


async def test_words_right_after_the_command_are_filed_at_once(office: WholeOffice) -> None:
    """/report 有人要跳楼 asks nothing."""
    await office.says(office.chen, "/report 12楼有人要跳楼")
    office.sees(office.chen, "编号 R-0001")
    office.sees(office.room_dashi, "12楼有人要跳楼")


async def test_a_form_is_for_a_private_chat(office: WholeOffice) -> None:
    """上报 in a duty group: who has danger is not asked in front of everybody."""
    await office.says(office.li, "上报", where=office.room_dashi)
    office.sees(office.room_dashi, "请私信我办理")
    assert office.count(dialogues) == 0
