"""What every command shares: mistakes answered with a sentence, and the settings."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from domain.errors import PersonCanFix, SetupError

if TYPE_CHECKING:
    from app.settings import Settings

_F = TypeVar("_F", bound=Callable[..., Any])


def answers_mistakes(command: _F) -> _F:
    """Print what is wrong and how to mend it, and end with 2 (settings) or 1 (the asking)."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except SetupError as error:
            click.echo(f"✗ {error}", err=True)
            sys.exit(2)
        except PersonCanFix as error:
            click.echo(f"✗ {error.reply}", err=True)
            sys.exit(1)
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - nobody reads any more
            sys.exit(0)

    return run  # type: ignore[return-value]


def settings_of(context: click.Context) -> Settings:
    """Read the settings that the call names; `SetupError` says what is wrong in them."""
    file: Path | None = context.obj
    # Here, so that --help comes at once and a start knows beforehand that it builds what lasts.
    from app.settings import load  # noqa: PLC0415

    return load(file)
