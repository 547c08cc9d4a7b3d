"""The statements of groups and addresses that every report and notice takes."""

from __future__ import annotations

import sqlalchemy as sa

from storage.among import among
from storage.prepared import Prepared
from storage.tables import addresses, groups, people

_PLACE: dict[str, sa.BindParameter[str]] = {
    "channel": sa.bindparam("channel"),
    "chat": sa.bindparam("chat"),
}
ADDRESSES_OF = Prepared(
    sa.select(addresses.c.channel, addresses.c.chat)
    .where(addresses.c.person_id == sa.bindparam("person"), addresses.c.off_at.is_(None))
    .order_by(addresses.c.id.desc()),
    again=True,
)
ADDRESSES_OF_EACH = among(
    sa.select(addresses.c.person_id, addresses.c.channel, addresses.c.chat)
    .where(addresses.c.off_at.is_(None))
    .order_by(addresses.c.id.desc()),
    addresses.c.person_id,
)
_BOUND = sa.select(groups).where(groups.c.unbound_at.is_(None))
AT = Prepared(
    _BOUND.where(groups.c.channel == _PLACE["channel"], groups.c.chat == _PLACE["chat"]),
    again=True,
)
AT_EACH = among(_BOUND, groups.c.channel, groups.c.chat)
_REACHED = (
    sa.select(groups)
    .join(
        addresses,
        sa.and_(addresses.c.channel == groups.c.channel, addresses.c.chat == groups.c.chat),
    )
    .where(
        groups.c.scope == sa.bindparam("scope"),
        groups.c.unbound_at.is_(None),
        addresses.c.off_at.is_(None),
    )
    .order_by(groups.c.id)
)
OF_TOWN = Prepared(_REACHED.where(groups.c.town == sa.bindparam("town")), again=True)
OF_EACH_TOWN = among(_REACHED, groups.c.town)
OF_DISTRICT = Prepared(_REACHED, again=True)
TOWN_AT = Prepared(
    sa.select(sa.func.coalesce(groups.c.town, people.c.town))
    .select_from(addresses)
    .outerjoin(groups, groups.c.id == addresses.c.group_id)
    .outerjoin(people, people.c.id == addresses.c.person_id)
    .where(addresses.c.channel == _PLACE["channel"], addresses.c.chat == _PLACE["chat"]),
    again=True,
)
_NAMED = (
    sa.select(people.c.id, people.c.name, people.c.role, people.c.town, groups.c.title)
    .select_from(addresses)
    .outerjoin(groups, groups.c.id == addresses.c.group_id)
    .outerjoin(people, people.c.id == addresses.c.person_id)
)
NAMED = Prepared(
    _NAMED.where(addresses.c.channel == _PLACE["channel"], addresses.c.chat == _PLACE["chat"]),
    again=True,
)
NAMED_EACH = among(
    _NAMED.add_columns(addresses.c.channel, addresses.c.chat),
    *(addresses.c.channel, addresses.c.chat),
)
