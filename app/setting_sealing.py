"""The settings of sealing: where the keys are."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from app.setting_kinds import Part
from storage.key_file import KeySource


class Sealing(Part):
    """Where the keys are with which texts, names and phones are sealed."""

    key_file: Path
    keys: str = Field(repr=False)

    def source(self) -> KeySource:
        """Return the place in storage's own words."""
        return KeySource(self.key_file, self.keys)
