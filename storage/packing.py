"""Domain values to JSON columns and back, so that no dict leaves `storage`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain.alert import Chain, LevelTimes, Recipient, Step
from domain.channel import Attachment, Button, Location, OutgoingMessage, Span, Style
from domain.danger import Assessment, Category, Evidence, Level, Muted

Json = dict[str, Any]


def pack_assessment(assessment: Assessment) -> Json:
    """Turn an assessment into JSON."""
    return {
        "level": assessment.level.value,
        "categories": [category.value for category in assessment.categories],
        "evidence": [
            {
                "rule": found.rule,
                "level": found.level.value,
                "category": found.category.value,
                "start": found.start,
                "end": found.end,
                "text": found.text,
                "reason": found.reason,
            }
            for found in assessment.evidence
        ],
        "muted": [
            {"rule": muted.rule, "start": muted.start, "end": muted.end, "context": muted.context}
            for muted in assessment.muted
        ],
    }


def unpack_assessment(packed: Json) -> Assessment:
    """Read an assessment back."""
    return Assessment(
        level=Level(packed["level"]),
        categories=tuple(Category(name) for name in packed["categories"]),
        evidence=tuple(
            Evidence(
                rule=found["rule"],
                level=Level(found["level"]),
                category=Category(found["category"]),
                start=found["start"],
                end=found["end"],
                text=found["text"],
                reason=found["reason"],
            )
            for found in packed["evidence"]
        ),
        muted=tuple(Muted(**muted) for muted in packed["muted"]),
    )


def pack_chain(chain: Chain) -> Json:
    """Turn a frozen chain into JSON; durations are seconds."""
    times = chain.times
    return {
        "steps": [
            {
                "after": step.after.total_seconds(),
                "to": [to.value for to in step.to],
                "working_hours": step.working_hours,
            }
            for step in times.steps
        ],
        "repeat_every": times.repeat_every.total_seconds(),
        "outcome_within": times.outcome_within.total_seconds(),
        "working_hours": times.working_hours,
        "due_at": [due_at.isoformat() for due_at in chain.due_at],
    }


def unpack_chain(packed: Json) -> Chain:
    """Read a chain back."""
    return Chain(
        times=unpack_times(packed),
        due_at=tuple(datetime.fromisoformat(due_at) for due_at in packed["due_at"]),
    )


def unpack_times(packed: Json) -> LevelTimes:
    """Read the times of a chain back, without when its steps are due."""
    return LevelTimes(
        steps=tuple(
            Step(
                after=timedelta(seconds=step["after"]),
                to=tuple(Recipient(to) for to in step["to"]),
                working_hours=step["working_hours"],
            )
            for step in packed["steps"]
        ),
        repeat_every=timedelta(seconds=packed["repeat_every"]),
        outcome_within=timedelta(seconds=packed["outcome_within"]),
        working_hours=packed["working_hours"],
    )


def pack_message(message: OutgoingMessage) -> Json:
    """Turn a message into JSON."""
    return {
        "body": [[span.text, span.style.value] for span in message.body],
        "buttons": [[[button.label, button.data] for button in row] for row in message.buttons],
        "reply_to": message.reply_to,
        "level": message.level,
        "rings": message.rings,
        "details": message.details and [message.details.label, message.details.data],
        "pin": pack_location(message.pin),
        "file": None if message.file is None else _pack_attachment(message.file),
    }


def unpack_message(packed: Json) -> OutgoingMessage:
    """Read a message back."""
    return OutgoingMessage(
        body=tuple(Span(text, Style(style)) for text, style in packed["body"]),
        buttons=tuple(
            tuple(Button(label, data) for label, data in row) for row in packed["buttons"]
        ),
        reply_to=packed["reply_to"],
        level=packed["level"],
        rings=packed["rings"],
        details=Button(*packed["details"]) if packed.get("details") else None,
        pin=unpack_location(packed.get("pin")),
        file=Attachment(**packed["file"]) if packed.get("file") else None,
    )


def pack_attachments(attachments: tuple[Attachment, ...]) -> list[Json]:
    """Turn attachments into JSON."""
    return [_pack_attachment(item) for item in attachments]


def _pack_attachment(item: Attachment) -> Json:
    return {"kind": item.kind, "file_id": item.file_id, "name": item.name, "away": item.away}


def unpack_attachments(packed: list[Json]) -> tuple[Attachment, ...]:
    """Read attachments back."""
    return tuple(Attachment(**item) for item in packed)


def pack_location(location: Location | None) -> Json | None:
    """Turn a pin into JSON."""
    if location is None:
        return None
    return {
        "latitude": location.latitude,
        "longitude": location.longitude,
        "title": location.title,
    }


def unpack_location(packed: Json | None) -> Location | None:
    """Read a pin back."""
    return None if packed is None else Location(**packed)


def changed_alert(values: Json, packed: Json) -> Json:
    """Return changed columns of an alert as its row would be read."""
    read = {**values}
    if "categories" in read:
        read["categories"] = tuple(map(Category, packed["categories"]))
    for name, empty in (("wait_why", ""), ("gathered", 0)):
        if name in read:
            read[name] = read[name] or empty
    return read


def pack_column(value: Any) -> Any:
    """Turn a value of an alert into what its column takes."""
    if isinstance(value, Chain):
        return pack_chain(value)
    if isinstance(value, tuple | frozenset):
        return sorted(getattr(item, "value", item) for item in value)
    return getattr(value, "value", value)
