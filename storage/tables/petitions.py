"""Tables of the petition ledger: matters, their people, their steps, and who may not look."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import BigId, Mark, Sealed, UtcTime
from storage.tables.common import growing_id, metadata, reference
from storage.tables.people import people

# One matter. ``open_to`` says who may see it: a town's officers, the district's people alone, or
# the few who see accusations (`domain.access.open_to`). ``next_due_on`` and ``ended_on`` follow
# from the steps and are kept for lists.
matters = sa.Table(
    "matters",
    metadata,
    growing_id(),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("lodging", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("subject", Sealed("matters.subject"), nullable=False),
    sa.Column("words", Sealed("matters.words"), nullable=False, default=""),
    sa.Column("place", Sealed("matters.place"), nullable=False, default=""),
    sa.Column("town", sa.Text),
    sa.Column("open_to", sa.Text, nullable=False, default=""),
    sa.Column("unit", sa.Text, nullable=False, default=""),
    sa.Column("lead", Sealed("matters.lead"), nullable=False, default=""),
    sa.Column("about_units", sa.JSON, nullable=False),
    sa.Column("repeated", sa.Boolean, nullable=False, default=False),
    sa.Column("group_size", sa.Integer, nullable=False, default=1),
    sa.Column("satisfaction", sa.Text),
    sa.Column("next_due_on", sa.Date),
    sa.Column("ended_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("cleared_at", UtcTime),
    sa.Index("ix_matters_registered_on", "registered_on"),
)
_running = matters.c.ended_on.is_(None)
sa.Index(
    "ix_matters_due",
    matters.c.next_due_on,
    sqlite_where=_running,
    postgresql_where=_running,
)
# Visits that go on: supervision looks every day for first ones without a second reception.
_visits = sa.and_(_running, matters.c.lodging == sa.literal_column("'visit'"))
sa.Index(
    "ix_matters_visits",
    matters.c.registered_on,
    sqlite_where=_visits,
    postgresql_where=_visits,
)

# One person who petitions in one matter, found by keyed hashes of name, phone and ID number.
petitioners = sa.Table(
    "petitioners",
    metadata,
    growing_id(),
    sa.Column("matter_id", BigId, reference(matters), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("name", Sealed("petitioners.name"), nullable=False),
    sa.Column("name_mark", Mark("petitioners.name"), nullable=False),
    sa.Column("phone", Sealed("petitioners.phone"), nullable=False, default=""),
    sa.Column("phone_mark", Mark("petitioners.phone")),
    sa.Column("id_number", Sealed("petitioners.id_number"), nullable=False, default=""),
    sa.Column("id_mark", Mark("petitioners.id_number")),
    sa.Column("village", sa.Text, nullable=False, default=""),
    sa.Column("address", Sealed("petitioners.address"), nullable=False, default=""),
    sa.Column("open_to", sa.Text, nullable=False, default=""),
    sa.UniqueConstraint("matter_id", "position"),
    sa.Index("ix_petitioners_name_mark", "name_mark", "open_to"),
    sa.Index("ix_petitioners_phone_mark", "phone_mark", "open_to"),
    sa.Index("ix_petitioners_id_mark", "id_mark"),
)

# One spelling near a petitioner's name (its sound, or one character left open), for slips of the
# pen. Both stand sealed beside their marks, so that the marks can be made anew.
name_slips = sa.Table(
    "name_slips",
    metadata,
    sa.Column("spelling_mark", Mark("name_slips.spelling"), primary_key=True),
    sa.Column("open_to", sa.Text, primary_key=True),
    sa.Column("name_mark", Mark("name_slips.name"), primary_key=True),
    sa.Column("spelling", Sealed("name_slips.spelling"), nullable=False),
    sa.Column("name", Sealed("name_slips.name"), nullable=False),
)

# One step of a matter. A row is never changed: one that ``replaces`` another stands in its place,
# and one that is ``void`` takes it away.
matter_steps = sa.Table(
    "matter_steps",
    metadata,
    growing_id(),
    sa.Column("matter_id", BigId, reference(matters), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("on_day", sa.Date, nullable=False),
    sa.Column("document", Sealed("matter_steps.document"), nullable=False, default=""),
    sa.Column("unit", sa.Text, nullable=False, default=""),
    sa.Column("days", sa.Integer),
    sa.Column("until_day", sa.Date),
    sa.Column("note", Sealed("matter_steps.note"), nullable=False, default=""),
    sa.Column("replaces", BigId),
    sa.Column("void", sa.Boolean, nullable=False, default=False),
    sa.Column("recorded_at", UtcTime, nullable=False),
    sa.Column("recorded_by", BigId),
    sa.Column("source", sa.Text, nullable=False),
    sa.Index("ix_matter_steps_matter", "matter_id", "id"),
    sa.Index("ix_matter_steps_kind_on_day", "kind", "on_day", "matter_id"),
)

# One change of a matter's head or people: what stood there before, and what stands now.
matter_changes = sa.Table(
    "matter_changes",
    metadata,
    growing_id(),
    sa.Column("matter_id", BigId, reference(matters), nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("before", Sealed("matter_changes.before"), nullable=False),
    sa.Column("after", Sealed("matter_changes.after"), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person_id", BigId),
    sa.Column("source", sa.Text, nullable=False),
    sa.Index("ix_matter_changes_matter", "matter_id", "id"),
)

# One interest that somebody declared (回避): they see nothing of what has this key.
interests = sa.Table(
    "interests",
    metadata,
    growing_id(),
    sa.Column("person_id", BigId, reference(people), nullable=False, index=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("label", Sealed("interests.label"), nullable=False),
    sa.Column("declared_at", UtcTime, nullable=False),
    sa.Column("declared_by", BigId),
    sa.Column("ended_at", UtcTime),
)

# One look outside somebody's area, opened by a written reason for a few hours.
openings = sa.Table(
    "openings",
    metadata,
    growing_id(),
    sa.Column("person_id", BigId, reference(people), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("why", Sealed("openings.why"), nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("ends_at", UtcTime, nullable=False),
    sa.Index("ix_openings_person", "person_id", "ends_at"),
)
