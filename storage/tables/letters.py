"""Tables of reminder letters, and of what supervision has said."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import BigId, Sealed, UtcTime
from storage.tables.common import growing_id, metadata, reference
from storage.tables.petitions import matters

# One reminder letter. Its number of the year is given once and never again; ``alert_id`` is no
# reference, so that an alert may go when it has served.
letters = sa.Table(
    "letters",
    metadata,
    growing_id(),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("serial", sa.Integer, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("matter_id", BigId, reference(matters)),
    sa.Column("alert_id", BigId),
    sa.Column("about", sa.Text, nullable=False, default=""),
    sa.Column("title", Sealed("letters.title"), nullable=False),
    sa.Column("words", Sealed("letters.words"), nullable=False, default=""),
    sa.Column("reply_days", sa.Integer, nullable=False),
    sa.Column("made_on", sa.Date, nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("made_by", BigId),
    sa.UniqueConstraint("year", "serial"),
    sa.Index("ix_letters_matter", "matter_id"),
)

# One step of a letter: sent, signed for, answered, cancelled. A row is never changed; of two of
# a kind the later one counts.
letter_steps = sa.Table(
    "letter_steps",
    metadata,
    growing_id(),
    sa.Column("letter_id", BigId, reference(letters), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("on_day", sa.Date, nullable=False),
    sa.Column("way", Sealed("letter_steps.way"), nullable=False, default=""),
    sa.Column("document", Sealed("letter_steps.document"), nullable=False, default=""),
    sa.Column("note", Sealed("letter_steps.note"), nullable=False, default=""),
    sa.Column("recorded_at", UtcTime, nullable=False),
    sa.Column("recorded_by", BigId),
    sa.Index("ix_letter_steps_letter", "letter_id", "id"),
)

# One level of supervision that something due has reached, and when that was first said. A moved
# last day makes another row.
supervisions = sa.Table(
    "supervisions",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("matter_id", BigId, reference(matters)),
    sa.Column("letter_id", BigId, reference(letters)),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("said_on", sa.Date, nullable=False),
    sa.Column("said_at", UtcTime, nullable=False),
)
