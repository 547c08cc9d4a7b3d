"""A page whose server, connection or seat goes away: nothing typed is lost, nothing doubles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.async_api import expect

from tests.stories_browser.conftest import Running, Visitors


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


async def test_a_seat_that_was_ended_shows_the_way_in(
    run: Callable[..., Running], visitors: Visitors, tmp_path: Path
) -> None:
    """Outside the demo: a code opens the seat, its end closes the open page, words are kept."""
    office = run("[web]\ndemo = false\n")
    code = office.huxin("invite", "--role", "grid_worker", "--town", "大石街道", "--json")[0][
        "code"
    ]
    page = await visitors.open(office.address, width=420)
    await page.get_by_label("邀请码").fill(code)
    await page.get_by_label("您的姓名").fill("小黄")
    await page.get_by_role("button", name="进入").click()
    await expect(page.locator(".who-here")).to_have_text("大石街道网格员 小黄")
    await expect(page.locator("#connection")).to_have_text("已连接")
    await page.locator("textarea").fill("还没写完")
    other = await page.context.new_page()
    await other.goto(f"{office.address}/chat")
    await other.get_by_role("button", name="退出").click()
    await expect(page.get_by_role("heading", name="用邀请码进入")).to_be_visible(timeout=15_000)
    drafts = await page.evaluate("Object.values(localStorage)")
    assert "还没写完" in drafts
