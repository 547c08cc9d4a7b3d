"""The tests' own servers: each is real, empty at first and on loopback."""

from __future__ import annotations

import psycopg
from playwright.async_api import Browser
from redis import Redis

from tests.servers import drop_postgres_database, new_postgres_database


def test_each_test_has_a_postgres_database_of_its_own(
    postgres_url: str, postgres_database: str
) -> None:
    """What one database holds, a copy holds too and the cluster's first one does not."""
    with psycopg.connect(postgres_database.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE town (name text)")
    template = postgres_database.rpartition("/")[2]
    copy = new_postgres_database(postgres_url, template)
    asked = "SELECT to_regclass('town')::text"
    for url, table in ((copy, "town"), (postgres_url, None)):
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            assert connection.execute(asked).fetchone() == (table,)
    drop_postgres_database(copy)


def test_redis_holds_nothing_at_first(redis_url: str) -> None:
    """A key of an earlier test is gone."""
    with Redis.from_url(redis_url) as redis:
        assert redis.dbsize() == 0
        redis.set("wake", 1)


async def test_chromium_shows_chinese(chromium: Browser) -> None:
    """The browser opens a page and reads its words."""
    page = await chromium.new_page()
    await page.set_content("<p>护信</p>")
    assert await page.inner_text("p") == "护信"
