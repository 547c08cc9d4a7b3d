"""What the pages are to everybody's eyes, fingers and ears: text, photos, keyboard, phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.async_api import expect

from tests.stories_browser.conftest import Running, Visitors

LOADED = "image => image.decode().then(() => image.naturalWidth > 0)"
NAMELESS = {"- button", "- textbox", "- link", "- tab", "- radio", "- region", "- log", "- img"}


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
    """Chosen, seen, sent, kept: it gets an answer, and stands on the board with its alert."""
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
    assert await shown.evaluate(LOADED)
    await page.locator("input[type=file]").set_input_files(photo)
    await page.locator("textarea").fill("有人坐在楼顶要跳下来")
    await page.locator(".send").click()
    desk = await visitors.open(f"{office.address}/desk?seat=desk")
    await desk.locator(".line-toggle").first.click()
    on_board = desk.locator(".files img").last
    await expect(on_board).to_be_visible()
    assert await on_board.evaluate(LOADED)


async def test_a_place_is_sent_with_the_words(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """The browser's position stands under the message; where it is refused the page says so."""
    office = run()
    page = await visitors.open(f"{office.address}/chat?seat=reporter", width=420)
    pin = page.get_by_role("button", name="附上现在的位置")
    await pin.click()
    await expect(page.locator(".warning")).to_contain_text("请把地点写出来")
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation({"latitude": 23.01, "longitude": 113.31})
    await pin.click()
    await expect(page.locator(".tray")).to_contain_text("23.01000, 113.31000")
    await page.locator("textarea").fill("有人坐在楼顶要跳下来")
    await page.locator("textarea").press("Enter")
    await expect(page.locator(".mine .pin")).to_contain_text("23.01000, 113.31000")
    await expect(page.locator(".desk").first).to_contain_text("R-0001")


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
