"""The command ``huxin`` (also ``python -m app``): start, check, ask, invite, drill.

Exit codes: 0 good, 1 something asked for could not be done, 2 the call or a setting is
wrong. People's mistakes are answered with a sentence, never a traceback.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from app import logs
from app.command_line import answers_mistakes, settings_of
from app.commands_when_asked import CommandsWhenAsked
from app.lasting import built_to_last

SETTINGS_VARIABLE = "HUXIN_SETTINGS"
ELSEWHERE = {
    "audit": "app.audit_group:audit",
    "group": "app.office_group:group",
    "indicators": "app.indicators_group:indicators",
    "interests": "app.interests_group:interests",
    "keys": "app.keys_group:keys",
    "letters": "app.letters_group:letters",
    "matters": "app.matters_group:matters",
    "people": "app.office_group:people",
    "person": "app.person_group:person",
    "retention": "app.retention_group:retention",
    "roster": "app.roster_group:roster",
    "rules": "app.rules_group:rules",
}


@click.group(
    cls=CommandsWhenAsked,
    elsewhere=ELSEWHERE,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path),
    envvar=SETTINGS_VARIABLE,
    metavar="FILE",
    help="本单位的设置文件；不写就用自带的 settings.toml。",
)
@click.option("--log-json", is_flag=True, help="日志写成 JSON，一行一条。")
@click.version_option(package_name="huxin", prog_name="huxin")
@click.pass_context
def main(context: click.Context, file: Path | None, *, log_json: bool) -> None:
    """护信：信访局的预警值班台。

    每一项设置都可以用环境变量改，如 HUXIN_WEB__PORT=8081。
    """
    logs.set_up(as_json=log_json)
    context.obj = file


@main.command()
@click.pass_context
@answers_mistakes
def run(context: click.Context) -> None:
    """在一个进程里运行全部：网页、机器人、派发。"""
    _run(context, "web", "bot", "dispatcher")


@main.command()
@click.pass_context
@answers_mistakes
def web(context: click.Context) -> None:
    """只运行网页和网页聊天。"""
    _run(context, "web")


@main.command()
@click.pass_context
@answers_mistakes
def bot(context: click.Context) -> None:
    """只运行机器人：读收到的消息，回答。"""
    _run(context, "bot")


@main.command()
@click.pass_context
@answers_mistakes
def dispatcher(context: click.Context) -> None:
    """只运行派发：送通知，到时提级。"""
    _run(context, "dispatcher")


def _run(context: click.Context, *names: str) -> None:
    with built_to_last():
        from app.running import Part
        from app.running import run as run_parts

    parts = frozenset(Part(name) for name in names)
    run_parts(settings_of(context), parts, say=click.echo)


@main.command()
@click.pass_context
@answers_mistakes
def check(context: click.Context) -> None:
    """检查设置、规则、镇街、数据库、渠道：每行是好的，或写明怎么办。"""
    from app.checking import check_everything

    sys.exit(0 if check_everything(lambda: settings_of(context), say=click.echo) else 2)


@main.command()
@click.pass_context
@answers_mistakes
def migrate(context: click.Context) -> None:
    """把数据库升到这一版程序的结构。"""
    from storage import migrate as schema

    settings = settings_of(context)
    schema.upgrade(settings.storage.url)
    click.echo(f"数据库结构：{schema.state(settings.storage.url)[0]}")


@main.command()
@click.argument("text", required=False)
@click.option(
    "--file", "source", type=click.File("rb"), metavar="F.jsonl", help='每行一个 {"id", "text"}。'
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON，位置按原文的字算。")
@click.option("--rules-only", is_flag=True, help="只看规则，不要第二个读者。")
@click.pass_context
@answers_mistakes
def assess(
    context: click.Context, text: str | None, source: Any, *, as_json: bool, rules_only: bool
) -> None:
    """看规则怎样读一段话：分词、命中、放过、结论。"""
    from app import assess_command

    if (text is None) == (source is None):
        message = "写一段话，或用 --file 给一个文件（两者选一）。"
        raise click.UsageError(message)
    settings = settings_of(context)
    if text is not None:
        assess_command.one(settings, text, as_json=as_json, rules_only=rules_only)
    else:
        if not as_json:
            message = "--file 要与 --json 一起用。"
            raise click.UsageError(message)
        sys.exit(0 if assess_command.many(settings, source, rules_only=rules_only) else 1)


@main.command()
@click.option("--role", help="grid_worker、social_worker、property_manager、town_officer 等。")
@click.option("--group", is_flag=True, help="绑定值班群用的码。")
@click.option("--town", help="镇街，全名或简称。")
@click.option("--district", is_flag=True, help="区值班群（与 --group 一起用）。")
@click.option("--name", help="这个人的姓名；不写就用他自己写的。")
@click.option("--count", type=click.IntRange(1, 10_000), default=1, help="要几个码。")
@click.option(
    "--qr",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="每个码一张二维码，另有一页一人一张，可以打印。",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_context
@answers_mistakes
def invite(context: click.Context, /, *, as_json: bool, **wanted: Any) -> None:
    """发邀请码：登记一个人，或绑定一个值班群。每个码用一次。"""
    from app import invite_command

    invite_command.invite(settings_of(context), as_json=as_json, **wanted)


@main.command()
@click.argument("town")
@click.pass_context
@answers_mistakes
def drill(context: click.Context, town: str) -> None:
    """发一次演练：TOWN 写镇街名或 all，消息标明【演练】，照真的走。

    写 result：看最近一次演练谁接收了、谁没有。
    """
    from app import office_commands

    office_commands.drill(settings_of(context), town)


@main.command()
@click.option("--from", "starts", metavar="2026-11-01", help="从哪一天；不写就是最近 30 天。")
@click.option("--to", "ends", metavar="2026-11-30", help="到哪一天，含这一天；不写就到今天。")
@click.option(
    "--by",
    type=click.Choice(["level", "town", "hour"]),
    default="level",
    help="按等级、镇街或钟点。",
)
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV，Excel 能直接打开。")
@click.pass_context
@answers_mistakes
def stats(
    context: click.Context, starts: str | None, ends: str | None, by: str, *, as_csv: bool
) -> None:
    """看数字：多久送达、多久接收、多久有结果，按时率、提级、误报；演练另算。"""
    from app import stats_command

    stats_command.stats(settings_of(context), starts=starts, ends=ends, by=by, as_csv=as_csv)


if __name__ == "__main__":
    main(prog_name="huxin")
