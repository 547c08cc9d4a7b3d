"""Duty groups, the towns they belong to, and the addresses that notices go to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.channel import Address
from domain.duty import Group, Scope
from storage.among import know_each
from storage.group_statements import (
    ADDRESSES_OF,
    ADDRESSES_OF_EACH,
    AT,
    AT_EACH,
    NAMED,
    NAMED_EACH,
    OF_DISTRICT,
    OF_EACH_TOWN,
    OF_TOWN,
    TOWN_AT,
)
from storage.people import person_of
from storage.prepared import Prepared
from storage.tables import addresses, cards, groups, notices, towns
from storage.upsert import put


def _group_of(row: Mapping[Any, Any]) -> Group:
    return Group(
        id=row["id"],
        channel=row["channel"],
        chat=row["chat"],
        scope=Scope(row["scope"]),
        town=row["town"],
        title=row["title"],
        paused_until=row["paused_until"],
        paused_why=row["paused_why"] or "",
    )


class GroupRows:
    """Groups, towns and addresses in one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        """Bind to a transaction."""
        self._connection = connection
        self._now = now
        self._foreseen: dict[int, list[Address]] = {}

    def foresee(self, people_ids: Collection[int]) -> None:
        """Find where these people can be reached in one question; a change forgets it."""
        if not people_ids:
            return
        asked = {"person_id": list(people_ids)}
        self._foreseen.update({person_id: [] for person_id in people_ids})
        for person_id, channel, chat in ADDRESSES_OF_EACH.tuples(self._connection, asked):
            self._foreseen[person_id].append(Address(channel=channel, chat=chat))

    def foresee_towns(self, names: Collection[str]) -> None:
        """Read in one question what `of` will be asked of these towns."""
        asked = {"scope": Scope.TOWN.value}
        know_each(self._connection, OF_EACH_TOWN, OF_TOWN, asked, (["town"], names))

    def foresee_places(self, places: Collection[Address]) -> None:
        """Read in one question what `at` will be asked of these addresses."""
        self._know(AT_EACH, AT, places)

    def foresee_names(self, places: Collection[Address]) -> None:
        """Read in one question what `name_of` will be asked of these addresses."""
        self._know(NAMED_EACH, NAMED, places)

    def keep_towns(self, named: Iterable[tuple[str, str]]) -> None:
        """Make the table hold these (name, code) towns; others are marked retired."""
        kept = []
        for name, code in named:
            put(self._connection, towns, name=name, code=code, retired_at=None)
            kept.append(name)
        self._connection.execute(
            sa.update(towns)
            .where(towns.c.name.not_in(kept), towns.c.retired_at.is_(None))
            .values(retired_at=self._now)
        )

    def bind(
        self,
        address: Address,
        *,
        scope: Scope,
        town: str | None,
        title: str,
        bound_by: int | None = None,
    ) -> Group:
        """Make a chat the duty group of a town or of the district; binding again moves it."""
        values = {
            "scope": scope.value,
            "town": town,
            "title": title,
            "bound_at": self._now,
            "bound_by": bound_by,
            "unbound_at": None,
            "paused_until": None,
        }
        found = self._connection.execute(
            sa.update(groups)
            .where(groups.c.channel == address.channel, groups.c.chat == address.chat)
            .values(**values)
            .returning(groups.c.id)
        ).scalar()
        if found is None:
            found = self._connection.execute(
                sa.insert(groups)
                .values(channel=address.channel, chat=address.chat, options={}, **values)
                .returning(groups.c.id)
            ).scalar_one()
        self.keep_address(address, group_id=found)
        return Group(
            id=found,
            channel=address.channel,
            chat=address.chat,
            scope=scope,
            town=town,
            title=title,
        )

    def at(self, address: Address) -> Group | None:
        """Return the duty group that a chat is, if it is one."""
        place = {"channel": address.channel, "chat": address.chat}
        row = AT.row(self._connection, place)
        return None if row is None else _group_of(row)

    def of(self, scope: Scope, town: str | None = None) -> tuple[Group, ...]:
        """Return the duty groups of a town or of the district that can be reached."""
        statement = OF_TOWN if scope is Scope.TOWN else OF_DISTRICT
        rows = statement.rows(self._connection, {"scope": scope.value, "town": town})
        return tuple(_group_of(row) for row in rows)

    def pause(self, group_id: int, *, until: datetime, why: str, by: int | None) -> datetime:
        """Put a group into maintenance; returns since when it is, which a longer one keeps."""
        running = sa.and_(groups.c.paused_until > self._now, groups.c.paused_at.is_not(None))
        since: datetime = self._connection.execute(
            sa.update(groups)
            .where(groups.c.id == group_id)
            .values(
                paused_at=sa.case((running, groups.c.paused_at), else_=self._now),
                paused_until=until,
                paused_why=why,
                paused_by=by,
            )
            .returning(groups.c.paused_at)
        ).scalar_one()
        return since

    def resume(self, group_id: int) -> None:
        """End a group's maintenance."""
        self._connection.execute(
            sa.update(groups)
            .where(groups.c.id == group_id)
            .values(paused_at=None, paused_until=None, paused_why=None, paused_by=None)
        )

    def pauses_over(self, *, locked: bool = False) -> tuple[Group, ...]:
        """Return the groups whose maintenance has run out and was not ended yet.

        ``locked``: for this transaction alone.
        """
        query = (
            sa.select(groups)
            .where(groups.c.paused_until <= self._now, groups.c.unbound_at.is_(None))
            .order_by(groups.c.id)
        )
        if locked:
            query = query.with_for_update(skip_locked=True)
        return tuple(_group_of(row) for row in self._connection.execute(query).mappings())

    def keep_address(
        self, address: Address, *, person_id: int | None = None, group_id: int | None = None
    ) -> None:
        """Remember where somebody, or a group, can be reached; switches it on again."""
        self._foreseen.clear()
        values = {
            "person_id": person_id,
            "group_id": group_id,
            "off_at": None,
            "off_reason": None,
        }
        changed = self._connection.execute(
            sa.update(addresses)
            .where(addresses.c.channel == address.channel, addresses.c.chat == address.chat)
            .values(**values)
        )
        if changed.rowcount == 0:
            self._connection.execute(
                sa.insert(addresses).values(channel=address.channel, chat=address.chat, **values)
            )

    def addresses_of(self, person_id: int) -> tuple[Address, ...]:
        """Return the private chats in which somebody can be reached, the newest first."""
        if person_id in self._foreseen:
            return tuple(self._foreseen[person_id])
        rows = ADDRESSES_OF.tuples(self._connection, {"person": person_id})
        return tuple(Address(channel=channel, chat=chat) for channel, chat in rows)

    def other_ways(self, address: Address) -> tuple[Address, ...]:
        """Return the other addresses of the person that an address belongs to."""
        person_id = self._connection.execute(
            sa.select(addresses.c.person_id).where(
                addresses.c.channel == address.channel, addresses.c.chat == address.chat
            )
        ).scalar()
        if person_id is None:
            return ()
        return tuple(way for way in self.addresses_of(person_id) if way != address)

    def town_at(self, address: Address) -> str | None:
        """Return the town of the group or person that an address belongs to, if there is one."""
        place = {"channel": address.channel, "chat": address.chat}
        found: str | None = TOWN_AT.value(self._connection, place)
        return found

    def name_of(self, address: Address) -> str:
        """Return what people call an address: a group's title, or a person's name and post."""
        place = {"channel": address.channel, "chat": address.chat}
        row = NAMED.row(self._connection, place)
        if row is None:
            return address.channel
        if row["title"] is not None:
            return str(row["title"])
        return "" if row["id"] is None else person_of(row).title

    def switch_on(self, address: Address) -> None:
        """Send to an address again, if it is known."""
        self._foreseen.clear()
        self._connection.execute(
            sa.update(addresses).where(_at(addresses, address)).values(off_at=None, off_reason=None)
        )

    def switch_off(self, address: Address, reason: str) -> bool:
        """Stop sending to an address; False when it is unknown, or was off already."""
        self._foreseen.clear()
        changed = self._connection.execute(
            sa.update(addresses)
            .where(
                addresses.c.channel == address.channel,
                addresses.c.chat == address.chat,
                addresses.c.off_at.is_(None),
            )
            .values(off_at=self._now, off_reason=reason)
        )
        return changed.rowcount == 1

    def move(self, address: Address, new_chat: str) -> tuple[int, ...]:
        """Rewrite a chat's id everywhere: group, address, and what is still to be sent.

        Where the new chat is known already, the old group is unbound and the old address
        forgotten instead. The old chat's cards are forgotten, since the new chat numbers its
        messages anew; returns the alerts that they showed.
        """
        self._foreseen.clear()
        for table in (groups, addresses):
            known = self._connection.execute(
                sa.select(table.c.id).where(
                    table.c.channel == address.channel, table.c.chat == new_chat
                )
            ).first()
            if known is None:
                self._rename(table, address, new_chat)
            elif table is groups:
                self._connection.execute(
                    sa.update(groups).where(_at(groups, address)).values(unbound_at=self._now)
                )
            else:
                self._connection.execute(sa.delete(addresses).where(_at(addresses, address)))
        self._rename(notices, address, new_chat)
        shown = self._connection.scalars(
            sa.delete(cards).where(_at(cards, address)).returning(cards.c.alert_id)
        )
        return tuple(sorted(set(shown)))

    def _know(self, each: Prepared, one: Prepared, places: Collection[Address]) -> None:
        chats = [(place.channel, place.chat) for place in places]
        know_each(self._connection, each, one, {}, (["channel", "chat"], chats))

    def _rename(self, table: sa.Table, address: Address, new_chat: str) -> None:
        self._connection.execute(sa.update(table).where(_at(table, address)).values(chat=new_chat))


def _at(table: sa.Table, address: Address) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.channel == address.channel, table.c.chat == address.chat)
