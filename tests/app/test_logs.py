"""The log holds what happened and nothing that somebody wrote or is called."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from app import logs


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """Put back what the other tests log with."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    structlog.configure(**before)
    root.handlers = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the lines of a JSON log."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_keys_and_values() -> None:
    """A person reads the time, the level, the event and what it is about."""
    stream = io.StringIO()
    logs.set_up(to=stream)
    structlog.get_logger().info("alert_raised", alert=132, grade="red", town="大石街道")
    line = stream.getvalue()
    assert "level=info event=alert_raised alert=132 grade=red town=大石街道" in line
    assert line.startswith("timestamp=")
    assert line.count("\n") == 1


def test_a_key_that_is_not_on_the_list_is_dropped_and_named() -> None:
    """The office's machine goes on, without the value."""
    stream = io.StringIO()
    logs.set_up(as_json=True, to=stream)
    structlog.get_logger().info("report_filed", report=457, text="他说要跳楼")
    assert "跳楼" not in stream.getvalue()
    (line,) = lines(stream)
    assert (line["report"], line["dropped"]) == (457, "text")


def test_a_key_that_is_not_on_the_list_fails_a_test() -> None:
    """Whoever adds such a line hears of it before it goes in."""
    logs.set_up(strict=True, to=io.StringIO())
    with pytest.raises(logs.UnknownKey, match="phone"):
        structlog.get_logger().info("report_filed", phone="13800138000")
    with pytest.raises(logs.UnknownKey, match="dict"):
        structlog.get_logger().info("report_filed", reason={"text": "他说要跳楼"})


@pytest.mark.parametrize(
    "secret",
    [
        "13800138000",
        "44011319800101123X",
        "-1001234567890",
        "123456789:AAbbccddeeffgghhiijjkkllmmnnooppqqr",
        "http://huxin:very-secret@127.0.0.1:7890/",
    ],
)
def test_what_looks_like_a_phone_an_id_or_a_token_is_masked(secret: str) -> None:
    """Even an allowed key does not carry it, nor does a library's warning."""
    stream = io.StringIO()
    logs.set_up(as_json=True, to=stream)
    structlog.get_logger().warning("notice_refused", reason=f"chat {secret} not found")
    logging.getLogger("httpx").warning("POST %s failed", secret)
    logging.getLogger("httpx").info("POST %s", secret)
    first, second = lines(stream)
    assert first["reason"].startswith("chat ")
    assert second["logger"] == "httpx"
    hidden = secret.partition("@")[0].removeprefix("http://").strip("-")
    assert hidden not in stream.getvalue()


def test_an_error_leaves_its_kind_and_place_but_not_its_words() -> None:
    """The message of an exception may quote a report, so it stays out."""
    stream = io.StringIO()
    logs.set_up(as_json=True, to=stream)
    try:
        try:
            int("他说要跳楼")
        except ValueError as error:
            raise RuntimeError("他说要跳楼") from error
    except RuntimeError:
        structlog.get_logger().exception("inbox_stuck", inbox=7)
        logging.getLogger("asyncio").exception("Task failed")
    assert "跳楼" not in stream.getvalue()
    for line in lines(stream):
        assert line["error"] == "RuntimeError < ValueError"
        assert line["places"].startswith("app/test_logs.py:")


def test_a_long_value_is_cut() -> None:
    """No text slips in at length under an allowed key."""
    stream = io.StringIO()
    logs.set_up(as_json=True, to=stream)
    structlog.get_logger().info("rule_refused", reason="长" * 1000)
    assert len(lines(stream)[0]["reason"]) == 160
