"""``huxin check``: every part looked at, each line good or what to do."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from telegram.error import InvalidToken, TelegramError

from app import letter_paper
from app.office_settings import calendar
from app.settings import PRODUCT, Settings
from app.telegram_account import open_account
from domain.errors import SetupError
from nlp import places, rulebook, weak_signals
from nlp.assess import Assessor
from storage import migrate
from storage.key_rows import admit
from storage.redis_live import redis_answers

A_MONTH = timedelta(days=31)  # before the known holidays end, it is said
PRIVACY_OFF = "群里的话都听得到"
PRIVACY_ON = (
    "隐私模式开着：群里只听得到命令和对它的回复。"
    "要听到大家的话：设为群管理员，或在 @BotFather 发 /setprivacy 选 Disable 再重新入群"
)
LEAST_FREE = 512 * 1024 * 1024  # bytes on the disk that holds the data
BACK_UP = "另存了吗？要和数据库的备份分开放；丢了它，里面的文字谁也打不开"

Say = Callable[[str], object]


def check_everything(read_settings: Callable[[], Settings], *, say: Say) -> bool:
    """Look at every part and say how it stands; True when all is good."""
    try:
        settings = read_settings()
    except SetupError as error:
        say(f"✗ 设置　{error}")
        return False
    say(f"✓ 设置　{settings.office.name}")
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("规则", _rules),
        ("镇街", _towns),
        ("节假日", _holidays),
        ("数据库", _database),
        ("密钥", _keys),
        ("磁盘", _disk),
        ("Redis", _redis),
        ("渠道", _channels),
        ("提醒函", _letters),
    )
    good = True
    for name, look in checks:
        try:
            say(f"✓ {name}　{look(settings)}")
        except SetupError as error:
            say(f"✗ {name}　{error}")
            good = False
    return good


def _rules(settings: Settings) -> str:
    book = rulebook.load(settings.rules.folder)
    Assessor(book)
    second = settings.second_reader
    if not second.enabled:
        return f"{len(book.rules)} 条；第二个读者没有用"
    heading = weak_signals.load(second.weights).heading
    return f"{len(book.rules)} 条；第二个读者 {heading.made_on}，学过 {heading.reports} 条"


def _towns(settings: Settings) -> str:
    gazetteer = places.load(settings.office.towns_file)
    villages = sum(len(town.villages) for town in gazetteer.towns)
    return f"{gazetteer.district.name} {len(gazetteer.towns)} 个镇街，{villages} 个村居"


def _holidays(settings: Settings) -> str:
    days = calendar(settings)
    if not settings.office.public_holidays:
        return "不看法定节假日，只看星期几"
    today = datetime.now(settings.office.time_zone).date()
    if not days.knows(today):
        return f"只知道到 {days.last_year} 年；今年起只看星期几，请写 office.days_off 和 days_on"
    later = "" if days.knows(today + A_MONTH) else "；快到期了，请更新程序或写 office.days_off"
    return f"知道到 {days.last_year} 年，以后只看星期几{later}"


def _database(settings: Settings) -> str:
    migrate.upgrade(settings.storage.url)
    found, _ = migrate.state(settings.storage.url)
    return f"能读写，结构 {found}"


def _keys(settings: Settings) -> str:
    source = settings.sealing.source()
    keyring = admit(settings.storage.url, source)
    if source.open_to_others():
        raise SetupError(
            where=str(source.file),
            key=source.setting,
            found="别的用户也能读",
            write=f"请运行 chmod 600 {source.file}",
        )
    plain = "；升级前的内容还没有加密，请运行 huxin keys rotate" if keyring.accepts_plain else ""
    readers = "" if source.text else "，只有本用户能读"
    return f"{source.name}{readers}。{BACK_UP}{plain}"


def _disk(settings: Settings) -> str:
    url = settings.storage.url
    where = (
        Path(url.removeprefix("sqlite:///")).resolve().parent
        if url.startswith("sqlite")
        else PRODUCT
    )
    # A folder that cannot be made is the database's fault to tell; its disk is above it.
    where = next(folder for folder in (where, *where.parents) if folder.exists())
    free = shutil.disk_usage(where).free
    if free < LEAST_FREE:
        raise SetupError(
            where=str(where),
            key="磁盘",
            found=f"只剩 {free // 1024**2} MB",
            write=f"请腾出至少 {LEAST_FREE // 1024**2} MB",
        )
    return f"还有 {free // 1024**3} GB"


def _redis(settings: Settings) -> str:
    if not settings.redis.url:
        return "没有用（单机不需要）"
    problem = redis_answers(settings.redis.url)
    if problem is not None:
        raise SetupError(
            where="settings.toml",
            key="redis.url",
            found=problem,
            write='请启动 Redis，或单机使用时写 ""',
        )
    return "有回应"


async def _telegram(settings: Settings) -> str:
    """Ask Telegram who the bot is."""
    account = open_account(settings)
    assert account is not None  # noqa: S101 - for the type checker
    try:
        own = await account.ask_self()
    except InvalidToken:
        raise SetupError(
            where="settings.toml",
            key="channels.telegram.token",
            found="Telegram 不认这个口令",
            write="请向 @BotFather 核对，或要一个新的",
        ) from None
    except TelegramError as error:
        raise SetupError(
            where="settings.toml",
            key="channels.telegram",
            found=f"连不上 Telegram（{type(error).__name__}）",
            write="请检查网络；被挡住时写 proxy，如 http://127.0.0.1:7890",
        ) from None
    finally:
        await account.close()
    hears = PRIVACY_OFF if own.hears_all else PRIVACY_ON
    return f"Telegram @{own.name}（{settings.channels.telegram.mode}）{hears}"


def _channels(settings: Settings) -> str:
    names = []
    if settings.channels.telegram.enabled:
        names.append(asyncio.run(_telegram(settings)))
    if settings.channels.webchat.enabled:
        names.append("网页聊天" + ("（演示）" if settings.web.demo else ""))
    if not names:
        raise SetupError(
            where="settings.toml",
            key="channels",
            found="都没有启用",
            write="至少启用一个，如 [channels.webchat] enabled = true",
        )
    return "、".join(names)


def _letters(settings: Settings) -> str:
    template = settings.petitions.letters.template
    letter_paper.check(template)
    return f"模板 {template.name}"
