"""People, and how channels know them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from domain.duty import Person, Role
from storage.among import among, know_each
from storage.prepared import Prepared
from storage.tables import identities, people


def person_of(row: Mapping[Any, Any]) -> Person:
    """Build a person from their row."""
    return Person(id=row["id"], name=row["name"], role=Role(row["role"]), town=row["town"])


_PERSON = (people.c.id, people.c.name, people.c.role, people.c.town)
_GET = Prepared(sa.select(*_PERSON).where(people.c.id == sa.bindparam("id")), again=True)
_GET_EACH = among(sa.select(*_PERSON), people.c.id)
_KNOWN_AS = Prepared(
    sa.select(*_PERSON)
    .join(identities, identities.c.person_id == people.c.id)
    .where(
        identities.c.channel == sa.bindparam("channel"),
        identities.c.sender == sa.bindparam("sender"),
        people.c.revoked_at.is_(None),
    )
)
_KNOWN_AS_EACH = among(
    sa.select(identities.c.channel, identities.c.sender, *_PERSON)
    .join(identities, identities.c.person_id == people.c.id)
    .where(people.c.revoked_at.is_(None)),
    *(identities.c.channel, identities.c.sender),
)


@cache
def _serving(roles: int, *, in_town: bool) -> Prepared:
    """Return the statement for who is enrolled with one of so many roles."""
    query = sa.select(*_PERSON).where(
        sa.or_(*(people.c.role == sa.bindparam(f"role_{number}") for number in range(roles))),
        people.c.revoked_at.is_(None),
    )
    if in_town:
        query = query.where(people.c.town == sa.bindparam("town"))
    return Prepared(query.order_by(people.c.id))


class PeopleRows:
    """People in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._foreseen: dict[tuple[str, str], Person | None] = {}

    def foresee(self, senders: Collection[tuple[str, str]]) -> tuple[Person, ...]:
        """Find who these (channel, sender) are in one question; a change forgets it.

        Returns those who are enrolled.
        """
        if not senders:
            return ()
        channels, names = zip(*senders, strict=True)
        rows = _KNOWN_AS_EACH.rows(
            self._connection, {"channel": list(channels), "sender": list(names)}
        )
        self._foreseen = dict.fromkeys(senders)
        for row in rows:
            self._foreseen[row["channel"], row["sender"]] = person_of(row)
        return tuple(person for person in self._foreseen.values() if person is not None)

    def foresee_ids(self, people_ids: Collection[int]) -> None:
        """Read in one question what `get` and `name_of` will be asked of these people."""
        know_each(self._connection, _GET_EACH, _GET, {}, (["id"], people_ids))

    def add(self, *, name: str, role: Role, town: str | None, demo: bool = False) -> Person:
        """Enrol somebody."""
        row_id = self._connection.execute(
            sa.insert(people)
            .values(
                name=name,
                name_mark=name,
                role=role.value,
                town=town,
                enrolled_at=self._now,
                demo=demo,
            )
            .returning(people.c.id)
        ).scalar_one()
        return Person(id=row_id, name=name, role=role, town=town)

    def get(self, person_id: int) -> Person:
        """Return somebody by id, revoked or not; KeyError when there never was one."""
        row = _GET.row(self._connection, {"id": person_id})
        if row is None:
            raise KeyError(person_id)
        return person_of(row)

    def name_of(self, person_id: int | None) -> str:
        """Return somebody's name and post, or an empty string for nobody."""
        if person_id is None:
            return ""
        return self.get(person_id).title

    def known_as(self, channel: str, sender: str) -> Person | None:
        """Return who a channel's sender is; None when not enrolled or revoked."""
        if (channel, sender) in self._foreseen:
            return self._foreseen[channel, sender]
        known = {"channel": channel, "sender": sender}
        row = _KNOWN_AS.row(self._connection, known)
        return None if row is None else person_of(row)

    def identify(self, person: Person, channel: str, sender: str) -> None:
        """Let a channel's sender be this person from now on."""
        self._foreseen.clear()
        found = self._connection.execute(
            sa.update(identities)
            .where(identities.c.channel == channel, identities.c.sender == sender)
            .values(person_id=person.id, since=self._now)
        )
        if found.rowcount == 0:
            self._connection.execute(
                sa.insert(identities).values(
                    channel=channel, sender=sender, person_id=person.id, since=self._now
                )
            )

    def revoke(self, person_id: int) -> None:
        """End somebody's enrolment; what they did stays."""
        self._foreseen.clear()
        self._connection.execute(
            sa.update(people)
            .where(people.c.id == person_id, people.c.revoked_at.is_(None))
            .values(revoked_at=self._now)
        )

    def dismiss_demo(self) -> int:
        """End the enrolment of the demo's people: they never serve in earnest."""
        self._foreseen.clear()
        return self._connection.execute(
            sa.update(people)
            .where(people.c.demo.is_(True), people.c.revoked_at.is_(None))
            .values(revoked_at=self._now)
        ).rowcount

    def enlist_demo(self) -> None:
        """Let the demo's people serve again."""
        self._foreseen.clear()
        self._connection.execute(
            sa.update(people).where(people.c.demo.is_(True)).values(revoked_at=None)
        )

    def serving(self, *roles: Role, town: str | None = None) -> tuple[Person, ...]:
        """Return everybody enrolled with one of ``roles``, in ``town`` if given."""
        asked = {f"role_{number}": role.value for number, role in enumerate(roles)}
        statement = _serving(len(roles), in_town=town is not None)
        rows = statement.rows(self._connection, {**asked, "town": town})
        return tuple(person_of(row) for row in rows)

    def named(self, name: str) -> tuple[Person, ...]:
        """Return everybody enrolled under a name."""
        rows = self._connection.execute(
            sa.select(people)
            .where(people.c.name_mark == name, people.c.revoked_at.is_(None))
            .order_by(people.c.id)
        ).mappings()
        return tuple(person_of(row) for row in rows)

    def demo_person(self, name: str) -> Person | None:
        """Return the demo person of that name, if the demo was set up."""
        row = (
            self._connection.execute(
                sa.select(people).where(people.c.name_mark == name, people.c.demo.is_(True))
            )
            .mappings()
            .first()
        )
        return None if row is None else person_of(row)
