"""Settings: what stands where, what is laid over what, and each fault said clearly."""

from __future__ import annotations

from datetime import time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from app.setting_faults import settings_of
from app.setting_sources import read_file
from app.settings import PRODUCT, Settings, load
from domain.alert import Recipient
from domain.danger import Level
from domain.errors import SetupError

FAULTS = Path(__file__).parent / "settings"
NOTHING: dict[str, str] = {}


def written(folder: Path, text: str) -> Path:
    """Write an office's own settings file."""
    path = folder / "own.toml"
    path.write_text(text, "utf-8")
    return path


def fault(path: Path | None = None, **environ: str) -> str:
    """Return what a wrong setting is answered with."""
    with pytest.raises(SetupError) as caught:
        load(path, environ)
    return str(caught.value)


def test_the_products_own_file_is_the_default() -> None:
    """With no file and no variables, settings.toml holds, with its paths made absolute."""
    settings = load(environ=NOTHING)
    root = PRODUCT.parent
    assert settings.office.towns_file == root / "districts/panyu.toml"
    assert settings.rules.folder == root / "nlp/rules"
    assert settings.storage.url == f"sqlite:///{root}/var/huxin.db"
    assert settings.office.working_hours[0] == (time(8, 30), time(12, 0))
    assert settings.office.time_zone.key == "Asia/Shanghai"
    assert settings.web.max_body == 2 * 1024 * 1024
    assert not settings.channels.telegram.enabled


def test_every_setting_stands_in_the_products_file_after_a_comment() -> None:
    """A clerk finds each setting and a word about it in one place."""
    lines = [line.strip() for line in PRODUCT.read_text("utf-8").splitlines()]
    values = read_file(PRODUCT)
    for *sections, name in settings_of(Settings):
        table = values
        for section in sections:
            table = table[section]
        assert name in table
    names = {key[-1] for key in settings_of(Settings)} - {"steps", "support"}
    explained = {
        line.partition(" =")[0].strip("[]").rpartition(".")[2]  # a table stands by its last word
        for above, line in pairwise(lines)
        if above.startswith(("#", "max_wait"))
    }
    assert names - explained == set()


def test_levels_are_given_in_the_domains_words() -> None:
    """The steps of each level come out as the alerts use them."""
    times = load(environ=NOTHING).level_times()
    red, yellow = times[Level.RED], times[Level.YELLOW]
    assert [step.after for step in red.steps] == [
        timedelta(0),
        timedelta(minutes=3),
        timedelta(minutes=8),
    ]
    assert red.steps[1].to == (Recipient.DISTRICT_DESK, Recipient.LEADER_ON_DUTY)
    assert red.outcome_within == timedelta(hours=1)
    assert yellow.working_hours
    assert all(step.working_hours for step in yellow.steps)
    assert set(times) == {Level.RED, Level.ORANGE, Level.YELLOW}


def test_support_numbers_come_in_the_offices_order() -> None:
    """The police stand first, the psychological line carries its hours."""
    supports = load(environ=NOTHING).supports()
    assert [support.number for support in supports] == ["110", "119", "120", "12356"]
    assert supports[3].hours == "每天至少 18 小时"


def test_an_offices_file_holds_only_what_it_changes(tmp_path: Path) -> None:
    """The rest stays as the product says; a list is replaced as a whole."""
    path = written(tmp_path, '[office]\nname = "某区信访局"\nworking_days = [1, 6]\n')
    settings = load(path, NOTHING)
    assert settings.office.name == "某区信访局"
    assert settings.office.working_days == (1, 6)
    assert settings.office.district == "番禺区"


def test_relative_paths_count_from_the_file_they_stand_in(tmp_path: Path) -> None:
    """An office's file names its own folders, the product's file the product's."""
    text = '[office]\ntowns_file = "towns.toml"\n[storage]\nurl = "sqlite:///data/huxin.db"\n'
    settings = load(written(tmp_path, text), NOTHING)
    assert settings.office.towns_file == tmp_path / "towns.toml"
    assert settings.storage.url == f"sqlite:///{tmp_path}/data/huxin.db"
    assert settings.rules.folder == PRODUCT.parent / "nlp/rules"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg:///huxin"])
