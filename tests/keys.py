"""Keys with which tests seal: always the same, so that what one store sealed another opens."""

from __future__ import annotations

from storage.key_file import spell
from storage.sealing import KEY_BYTES, Keyring, Keys

KEYS = Keys((b"k" * KEY_BYTES,), b"l" * KEY_BYTES)
KEYRING = Keyring(KEYS)
VARIABLE = spell(KEYS).replace("\n", ";")
"""The keys as ``HUXIN_SEALING__KEYS`` has them, for a process of its own."""
