"""Settings that are secret: kept out of settings files, never shown.

Refuses: to print one.
"""

from __future__ import annotations

from pathlib import Path

from app.setting_faults import HIDDEN
from app.setting_sources import Gathered, Key, variable
from domain.errors import SetupError

TOKEN: Key = ("channels", "telegram", "token")
TOKEN_FILE: Key = ("channels", "telegram", "token_file")
KEYS: Key = ("sealing", "keys")
KEY_FILE: Key = ("sealing", "key_file")
# An address may hold a password, so its value is not shown either.
SECRETS: set[Key] = {
    TOKEN,
    KEYS,
    ("storage", "url"),
    ("redis", "url"),
    ("channels", "telegram", "proxy"),
    ("proof", "ping_url"),
}


def keep_out_of_files(gathered: Gathered) -> None:
    """Refuse a secret that stands in a settings file."""
    for secret, instead in ((TOKEN, TOKEN_FILE), (KEYS, KEY_FILE)):
        source = gathered.source(secret)
        if source is not None and source.file is not None and gathered.get(secret):
            write = f"不要写在这里：写进环境变量 {variable(secret)}，或用 {instead[-1]}"
            raise SetupError(where=source.name, key=".".join(secret), found=HIDDEN, write=write)


def read_token(gathered: Gathered) -> None:
    """Take the token from the environment, else from the file that holds it."""
    file, source = gathered.get(TOKEN_FILE), gathered.source(TOKEN_FILE)
    if gathered.get(TOKEN) or not file or not isinstance(file, str) or source is None:
        return
    try:
        gathered.put(TOKEN, Path(file).read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError):
        key, write = ".".join(TOKEN_FILE), "这个文件读不出来：请检查路径和权限"
        raise SetupError(where=source.name, key=key, found=file, write=write) from None
