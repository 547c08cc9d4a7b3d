"""Both readers together: the rules first, and a glance at what no rule has graded.

Refuses: letting the second reader raise or lower what a rule has graded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.danger import Assessment, Category, Evidence
from nlp.assess import Assessor
from nlp.weak_signals import Glance, WeakReader

GLANCE = "GLANCE"
"""What stands as the rule's id where the second reader proposed a level."""


@dataclass(frozen=True, slots=True)
class TwoReaders:
    """Reads a text by the rules and, if ``second`` is there, once more.

    ``threshold`` is the least score at which a person is asked to look; None: the one that
    the weights were made for.
    """

    rules: Assessor
    second: WeakReader | None = None
    threshold: float | None = None

    def assess(self, text: str) -> Assessment:
        """Return what both read; the same text always gives the same."""
        found = self.rules.assess(text)
        if self.second is None or found.evidence:
            return found
        glance = self.second.read(text, threshold=self.threshold)
        return found if glance is None else _proposal(found, glance)


def _proposal(found: Assessment, glance: Glance) -> Assessment:
    """Return the glance as an assessment; its words stand as evidence that asks for a look."""
    category = next(iter(glance.categories), Category.SELF_HARM)
    return replace(
        found,
        level=glance.level,
        categories=glance.categories,
        evidence=tuple(
            Evidence(
                rule=GLANCE,
                level=glance.level,
                category=category,
                start=sign.start,
                end=sign.end,
                text=sign.text,
                reason=f"{glance.reason}：没有明说，但这些话合起来像有危险",
            )
            for sign in sorted(glance.signs, key=lambda sign: sign.start)
        ),
    )