def test_a_database_that_is_no_file_keeps_its_address(url: str) -> None:
    """Only the path of a SQLite file is made absolute."""
    assert load(environ={"HUXIN_STORAGE__URL": url}).storage.url == url


def test_the_environment_is_laid_over_the_file(tmp_path: Path) -> None:
    """Words, numbers, yes and no, lists and deep settings can be given as variables."""
    path = written(tmp_path, "[web]\nport = 8081\nsession_days = 7\n")
    environ = {
        "HUXIN_WEB__PORT": "9000",
        "HUXIN_WEB__DEMO": "false",
        "HUXIN_OFFICE__WORKING_DAYS": "[1, 2]",
        "HUXIN_OFFICE__TOWNS_FILE": "towns.toml",
        "HUXIN_LEVELS__RED__OUTCOME_WITHIN": "45m",
        "HUXIN_LEVELS__RED__STEPS": '[{after = "1s", to = ["everyone"]}]',
        "HUXIN_SETTINGS": "for the command line",
        "PATH": "/bin",
    }
    settings = load(path, environ)
    assert (settings.web.port, settings.web.demo, settings.web.session_days) == (9000, False, 7)
    assert settings.office.working_days == (1, 2)
    assert settings.office.towns_file == tmp_path / "towns.toml"
    assert settings.levels.red.outcome_within == timedelta(minutes=45)
    assert settings.level_times()[Level.RED].steps[0].to == (Recipient.EVERYONE,)


def test_a_token_comes_from_the_environment_and_is_never_printed() -> None:
    """The channel is on, and neither repr nor str of the settings shows a secret."""
    settings = load(
        environ={
            "HUXIN_CHANNELS__TELEGRAM__TOKEN": "7:very-secret",
            "HUXIN_CHANNELS__TELEGRAM__PROXY": "http://me:very-secret@127.0.0.1:1",
            "HUXIN_STORAGE__URL": "postgresql+psycopg://huxin:very-secret@127.0.0.1/huxin",
            "HUXIN_REDIS__URL": "redis://:very-secret@127.0.0.1",
        }
    )
    assert settings.channels.telegram.enabled
    assert settings.channels.telegram.token.get_secret_value() == "7:very-secret"
    assert "very-secret" not in repr(settings) + str(settings)


def test_a_token_comes_from_the_file_that_holds_it(tmp_path: Path) -> None:
    """The path counts from the settings file, and the line's end is not part of the token."""
    (tmp_path / "token").write_text("7:very-secret\n")
    path = written(tmp_path, '[channels.telegram]\ntoken_file = "token"\n')
    assert load(path, NOTHING).channels.telegram.token.get_secret_value() == "7:very-secret"


