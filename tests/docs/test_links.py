"""Every link of the documents leads somewhere."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.docs.reading import ROOT, Page, page, pages

# Public documentation and issue threads; nothing else is linked.
KNOWN_HOSTS = {
    "core.telegram.org",
    "docs.python.org",
    "docs.sqlalchemy.org",
    "github.com",
    "html.spec.whatwg.org",
    "nginx.org",
    "pip.pypa.io",
    "prometheus.io",
    "semver.org",
    "www.postgresql.org",
    "www.sqlite.org",
}
# Addresses that stand for the office's own.
INVENTED_HOSTS = {"127.0.0.1", "localhost", "huxin.example.gov.cn"}
_ADDRESS = re.compile(r"\b(?:https?|wss?|ftp)://[^\s)>\"'`，。]+")

EVERY_PAGE = pytest.mark.parametrize("one", pages(), ids=lambda one: str(one.name))


@EVERY_PAGE
def test_every_file_that_a_page_links_is_there(one: Page) -> None:
    """A relative link leads to a file or folder, and its anchor to a heading."""
    assert [link for link in one.links if not leads_somewhere(one, link)] == []


def leads_somewhere(one: Page, link: str) -> bool:
    """Whether a link leads to another host, or to a file of ours and a heading in it."""
    if urlsplit(link).scheme:
        return True
    target, _, anchor = link.partition("#")
    path = (one.path.parent / target).resolve() if target else one.path
    if not path.exists() or not path.is_relative_to(ROOT):
        return False
    return not anchor or anchor in page(str(path.relative_to(ROOT))).anchors


@EVERY_PAGE
def test_only_known_hosts_are_named(one: Page) -> None:
    """No page sends a reader, or a program, to a host that nobody looked at."""
    hosts = {urlsplit(address).hostname for address in _ADDRESS.findall(one.text)}
    assert hosts <= KNOWN_HOSTS | INVENTED_HOSTS


@pytest.mark.parametrize("host", sorted(KNOWN_HOSTS))
def test_every_known_host_is_still_linked(host: str) -> None:
    """The list names no host that no page needs."""
    assert any(host in one.text for one in pages())


def test_every_document_can_be_reached() -> None:
    """From the README, link by link."""
    reached: set[str] = set()
    waiting = ["README.md"]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        one = page(name)
        for link in one.links:
            path = (one.path.parent / link.partition("#")[0]).resolve()
            if path.suffix == ".md" and path.is_file():
                waiting.append(str(path.relative_to(ROOT)))
    assert {one.name for one in pages()} - reached == set()
