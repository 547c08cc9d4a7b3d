"""Every sentence about the chats themselves: a group is joined or bound, a channel is out."""

from __future__ import annotations

from domain.duty import Group, Scope

IN_GROUP = (
    "护信在这个群里了。\n"
    "作值班群：请已登记的值班员或管理员按下面的按钮，预警就发到这里。\n"
    "作上报群：不用绑定，已登记的人在这里写的危险会上报。\n"
)
HEARS_ALL = "大家在这里写的，我都听得到；看不出危险的不理会。"
HEARS_LITTLE = (
    "我现在听不到大家直接写的话，只听得到命令（如 /report 谁在哪什么情况）和对我的回复。"
    "要让我听到：把我设为群管理员；或在 @BotFather 发 /setprivacy，选这个机器人，选 Disable，"
    "再把我移出群、重新加入。"
)
HEARS_UNKNOWN = (
    "开着隐私模式时，我只听得到命令（如 /report）和对我的回复。要让我听到大家的话，"
    "请把我设为群管理员，或在 @BotFather 关掉隐私模式后把我移出再加入。"
)
BIND_THIS_GROUP = "绑定为值班群"
ASK_BIND = "{who}：本群绑定为哪里的值班群？"
DISTRICT_GROUP = "区值班群"
BOUND_NOW = "绑定好了。"
BOUND_ALREADY = "本群已经是{title}，要改请找管理员。"
MAY_NOT_BIND = "只有值班员、区值班员、带班领导和管理员能绑定。"
BOT_REMOVED = "机器人被停用或移出了群"

TELEGRAM_DARK = "Telegram 已有一阵子收不到消息，请检查网络或代理。这期间请用别的渠道上报。"
TELEGRAM_TOKEN = "Telegram 不认机器人的口令，收发都停了。请管理员换上新的口令再启动。"  # noqa: S105
TELEGRAM_SHARED = (
    "另有程序在用同一个 Telegram 机器人，消息会被它取走一部分。"
    "请停掉那一个，或在 @BotFather 换口令。"
)
TELEGRAM_HOOK = "Telegram 送不到护信的网页地址（webhook），请检查 public_url、证书和防火墙。"


def hearing(*, hears_all: bool | None) -> str:
    """Return what the bot hears in a group, and how to change it; None where it is not known."""
    if hears_all is None:
        return HEARS_UNKNOWN
    return HEARS_ALL if hears_all else HEARS_LITTLE


def group_title(scope: Scope, town: str | None) -> str:
    """Return what a duty group is called when its chat has no name."""
    return f"{town}值班群" if scope is Scope.TOWN else "区值班群"


def group_bound(group: Group) -> str:
    """Return what a group reads once it is bound."""
    whose = group.town if group.scope is Scope.TOWN else "区值班室"
    return f"本群已绑定为{whose}值班群，预警会发到这里。值班员请先私信我登记，才能按按钮。"
