"""Who asks at the command line: a person of the office, named by their number.

Whoever can start a command on this machine could name anybody. It is no proof of identity;
it is there so that the policy is asked and the access log says on whose behalf somebody looked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from domain.access import Asker, Topic, Way
from domain.duty import Person, Role
from domain.errors import PersonCanFix
from petitions.asking import require_role
from storage.store import Store
from storage.unit_of_work import UnitOfWork

VARIABLE = "HUXIN_AS"
_F = TypeVar("_F", bound=Callable[..., Any])


def asks_as(command: _F) -> _F:
    """Give a command the option ``--as``, handed over as ``as_person``."""
    option = click.option(
        "--as",
        "as_person",
        type=click.IntRange(1),
        envvar=VARIABLE,
        metavar="NUMBER",
        help=f"谁在查：huxin people list 里的编号，也可以写进环境变量 {VARIABLE}。",
    )
    return option(command)


def person_asking(uow: UnitOfWork, number: int | None) -> Person:
    """Return who asks; `PersonCanFix` when nobody is named, or they are no longer enrolled."""
    if number is None:
        raise PersonCanFix(
            f"请写明谁在查：--as 编号（huxin people list 可看），或设环境变量 {VARIABLE}。"
        )
    found = [person for person in uow.people.serving(*Role) if person.id == number]
    if not found:
        raise PersonCanFix(f"名单里没有编号 {number}，或登记已收回。")
    return found[0]


def asker_at_terminal(store: Store, number: int | None, topic: Topic) -> Asker:
    """Return who asks, if their role has the topic at all; `PersonCanFix` if not."""

    def look(uow: UnitOfWork) -> Asker:
        return uow.interests.asker(person_asking(uow, number), Way.COMMAND)

    asker = store.read(look)
    require_role(asker, topic)
    return asker
