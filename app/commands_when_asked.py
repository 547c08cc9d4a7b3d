"""Groups of commands, each read from its module when somebody asks for it.

A process that starts has no use for the commands of others, and starts sooner without them.
Refuses: knowing what a command does.
"""

from __future__ import annotations

import importlib
from typing import Any

import click


class CommandsWhenAsked(click.Group):
    """A group that finds some commands as ``module:name``."""

    def __init__(self, *args: Any, elsewhere: dict[str, str], **kwargs: Any) -> None:
        """Keep where each command is found; nothing is imported yet."""
        super().__init__(*args, **kwargs)
        self._elsewhere = elsewhere

    def list_commands(self, context: click.Context) -> list[str]:
        """Return every name, in order."""
        return sorted({*super().list_commands(context), *self._elsewhere})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command, imported if it is one of those found elsewhere."""
        place = self._elsewhere.get(name)
        if place is None:
            return super().get_command(context, name)
        module, _, of = place.partition(":")
        found: click.Command = getattr(importlib.import_module(module), of)
        return found
