"""A copy of the database, without the key file, gives nothing away."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Mark, Sealed, SealedJson
from storage.tables import metadata
from storage.unit_of_work import UnitOfWork
from tests.office import WholeOffice
from tests.office_people import DASHI
from tests.unsealed import forms, found_in

RED = "植村陈大文在家里拿着汽油说要点火，电话13712345678，身份证440113197501012345"
MORE = "他老婆黎阿妹还在里面，门牌九巷17号"
NOTE = "已劝下来，由堂弟陈细佬陪着"
PUT_IN = (
    *("陈大文", "13712345678", "440113197501012345", "汽油", "点火", "植村"),
    *("黎阿妹", "九巷17号", "陈细佬", "堂弟", "下水道改造"),
    *("陈小燕", "李国明", "王秀芳", "周志强", "邓永康", "欧阳倩", "路过的人"),
)


def with_the_key(office: WholeOffice) -> bytes:
    """Return everything that is sealed, opened."""
    columns = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed | SealedJson)
    ]

    def read(uow: UnitOfWork) -> str:
        return "\n".join(
            str(value) for column in columns for value in uow.connection.scalars(sa.select(column))
        )

    return office.read(read).encode()


async def test_a_copy_of_the_database_gives_nothing_away(office: WholeOffice) -> None:
    """Every name, phone, number and word that a day puts in is searched for, and not found."""
    await office.says(office.chen, RED)
    await office.says(office.chen, f"补充 {MORE}")
    await office.says(office.outsider, RED)
    office.invites(role=office.li.known.role, town=DASHI, name="欧阳倩")
    card = office.messages(office.room_dashi)[0]
    await office.presses(office.li, "接收", card)
    await office.says(office.li, "维护 2小时 下水道改造", where=office.room_dashi)
    await office.presses(office.li, "办结", card)
    question = office.messages(office.room_dashi)[-1]
    await office.presses(office.li, "平安", question)
    await office.says(office.li, NOTE, where=office.room_dashi)
    office.reads_all()
    inside = with_the_key(office)
    assert {word for word in PUT_IN if not any(form in inside for form in forms(word))} == set()
    assert found_in(office.url, office.store.engine, PUT_IN) == set()
    assert found_in(office.url, office.store.engine, [DASHI, "room-4711-a", "acknowledged"])


def test_each_sealed_column_is_bound_to_its_own_name() -> None:
    """A value that is moved to another column does not open there."""
    bound = {
        f"{column.table.name}.{column.name}": column.type.context
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed | SealedJson)
    }
    assert len(bound) > 15
    assert {name: context for name, context in bound.items() if name != context} == {}


def test_every_mark_stands_beside_what_it_finds() -> None:
    """A change of the look-up key makes marks anew from there."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Mark):
                owner, _, sealed = column.type.context.partition(".")
                assert owner == table.name
                assert sealed in table.columns


def test_no_column_of_free_words_is_open() -> None:
    """What is new and holds text of people has to be thought about: sealed, or named here."""
    open_text = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.JSON)
    }
    assert open_text == {
        "alerts.categories",
        "alerts.chain",
        "alerts.about_units",
        "chairs.people",
        "groups.options",
        "matters.about_units",
    }
