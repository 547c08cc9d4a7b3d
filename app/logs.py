"""The log: one line an event, to standard error, with keys that are known to be harmless.

What people wrote, names, phones, chat ids and tokens never get in: only keys of the list
below pass, only short values, and a traceback without its messages, which may quote a
report. Refuses: what libraries chat about below a warning, for their lines hold addresses.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ALLOWED = frozenset({
    # the line itself
    "event", "level", "logger", "timestamp", "dropped",
    # which thing: row ids and numbers, never what stands in the row
    "alert", "draft", "group", "inbox", "invite", "notice", "person", "report", "shift",
    # which kind of thing
    "category", "channel", "grade", "kind", "outcome", "post", "role", "rule", "scope", "state",
    "step", "town",
    # how many, how long, until when
    "age", "bytes", "count", "due", "edit", "limit", "overdue", "seconds", "sent", "tries",
    "units", "until", "version",
    # the machine
    "error", "host", "method", "migration", "part", "pid", "places", "port",
    "reason", "route", "status", "why",
})  # fmt: skip
_LONGEST = 160
_EMBEDDED = re.compile(
    r"\d{6,}:[A-Za-z0-9_-]{20,}"  # a bot token
    r"|(?<![\d.])\d{7,}[\dXx]?"  # a phone, an identity number, a chat id
    r"|(?<=://)[^/@\s]+@"  # a password in an address
)


class UnknownKey(Exception):  # noqa: N818 - named for what it is; only tests raise it
    """Somebody logged a key that is not on the list, or a value that is not plain."""


def set_up(
    *, as_json: bool = False, strict: bool = False, level: str = "INFO", to: TextIO | None = None
) -> None:
    """Send the product's log and the libraries' warnings to standard error.

    ``strict``, for tests, raises `UnknownKey` where the office's machine would drop a key.
    Called twice, the second call counts.
    """
    stream = to if to is not None else sys.stderr
    render: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.processors.KeyValueRenderer(
            key_order=["timestamp", "level", "event"], drop_missing=True, repr_native_str=False
        )
    )
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages,
    ]
    structlog.configure(
        processors=[*shared, _Allowed(strict=strict), render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _Allowed(strict=False),
                render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for chatty in ("httpx", "httpcore", "urllib3", "telegram", "aiohttp.access", "jieba"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _Allowed:
    """Lets the keys of the list pass, with plain short values; says what it dropped."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        dropped = sorted(set(event) - ALLOWED)
        if dropped and self._strict:
            raise UnknownKey(f"{event.get('event')}: {', '.join(dropped)}")
        kept: EventDict = {key: self._plain(event[key]) for key in event if key in ALLOWED}
        if dropped:
            kept["dropped"] = ",".join(dropped)
        return kept

    def _plain(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, list | tuple | set | frozenset):
            return ",".join(str(self._plain(item)) for item in value)
        if not isinstance(value, str):
            if self._strict:
                raise UnknownKey(f"not a plain value: {type(value).__name__}")
            return type(value).__name__
        return _EMBEDDED.sub("…", value)[:_LONGEST]


def _without_messages(
    _: WrappedLogger, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace an exception by its types and the places it came through."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if error is True:
        error = sys.exc_info()[1]
    if not isinstance(error, BaseException):
        return event
    types: list[str] = []
    places: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        types.append(type(error).__name__)
        places.extend(_places(error.__traceback__))
        error = error.__cause__ or error.__context__
    event["error"] = " < ".join(types)
    event["places"] = tuple(places)
    return event


def _places(trace: TracebackType | None) -> list[str]:
    """Return file:line of the last frames of a traceback, the innermost first."""
    places: list[str] = []
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        places.append(f"{file.parent.name}/{file.name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[:-7:-1]
