"""Keys for measurements, always the same: what one process sealed another opens."""

from __future__ import annotations

from storage.sealing import KEY_BYTES, Keyring, Keys

KEYRING = Keyring(Keys((b"b" * KEY_BYTES,), b"m" * KEY_BYTES))
