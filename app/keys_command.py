"""Keys from the terminal: which there are, a new one, and sealing anew with it."""

from __future__ import annotations

import time

import click

from app.settings import Settings
from domain.errors import PersonCanFix
from storage import migrate, resealing
from storage.key_file import KeySource
from storage.key_rows import PLAIN, admit, needed_keys
from storage.store import Store

# Running processes take up a new key within a second; what they had begun ends meanwhile.
SETTLED_SECONDS = 5.0
IN_USE = "正在用"
STILL_NEEDED = "旧的，还有内容要用它；运行 huxin keys rotate 后可以不用"
NOT_NEEDED = "旧的，数据库不再用它；旧的备份还要用，随备份另存"
LOOK_UP = "查找姓名、电话用，一直要留着"
PLAIN_LEFT = "升级前的内容还没有加密：请运行 huxin keys rotate"
ADDED = "新密钥 {key} 已写进 {file}。\n现在就另存这个文件；有几台机器的，马上把它复制到每一台。"
THEN_ROTATE = "然后运行 huxin keys rotate，把已有内容换成新密钥。"
UNUSED = (
    "密钥 {key} 数据库不再用了，可以从密钥文件里删掉那一行。旧的备份还要用它：随备份另存，不要丢。"
)
LEFT = "还有程序在用旧密钥写 {columns}：请重新启动护信的全部程序，再运行一次 huxin keys rotate"


def show(settings: Settings) -> None:
    """Print each key's id and what it is for; never a key."""
    migrate.upgrade(settings.storage.url)
    source = settings.sealing.source()
    keyring = admit(settings.storage.url, source)
    needed = needed_keys(settings.storage.url)
    click.echo(source.name)
    for key in keyring.ids:
        words = STILL_NEEDED if key in needed else NOT_NEEDED
        click.echo(f"seal    {key}  {IN_USE if key == keyring.newest else words}")
    click.echo(f"lookup  {keyring.looks_up_by}  {LOOK_UP}")
    if keyring.accepts_plain:
        click.echo(PLAIN_LEFT)


def add(settings: Settings) -> None:
    """Put a new key on top of the file; running processes take it up by themselves."""
    migrate.upgrade(settings.storage.url)
    source = settings.sealing.source()
    admit(settings.storage.url, source)
    key = source.add_new()
    admit(settings.storage.url, source)  # from now on the database needs it
    click.echo(ADDED.format(key=key, file=source.file))
    click.echo(THEN_ROTATE)


def rotate(settings: Settings) -> None:
    """Reseal everything with the newest key; `PersonCanFix` when an old one is still written."""
    url = settings.storage.url
    migrate.upgrade(url)
    source = settings.sealing.source()
    keyring = admit(url, source)
    _let_others_take_it_up(source)
    store = Store(url, keyring=keyring)
    try:
        rotated = resealing.rotate(store, keyring, say=_say)
    finally:
        store.close()
    if rotated.left:
        raise PersonCanFix(LEFT.format(columns="、".join(rotated.left)))
    click.echo(f"全部内容都已用密钥 {keyring.newest} 加密。")
    for key in rotated.unused:
        if key != PLAIN:
            click.echo(UNUSED.format(key=key))


def _say(step: resealing.Progress) -> None:
    if step.rows:
        click.echo(f"{step.table}　看了 {step.rows} 行，重新加密 {step.resealed} 处")


def _let_others_take_it_up(source: KeySource) -> None:
    rest = SETTLED_SECONDS - source.age()
    if rest > 0:
        time.sleep(rest)
