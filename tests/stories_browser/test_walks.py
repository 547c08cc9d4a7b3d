"""What a newcomer sees: from a grid worker's words to the outcome, in a real browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Page, expect

from tests.stories_browser.conftest import QUICK, ROOT, Running, Visitors

PICTURE = ROOT / "docs" / "picture.png"
SIZE = {"width": 1440, "height": 900}


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


async def test_what_is_typed_without_a_connection_arrives_once(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """The server is killed: the words wait, visibly, and go when it is back; nothing doubles."""
    office = run()
    page = await visitors.open(f"{office.address}/chat?seat=reporter", width=420, height=860)
    composer = page.locator("textarea")
    await composer.fill("业主反映电梯坏了")
    await composer.press("Enter")
    await expect(page.locator(".desk")).to_contain_text("R-0001")
    office.kill()
    await expect(page.locator("#connection")).to_contain_text("正在重连")
    await composer.fill("大石村口有人坐在楼顶要跳下来")
    await composer.press("Enter")
    await expect(page.locator(".waiting .state")).to_have_text("未送达，正在重试")
    await composer.fill("还没写完的一句")
    office.start()
    await expect(page.locator("#connection")).to_have_text("已连接", timeout=20_000)
    await expect(page.locator(".desk").last).to_contain_text("R-0002", timeout=20_000)
    await expect(page.locator(".waiting")).to_have_count(0)
    await expect(page.locator(".mine")).to_have_count(2)
    await expect(page.locator(".desk")).to_have_count(2)
    await page.reload()
    await expect(page.locator(".mine")).to_have_count(2)
    await expect(page.locator(".desk")).to_have_count(2)
    assert await page.locator("textarea").input_value() == "还没写完的一句"


async def test_words_that_wait_survive_a_closed_page(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """The phone died with the words unsent: they go when the page is opened again."""
    office = run()
    page = await visitors.open(f"{office.address}/chat?seat=reporter", width=420)
    await expect(page.locator("#connection")).to_have_text("已连接")
    await page.route("**/api/chat/messages*", lambda route: route.abort())
    await page.locator("textarea").fill("老人说活够了")
    await page.locator("textarea").press("Enter")
    await expect(page.locator(".waiting .state")).to_have_text("未送达，正在重试")
    again = await page.context.new_page()
    await page.close()
    await again.goto(f"{office.address}/chat?seat=reporter")
    await expect(again.locator(".desk")).to_contain_text("R-0001")
    await expect(again.locator(".mine")).to_have_count(1)


async def test_markup_in_a_report_stays_text(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """In the chat, in the group and on the board nobody's words become elements."""
    office = run()
    page = await visitors.open(office.address)
    words = '<img src=x onerror="document.title=1"> **粗** 有人在楼顶要跳下来 &lt;'
    await page.locator("#worker textarea").fill(words)
    await page.locator("#worker textarea").press("Enter")
    await expect(page.locator("#worker .mine .words")).to_have_text(words)
    await expect(page.locator("#officer .message").first).to_contain_text("<img src=x")
    await expect(page.locator("#board .summary").first).to_contain_text("<img src=x")
    assert await page.locator("#worker .words img, #officer .words img, #board img").count() == 0
    assert await page.title() == "护信 · 演示"


async def test_a_photo_without_a_word_is_sent_and_shown(
    run: Callable[..., Running], visitors: Visitors, tmp_path: Path
) -> None:
    """Chosen, seen, sent, kept: and it gets an answer."""
    office = run()
    page = await visitors.open(f"{office.address}/chat?seat=reporter", width=420)
    photo = tmp_path / "photo.png"
    await page.locator(".brand img").screenshot(path=photo)
    await page.locator("input[type=file]").set_input_files(photo)
    await expect(page.locator(".tray img")).to_be_visible()
    await page.locator(".send").click()
    shown = page.locator(".mine .photos img")
    await expect(shown).to_be_visible()
    await expect(page.locator(".desk").first).to_be_visible()
    assert await shown.evaluate("image => image.complete && image.naturalWidth > 0")


async def test_everything_goes_by_keyboard(run: Callable[..., Running], visitors: Visitors) -> None:
    """A report, the first button of its alert and the board's story, without a mouse."""
    office = run()
    page = await visitors.open(office.address)
    await page.locator("#worker textarea").focus()
    await page.keyboard.type("有人在楼顶要跳下来")
    await page.keyboard.press("Enter")
    take = page.locator("#officer .key", has_text="接收")
    await expect(take).to_be_visible()
    await page.locator("#officer [role=log]").focus()
    await page.keyboard.press("Tab")
    await expect(take).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#officer .toast")).to_contain_text("由您接收")
    await expect(page.locator("#officer .key", has_text="办结")).to_be_focused()
    await page.locator("#board .line-toggle").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#board .entries")).to_contain_text("接收")


async def test_a_narrow_phone_shows_three_tabs_and_no_sideways_scrolling(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """At 320 pixels every pane fits, and what one presses is 44 pixels high."""
    office = run()
    page = await visitors.open(office.address, width=320, height=640)
    await page.locator(".sample", has_text="天台").click()
    for tab, pane in (("网格员", "worker"), ("镇街值班群", "officer"), ("区值班台", "desk")):
        await page.get_by_role("tab", name=tab).first.click()
        await expect(page.locator(f"#pane-{pane}")).to_be_visible()
        await expect(page.locator(".pane:visible")).to_have_count(1)
        wide = await page.evaluate(
            "() => [...document.querySelectorAll('body *')].filter((node) => {"
            " const box = node.getBoundingClientRect();"
            " return box.width && box.right > innerWidth + 1 && !node.closest('.tray, .sample');"
            "}).map((node) => node.className)"
        )
        assert wide == []
    await page.get_by_role("tab", name="镇街值班群").first.click()
    for button in await page.locator("#officer button:visible").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 44


async def test_every_control_has_a_name(run: Callable[..., Running], visitors: Visitors) -> None:
    """A screen reader can say what each button, field and landmark is."""
    office = run()
    page = await visitors.open(office.address)
    await page.locator(".sample", has_text="天台").click()
    await expect(page.locator("#officer .key").first).to_be_visible()
    tree = await page.locator("body").aria_snapshot()
    nameless = [line for line in tree.splitlines() if line.strip().rstrip(":") in NAMELESS]
    assert nameless == []
    assert "- main" in tree
    assert "- log" in tree


NAMELESS = {"- button", "- textbox", "- link", "- tab", "- radio", "- region", "- log", "- img"}
