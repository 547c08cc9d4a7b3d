"""The guided report: 谁 / 在哪 / 什么情况 / 现在危险吗, each skippable, any cancellable.

The words are judged after every answer: as soon as they tell of a red danger the report is
filed, and what follows is a supplement. A form that nobody finishes is filed as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot import replies
from domain.channel import Attachment, Button, Location, OutgoingMessage, plain

KIND = "form"


@dataclass(frozen=True, slots=True)
class Question:
    """One step: the key its answer is kept under, what is asked, and the answers to tap."""

    key: str
    words: str
    lead: str
    choices: tuple[str, ...] = ()


QUESTIONS = (
    Question("who", replies.FORM_WHO, "谁："),
    Question("where", replies.FORM_WHERE, "在哪："),
    Question("what", replies.FORM_WHAT, "情况："),
    Question("now", replies.FORM_NOW, "现在：", ("正在发生", "刚刚发生", "已经平静", "不清楚")),
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form half filled in. ``answers`` are (key, words); ``message_id`` began it."""

    message_id: str
    step: int = 0
    answers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None

    @property
    def question(self) -> Question | None:
        """What is to be asked next; None when all was."""
        return QUESTIONS[self.step] if self.step < len(QUESTIONS) else None

    @property
    def text(self) -> str:
        """The report that the answers make."""
        leads = {question.key: question.lead for question in QUESTIONS}
        return "\n".join(leads[key] + words for key, words in self.answers)

    def answered(
        self,
        words: str,
        *,
        attachments: tuple[Attachment, ...] = (),
        location: Location | None = None,
    ) -> Form:
        """Return the form with the present question answered; empty words skip it."""
        question = self.question
        if question is None:
            return self
        said = words.strip()
        answers = (*self.answers, (question.key, said)) if said else self.answers
        return replace(
            self,
            step=self.step + 1,
            answers=answers,
            attachments=(*self.attachments, *attachments),
            location=location or self.location,
        )

    def pack(self) -> dict[str, Any]:
        """Return the form as a dialogue state."""
        return {
            "kind": KIND,
            "message_id": self.message_id,
            "step": self.step,
            "answers": [list(answer) for answer in self.answers],
            "attachments": [[a.kind, a.file_id, a.name, a.away] for a in self.attachments],
            "location": None
            if self.location is None
            else [self.location.latitude, self.location.longitude, self.location.title],
        }


def unpack(state: dict[str, Any]) -> Form:
    """Read a form back from a dialogue state."""
    return Form(
        message_id=state["message_id"],
        step=state["step"],
        answers=tuple((key, words) for key, words in state["answers"]),
        attachments=tuple(Attachment(*item) for item in state["attachments"]),
        location=None if state["location"] is None else Location(*state["location"]),
    )


def ask(form: Form) -> OutgoingMessage:
    """Return the present question with its buttons."""
    question = form.question
    if question is None:
        return plain(replies.FORM_EMPTY)
    choices = tuple(
        Button(choice, f"f:{form.step}:say:{number}")
        for number, choice in enumerate(question.choices)
    )
    rows = [choices[at : at + 2] for at in range(0, len(choices), 2)]
    rows.append(
        (
            Button(replies.SKIP, f"f:{form.step}:skip"),
            Button(replies.CANCEL, f"f:{form.step}:cancel"),
        )
    )
    lead = f"（{form.step + 1}/{len(QUESTIONS)}）"
    return plain(lead + question.words, *rows)
