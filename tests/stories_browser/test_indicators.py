"""The indicators in a browser: from a percentage to the matters behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from playwright.async_api import Page, expect

from domain.petition import Step, StepKind
from storage.key_file import read_keyring
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.ledger_rows import with_matter
from tests.stories_browser.conftest import Running, Visitors

NAMELESS = {"- button", "- textbox", "- link", "- combobox", "- table"}
LATE = (
    Step(StepKind.REGISTERED, date(2026, 2, 2)),
    Step(StepKind.ACCEPTED, date(2026, 3, 2)),
)


def keep_matters(office: Running) -> None:
    """Put two matters into the ledger, one of them accepted too late."""
    keyring = read_keyring(office.folder / "seal.key")
    store = Store(f"sqlite:///{office.folder / 'huxin.db'}", keyring=keyring)

    def register(uow: UnitOfWork) -> None:
        with_matter(uow, number="2026-0042")
        with_matter(uow, number="2026-0043", steps=LATE, repeated=True)

    store.write(register)
    store.close()


async def test_a_click_on_a_figure_opens_the_matters_behind_it(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """Month and unit chosen, the figure, its list, what did not count; by keyboard as well."""
    office = run()
    keep_matters(office)
    page = await visitors.open(f"{office.address}/desk?seat=leader")
    await page.get_by_role("link", name="信访指标").click()
    await page.get_by_label("月份").fill("2026-02")
    await page.get_by_label("月份").press("Enter")
    await expect(page.get_by_role("heading", name="2026年2月")).to_be_visible()
    await page.get_by_label("责任单位", exact=True).select_option("大石街道")
    await page.get_by_role("button", name="查看").press("Enter")
    figure = page.locator(".figure", has_text="及时受理率")
    await expect(figure).to_contain_text("50.00% 1/2")
    await expect(figure).to_contain_text("未达 98%，差 1 件")
    await figure.get_by_role("link").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("及时受理率 50.00%")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("2026-03-02受理，逾期 6 天")
    await page.get_by_role("link", name="只看没有计入的").click()
    await expect(rows).to_have_count(1)
    await page.get_by_role("link", name="返回指标").click()
    await expect(page.get_by_label("月份")).to_have_value("2026-02")


async def test_on_a_phone_nothing_scrolls_sideways_and_everything_has_a_name(
    run: Callable[..., Running], visitors: Visitors
) -> None:
    """At 320 pixels a line is a card; what one presses is 44 pixels high and says what it is."""
    office = run()
    keep_matters(office)
    for path in ("indicators?month=2026-02", "indicators/list?month=2026-02&figure=accepted"):
        address = f"{office.address}/desk/{path}&seat=officer"
        page = await visitors.open(address, width=320, height=640)
        await expect(page.locator("tbody tr").first).to_be_visible()
        assert await wider_than_the_page(page) == []
        for pressed in await page.locator("main a:visible, main button, main select").all():
            box = await pressed.bounding_box()
            assert box is not None
            assert box["height"] >= 44
        tree = await page.locator("body").aria_snapshot()
        lines = {line.strip().rstrip(":") for line in tree.splitlines()}
        assert not lines & NAMELESS
        assert "- main" in lines
    chat = await visitors.open(f"{office.address}/chat?seat=leader", width=320, height=640)
    await expect(chat.get_by_role("link", name="信访指标")).to_be_visible()
    assert await wider_than_the_page(chat) == []


async def wider_than_the_page(page: Page) -> list[str]:
    """Return what reaches out of the page at its right edge; heads of tables are clipped away."""
    found: list[str] = await page.evaluate(
        "() => [...document.querySelectorAll('body *')].filter((node) => {"
        " const box = node.getBoundingClientRect();"
        " return box.width && box.right > innerWidth + 1 && !node.closest('thead');"
        "}).map((node) => node.className || node.tagName)"
    )
    return found