def test_a_token_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The message leads to the file that cannot be read."""
    path = written(tmp_path, '[channels.telegram]\ntoken_file = "token"\n')
    said = fault(path)
    assert said == (
        f"{path}：channels.telegram.token_file：现在是 {tmp_path / 'token'}；"
        "这个文件读不出来：请检查路径和权限"
    )


@pytest.mark.parametrize("path", sorted(FAULTS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_wrong_file_is_answered_with_place_key_and_advice(path: Path) -> None:
    """Each file in settings/ carries one fault and, in its first line, the answer to it."""
    expected = path.read_text("utf-8").splitlines()[0].removeprefix("# says: ")
    said = fault(path)
    assert said == f"{path}：{expected}"
    assert "very-secret" not in said


WRONG_VARIABLES = {
    ("HUXIN_WEB__PROT", "1"): (
        "web.prot：现在是 没有这项设置；是不是 HUXIN_WEB__PORT？不需要就删去"
    ),
    ("HUXIN_WEB_PORT", "1"): (
        "web_port：现在是 没有这项设置；是不是 HUXIN_WEB__PORT？不需要就删去"
    ),
    ("HUXIN_OFICE__NAME", "某局"): (
        "ofice：现在是 没有这项设置；是不是 HUXIN_OFFICE__NAME？不需要就删去"
    ),
    ("HUXIN_WEB__PORT", "八千"): 'web.port：现在是 "八千"；要写整数，不加引号',
    ("HUXIN_WEB", "1"): 'web：现在是 "1"；这里要写一节里的各项设置，不是一个值',
    ("HUXIN_WEB__DEMO", "maybe"): 'web.demo：现在是 "maybe"；要写 true 或 false',
    ("HUXIN_WEB__HOST", "::"): (
        'web.host：现在是 "::"；演示（demo = true）时只能写 "127.0.0.1"；正式使用请改 demo = false'
    ),
    ("HUXIN_OFFICE__WORKING_DAYS", "[1,"): (
        "HUXIN_OFFICE__WORKING_DAYS：现在是 写法不对；列表要写成 TOML 的样子，如 [1, 2, 3]"
    ),
    ("HUXIN_LEVELS__RED__REPEAT_EVERY", "0m"): (
        'levels.red.repeat_every：现在是 "0m"；要比 0 长，如 "5m"'
    ),
}


@pytest.mark.parametrize(
    ("variable", "said"), WRONG_VARIABLES.items(), ids=["=".join(key) for key in WRONG_VARIABLES]
)
def test_a_wrong_variable_is_answered_by_its_name(variable: tuple[str, str], said: str) -> None:
    """The answer names the variable, and what to write in the spelling of variables."""
    name, value = variable
    assert fault(None, **{name: value}) == f"环境变量 {name}：{said}"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The path that was looked for stands in the answer."""
    path = tmp_path / "nowhere.toml"
    assert fault(path) == (
        f"{path}：整个文件：现在是 没有这个文件；请检查路径，或用 --settings 指明设置文件"
    )


def test_a_line_that_is_not_toml_is_named(tmp_path: Path) -> None:
    """The answer leads to the line."""
    path = written(tmp_path, "[web]\nhost = 127.0.0.1\n")
    assert fault(path).startswith(f"{path} 第 2 行：这一行：现在是 写法不对；")


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    """A file saved by an old editor is refused, not guessed at; a byte order mark is fine."""
    path = tmp_path / "own.toml"
    path.write_bytes('[office]\nname = "某局"\n'.encode("gbk"))
    assert "UTF-8" in fault(path)
    path.write_bytes('[office]\nname = "某局"\n'.encode("utf-8-sig"))
    assert load(path, NOTHING).office.name == "某局"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_the_demo_runs_on_this_machine_only(host: str) -> None:
    """Every loopback address will do."""
    assert load(environ={"HUXIN_WEB__HOST": host}).web.demo


def test_without_the_demo_every_address_will_do() -> None:
    """An office that has switched the demo off may open its pages to others."""
    environ = {"HUXIN_WEB__HOST": "0.0.0.0", "HUXIN_WEB__DEMO": "false"}  # noqa: S104 - not bound
    assert load(environ=environ).web.host == "0.0.0.0"  # noqa: S104 - not bound


def test_a_webhook_needs_an_address(tmp_path: Path) -> None:
    """Telegram has to know where to post; with one, and without a token, it is good."""
    path = written(tmp_path, '[channels.telegram]\nmode = "webhook"\n')
    token = {"HUXIN_CHANNELS__TELEGRAM__TOKEN": "7:very-secret"}
    assert not load(path, NOTHING).channels.telegram.enabled
    with pytest.raises(SetupError) as fault:
        load(path, token)
    assert "channels.telegram.mode" in str(fault.value)
    assert "very-secret" not in str(fault.value)
    public = {"HUXIN_WEB__PUBLIC_URL": "https://huxin.example.gov.cn"}
    assert load(path, token | public).channels.telegram.mode == "webhook"
