"""The commands that a phone offers: everywhere, in private, by role; and what groups hear."""

from __future__ import annotations

import pytest

from bot.channels.telegram import Account, Receiving, Telegram
from bot.channels.telegram.menus import OF_ROLE, SCOPES, Menus, tell_scopes
from bot.commands import asked
from domain.channel import Address
from domain.duty import Role
from storage.live import LocalLive
from storage.store import Store
from tests.telegram_server import TOKEN, TelegramServer

TOWN = "大石街道"


@pytest.fixture
def menus(account: Account, store: Store) -> Menus:
    """Give what keeps the commands in step."""
    return Menus(account, store)


def enrol(store: Store, server: TelegramServer, role: Role, *, serves: str = TOWN) -> int:
    """Let somebody be enrolled whose chat is with the bot; returns their person's id."""
    user = server.world.user(role.label)
    store.write(lambda uow: uow.groups.keep_towns([(serves, "1")]))
    person = store.write(
        lambda uow: uow.people.add(
            name=role.label, role=role, town=serves if role.needs_town else None
        )
    )
    address = Address("telegram", str(user.id))
    store.write(lambda uow: uow.groups.keep_address(address, person_id=person.id))
    return person.id


def offered(server: TelegramServer) -> dict[str, list[str]]:
    """Return the commands that Telegram knows, by scope."""
    return {
        scope: [one["command"] for one in commands] for scope, commands in server.commands.items()
    }


def test_each_command_that_is_offered_is_one_and_is_told_in_chinese() -> None:
    """No phone offers what the bot does not take; the first word is what works as text."""
    for commands in (*(commands for _, commands in SCOPES), *OF_ROLE.values()):
        for one in commands:
            by_slash = asked(f"/{one.command}")
            word = one.description.partition("：")[0]
            assert by_slash is not None, one.command
            assert asked(word) == by_slash, word


async def test_the_commands_are_told_by_scope(account: Account, server: TelegramServer) -> None:
    """With those that are for private chats there only."""
    await tell_scopes(account)
    assert offered(server) == {
        "default": ["report", "status", "duty", "help"],
        "all_group_chats": ["report", "status", "duty", "help"],
        "all_private_chats": ["report", "status", "duty", "help", "mine", "cancel"],
    }


async def test_a_role_has_its_commands_until_it_ends(
    menus: Menus, store: Store, server: TelegramServer
) -> None:
    """An officer, a clerk, an administrator; a reporter has what everybody has in private."""
    people = {
        role: enrol(store, server, role)
        for role in (Role.TOWN_OFFICER, Role.CLERK, Role.ADMIN, Role.GRID_WORKER)
    }
    assert await menus.keep_in_step() == 4
    assert [commands[:2] for commands in offered(server).values()] == [["status", "duty"]] * 3
    officer = next(iter(offered(server).values()))
    assert {"take_shift", "hand_back", "shift_words"} <= set(officer)
    assert len(server.made("setMyCommands")) == 3
    assert await menus.keep_in_step() == 0
    store.write(lambda uow: uow.people.revoke(people[Role.TOWN_OFFICER]))
    store.write(lambda uow: uow.people.revoke(people[Role.GRID_WORKER]))
    assert await menus.keep_in_step() == 2
    assert len(offered(server)) == 2
    assert len(server.made("deleteMyCommands")) == 1
    assert await menus.keep_in_step() == 0


async def test_a_restart_tells_roles_once_more(
    account: Account, store: Store, server: TelegramServer
) -> None:
    """The program may know other commands than before; who was revoked meanwhile has none."""
    gone, _ = enrol(store, server, Role.LEADER), enrol(store, server, Role.CLERK)
    await Menus(account, store).keep_in_step()
    store.write(lambda uow: uow.people.revoke(gone))
    server.commands.clear()
    after = Menus(account, store)
    assert await after.keep_in_step() == 2
    assert len(offered(server)) == 1
    assert await after.keep_in_step() == 0


async def test_a_chat_that_is_gone_stops_nobody(
    menus: Menus, store: Store, server: TelegramServer
) -> None:
    """Telegram declines it once, and the others have theirs."""
    for role in (Role.CLERK, Role.ADMIN):
        enrol(store, server, role)
    server.fail(400, "Bad Request: chat not found", method="setMyCommands")
    assert await menus.keep_in_step() == 2
    assert len(offered(server)) == 1
    assert await menus.keep_in_step() == 0


async def test_what_the_bot_hears_is_learnt_and_learnt_again(
    account: Account, telegram: Telegram, store: Store, server: TelegramServer
) -> None:
    """Somebody switches the privacy mode off while the office runs."""
    receiving = Receiving(account, telegram, store, LocalLive(), TOKEN)
    for privacy in (True, False):
        server.world.privacy = privacy
        await receiving.learn_self()
        assert (telegram.own_name, telegram.hears_all) == ("huxin_test_bot", not privacy)
