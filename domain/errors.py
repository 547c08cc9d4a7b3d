"""The three families of error, each named for who must act.

`PersonCanFix` carries the reply for the person who wrote; `SetupError` is for whoever set
the machine up and stops the start; `DeliveryError` is for the dispatcher.
"""

from __future__ import annotations

from datetime import datetime


class PersonCanFix(Exception):  # noqa: N818 - named for who acts, see the module's first line
    """Somebody's input cannot be used; ``reply`` says, kindly, what to do."""

    def __init__(self, reply: str) -> None:
        """Keep the sentence that the person reads."""
        super().__init__(reply)
        self.reply = reply


class SetupError(Exception):
    """A setting, rule file, data file or machine is wrong; nothing starts.

    ``where`` is the file (and line, if known), ``key`` the setting or field, ``found`` what
    stands there, ``write`` what should stand there.
    """

    def __init__(self, *, where: str, key: str, found: str, write: str) -> None:
        """Keep the four parts and join them to one readable line."""
        super().__init__(f"{where}：{key}：现在是 {found}；{write}")
        self.where = where
        self.key = key
        self.found = found
        self.write = write


class DeliveryError(Exception):
    """A notice did not reach its address; the subclasses say what follows."""


class RetryLater(DeliveryError):  # noqa: N818 - a decision, not a fault
    """The channel is slow, limited or down: the same notice to the same address again.

    ``not_before`` is the earliest time the channel allows, or None for the usual wait.
    ``whole_channel`` holds every notice of the channel and not only this chat's.
    ``may_have_arrived`` says that the answer was lost, not the message.
    """

    def __init__(
        self,
        reason: str,
        *,
        not_before: datetime | None = None,
        whole_channel: bool = False,
        may_have_arrived: bool = False,
    ) -> None:
        """Keep why and until when."""
        super().__init__(reason)
        self.reason = reason
        self.not_before = not_before
        self.whole_channel = whole_channel
        self.may_have_arrived = may_have_arrived


class Refused(DeliveryError):  # noqa: N818 - a decision, not a fault
    """This address will not take the notice, now or later; another way is needed.

    ``address_is_dead`` switches the address off for all later notices too.
    """

    def __init__(self, reason: str, *, address_is_dead: bool = False) -> None:
        """Keep why."""
        super().__init__(reason)
        self.reason = reason
        self.address_is_dead = address_is_dead


class AddressMoved(DeliveryError):  # noqa: N818 - a decision, not a fault
    """The chat has a new id; it is written everywhere and the notice is sent again."""

    def __init__(self, new_chat: str) -> None:
        """Keep the new chat id."""
        super().__init__(f"chat moved to {new_chat}")
        self.new_chat = new_chat


class MessageGone(DeliveryError):  # noqa: N818 - a decision, not a fault
    """The message to edit no longer exists; a new one is sent in its place."""
