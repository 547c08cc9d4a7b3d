"""What a newcomer sees: from a grid worker's words to the outcome, in a real browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, expect

from tests.stories_browser.conftest import QUICK, ROOT, Running, Visitors

PICTURE = ROOT / "docs" / "picture.png"


async def press(page: Page, pane: str, label: str) -> None:
    """Press a button under the newest message that has it."""
    await page.locator(f"{pane} .key", has_text=label).last.click()


async def test_report_alert_taken_and_closed(
    run: Callable[..., Running], visitors: Visitors, tmp_path: Path
) -> None:
    """A sample becomes an alert in the group; 接收 shows everywhere; the outcome comes back."""
    office = run()
    page = await visitors.open(office.address)
    colleague = await visitors.open(f"{office.address}/chat?seat=officer2", width=420, height=860)

    await page.locator(".sample", has_text="天台").click()
    worker, group, board = (page.locator(f"#{name}") for name in ("worker", "officer", "board"))
    await expect(worker.locator(".desk").last).to_contain_text("R-0001")
    alert = group.locator(".message[data-level=red]")
    await expect(alert).to_contain_text("A-0001")
    await expect(alert.locator("mark").first).to_be_visible()
    await expect(alert).to_contain_text("疑似，待人工核实")
    line = board.locator("[data-alert='1']")
    await expect(line).to_contain_text("待接收")
    await expect(line).to_contain_text("无人接收")

    await press(page, "#officer", "接收")
    await expect(page.locator("#officer .toast")).to_contain_text("由您接收")
    for seen in (alert, colleague.locator(".message[data-level=red]")):
        await expect(seen).to_contain_text("李明")
        await expect(seen.locator(".edited")).to_be_visible()
        await expect(seen.locator(".key", has_text="接收")).to_have_count(0)
    await expect(worker).to_contain_text("大石街道值班员 李明")
    await expect(line.locator(".holder")).to_contain_text("李明")

    await page.locator(".sample", has_text="活着没意思").click()
    await expect(board.locator("[data-alert='2']")).to_contain_text("黄")
    await expect(page.locator(".toast")).to_have_count(0, timeout=10_000)
    await take_picture(page, tmp_path)

    taken = page.locator("#officer .message", has_text="A-0001")
    await taken.locator(".key", has_text="办结").first.click()
    await press(page, "#officer", "平安")
    await expect(worker.locator(".desk").last).to_contain_text("平安")
    await expect(board.locator(".alerts-closed [data-alert='1']")).to_contain_text("平安")


async def take_picture(page: Page, folder: Path) -> None:
    """Take the README's picture; HUXIN_PICTURE=1 puts it in its place."""
    place = PICTURE if os.environ.get("HUXIN_PICTURE") == "1" else folder / "picture.png"
    await page.mouse.move(0, 0)
    await page.screenshot(path=place, animations="disabled")


async def test_nobody_answers_and_it_climbs(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """Without a press the alert reaches the district's room, whose officer takes it."""
    office = run(QUICK)
    page = await visitors.open(office.address)
    await page.locator(".sample", has_text="天台").click()
    line = page.locator("#board [data-alert='1']")
    await expect(line).to_contain_text("无人接收")
    await expect(page.locator("#district-unread")).to_be_visible(timeout=15_000)
    await page.locator("input[name=desk][value=district]").check(force=True)
    climbed = page.locator("#district .message[data-level=red]").first
    await expect(climbed).to_contain_text("A-0001")
    await press(page, "#district", "接收")
    await expect(climbed).to_contain_text("周敏")
    await expect(page.locator("#officer .message[data-level=red]").first).to_contain_text("周敏")
    await page.locator("input[name=desk][value=board]").check(force=True)
    await expect(line.locator(".holder")).to_contain_text("周敏")
    await line.locator(".line-toggle").click()
    await expect(line.locator(".entries")).to_contain_text("提级")


async def test_two_officers_press_and_both_are_told_who_has_it(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """Both press at once: one has it, the other is told who."""
    office = run()
    page = await visitors.open(office.address)
    other = await visitors.open(f"{office.address}/chat?seat=officer2", width=420)
    await page.locator(".sample", has_text="天台").click()
    mine = page.locator("#officer .key", has_text="接收")
    theirs = other.locator(".key", has_text="接收")
    await expect(mine).to_be_visible()
    await expect(theirs).to_be_visible()
    await asyncio.gather(mine.dispatch_event("click"), theirs.dispatch_event("click"))
    toasts = [page.locator("#officer .toast"), other.locator(".toast")]
    for toast in toasts:
        await expect(toast).to_be_visible()
    first, second = sorted(
        [await toast.inner_text() for toast in toasts], key=lambda said: "由您接收" not in said
    )
    assert "由您接收" in first
    assert "由您接收" not in second
    assert "李明" in second or "阿玲" in second


async def test_a_correction_by_the_pen_raises_the_alert(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """The reporter's own words are changed in place, and the group has the higher level."""
    office = run()
    page = await visitors.open(office.address)
    await page.locator(".sample", has_text="死给你们看").click()
    await expect(page.locator("#officer .message[data-level=orange]")).to_be_visible()
    words = page.locator("#worker .mine").first
    await words.hover()
    await words.get_by_role("button", name="更正").click()
    composer = page.locator("#worker textarea")
    await expect(composer).to_have_value("刘某因为工资的事在村委会说，再不解决就死给你们看")
    await composer.fill("刘某因为工资的事坐在村委会楼顶，说再不解决就跳下来")
    await composer.press("Enter")
    await expect(words.locator(".edited")).to_contain_text("已更正")
    await expect(page.locator("#worker .mine")).to_have_count(1)
    await expect(page.locator("#officer .message[data-level=red]").first).to_contain_text("A-0001")
    await expect(page.locator("#board [data-alert='1'] .level")).to_have_text("红")
