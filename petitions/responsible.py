"""Who is told what supervision has to say, and where they are reached.

A town's matter: its officers on duty, else its duty group. A department's: the clerks. The
district joint office: the district officers and the clerks. The leaders' list: the leader on
duty. Nobody is told what they may not see: each reader of a chat is asked of the policy, and
what is not theirs goes to the clerks instead. So a unit that is complained about learns of
nothing, and accusations (检举控告) stay with clerks and leaders
(《信访工作条例》 Art. 28(3), 30(3), 46(五)).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from domain.access import Asker, Subject, Topic, Way, rule
from domain.channel import Address
from domain.duty import Person, Post, Role, Scope
from petitions.due_list import is_complained_about, subject_of, topic_of
from petitions.ledger import Ledger
from petitions.same_unit import town_of
from petitions.supervision import Due, SupervisionLevel
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reached:
    """A chat, and everybody who reads in it; ``way`` says whether it is somebody's own."""

    address: Address
    readers: tuple[Asker, ...]
    way: Way


class Responsible:
    """Who is told in one round, as the rows stand. Everybody is looked up once."""

    def __init__(self, uow: UnitOfWork, ledger: Ledger) -> None:
        """Bind to a transaction."""
        self._uow = uow
        self._ledger = ledger
        self._towns: dict[str, tuple[Reached, ...]] = {}

    def told(self, due: Due) -> tuple[tuple[Reached, tuple[SupervisionLevel, ...]], ...]:
        """Return every chat that is told of something due, with the levels for which it is.

        Where nobody of a level may know, the clerks are told; where no clerk may, the leaders.
        """
        subject, topic = subject_of(self._uow, self._ledger, due), topic_of(due)
        found: dict[Reached, tuple[SupervisionLevel, ...]] = {}
        for level in due.reached():
            for some in (self._people_of(due, level), self._clerks, self._leaders):
                may = [one for one in some if self._may_read(one, due, topic, subject)]
                found |= {one: (*found.get(one, ()), level) for one in may}
                if may:
                    break
        return tuple(found.items())

    def _people_of(self, due: Due, level: SupervisionLevel) -> tuple[Reached, ...]:
        if level is SupervisionLevel.LEADERS:
            return self._leaders
        if level is SupervisionLevel.JOINT_OFFICE:
            return (*self._district_officers, *self._clerks)
        town = town_of(due.unit, self._ledger.towns, self._ledger.district)
        if town is None:
            return self._clerks
        if town not in self._towns:
            self._towns[town] = self._of_town(town)
        return self._towns[town]

    def _of_town(self, town: str) -> tuple[Reached, ...]:
        officers = self._uow.people.serving(Role.TOWN_OFFICER, town=town)
        return (
            self._private(self._uow.duty.on_duty(Post.TOWN_DUTY, town))
            or self._groups(town, officers)
            or self._private(officers)
        )

    def _groups(self, town: str, officers: tuple[Person, ...]) -> tuple[Reached, ...]:
        """Return the groups of a town that are read; one in maintenance rests."""
        readers = tuple(self._asker(person) for person in officers)
        return tuple(
            Reached(Address(channel=group.channel, chat=group.chat), readers, Way.GROUP)
            for group in self._uow.groups.of(Scope.TOWN, town)
            if readers and not group.is_paused(self._uow.now)
        )

    @cached_property
    def _district_officers(self) -> tuple[Reached, ...]:
        return self._private(self._uow.people.serving(Role.DISTRICT_OFFICER))

    @cached_property
    def _clerks(self) -> tuple[Reached, ...]:
        return self._private(self._uow.people.serving(Role.CLERK))

    @cached_property
    def _leaders(self) -> tuple[Reached, ...]:
        return self._private(self._uow.duty.on_duty(Post.LEADER_DUTY)) or self._private(
            self._uow.people.serving(Role.LEADER)
        )

    def _private(self, people: tuple[Person, ...]) -> tuple[Reached, ...]:
        """Return the newest private chat of each of some people who have one."""
        found = ((person, self._uow.groups.addresses_of(person.id)) for person in people)
        return tuple(
            Reached(addresses[0], (self._asker(person),), Way.PRIVATE)
            for person, addresses in found
            if addresses
        )

    def _asker(self, person: Person) -> Asker:
        return self._uow.interests.asker(person, Way.PRIVATE)

    def _may_read(self, reached: Reached, due: Due, topic: Topic, subject: Subject) -> bool:
        """Whether everybody in a chat may know; a group reads what each of its officers may."""
        return all(
            rule(asker, topic, subject).allows and not is_complained_about(self._ledger, asker, due)
            for asker in reached.readers
        )
