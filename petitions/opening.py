"""查阅 (breaking the glass) and 回避: a look outside one's area, and a look that is renounced.

A typed reason opens one name, phone or number to one town officer for three hours. The district
is told each time, whether there was anything to find or not; whoever is complained about, or has
an interest, finds nothing by it. An interest is declared in a moment and ended by the clerks
alone (《信访工作条例》 Art. 28(3); 个人信息保护法 Art. 51, 54).
"""

from __future__ import annotations

import re
from datetime import timedelta

from domain.access import Asker, Reach, Topic, reach, unit_key
from domain.errors import PersonCanFix
from petitions import asking
from petitions.status import By, Question, key_of, question
from storage.interests import Opening
from storage.unit_of_work import UnitOfWork

LASTS = timedelta(hours=3)
SHORTEST_REASON = 6
LONGEST_REASON = 200

NOT_NEEDED = "您的职责范围本来就能查，直接发：状态 姓名"
WRITE_A_REASON = "请写明理由（至少六个字），如：查阅 张三 家属来电称联系不上本人"

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def open_for_a_reason(uow: UnitOfWork, asker: Asker, asked: Question, why: str) -> Opening:
    """Open what is asked for to somebody of another town; `PersonCanFix` says what is missing."""
    person = asker.person
    asking.require_role(asker, Topic.MATTER)
    if person is None or reach(person.role, Topic.MATTER) is Reach.DISTRICT:
        raise PersonCanFix(NOT_NEEDED)
    reason = " ".join(why.split())[:LONGEST_REASON]
    if len(_CHINESE.findall(reason)) < SHORTEST_REASON:
        raise PersonCanFix(WRITE_A_REASON)
    key = key_of(uow, asked)
    asking.looked(uow, asker, "opening", key, why=reason)
    return uow.interests.open(person.id, key, reason, lasts=LASTS)


def renounce(
    uow: UnitOfWork, asker: Asker, about: str, *, person_id: int, towns: tuple[str, ...]
) -> str:
    """Bar somebody from what concerns a unit, a matter or a person; returns what it is about.

    ``about`` is a town's full name, a matter's number, a phone, an ID number or a name.
    Declared twice, it holds once.
    """
    asked = question(about)
    is_unit = about in towns
    key = unit_key(about) if is_unit else key_of(uow, asked)
    label = about if is_unit or asked.by is not By.ID_NUMBER else asked.by.label
    if not any(one.key == key for one in uow.interests.declared(person_id)):
        by = None if asker.person is None else asker.person.id
        uow.interests.declare(person_id, key, label, declared_by=by)
        asking.looked(uow, asker, "interest", key)
    return label
