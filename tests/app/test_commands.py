"""The command huxin, as people call it: good calls, mistakes, exit codes."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts.holidays import calendar_of_china
from app.__main__ import main
from domain.alert import Chain, LevelTimes, Recipient, Step, fresh_alert
from domain.channel import Address
from domain.danger import Level
from domain.duty import Role, Scope
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.keys import KEYRING, VARIABLE

PRODUCT = Path(__file__).resolve().parents[2]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the commands a database of their own."""
    url = f"sqlite:///{tmp_path}/huxin.db"
    monkeypatch.setenv("HUXIN_STORAGE__URL", url)
    monkeypatch.setenv("HUXIN_WEB__COOKIE_SECRET_FILE", str(tmp_path / "cookie.key"))
    monkeypatch.setenv("HUXIN_SEALING__KEYS", VARIABLE)
    return url


@pytest.fixture
def one_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the commands a rule folder with one small family."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "small.toml").write_text(
        """
# 这一行注释要留下
[family]
name = "小试"
category = ["self_harm"]

[terms]
roof = ["楼顶上"]
jump = ["要跳"]

[[rule]]
id = "TRY-01"
level = "red"
reason = "人在楼顶上说要跳"
all = ["roof", "jump"]
within = 20
match = ["他在<楼顶上说要跳>"]
no_match = ["楼顶的门锁好了", "孩子要跳绳"]
false_positives = "排练。"
""",
        "utf-8",
    )
    monkeypatch.setenv("HUXIN_RULES__FOLDER", str(folder))
    return folder


def call(*words: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(main, words)


def test_check_says_a_line_for_every_part(database: str, one_rule: Path) -> None:
    """Each part is looked at, and all good ends with 0."""
    result = call("check")
    assert result.exit_code == 0, result.output
    marks = [line[0] for line in result.output.splitlines()]
    assert marks == ["✓"] * 10


def test_check_says_how_far_the_holidays_are_known(
    database: str, one_rule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last year, and that weekends alone count beyond it; or that none are kept."""
    last = calendar_of_china().last_year
    assert f"节假日　知道到 {last} 年，以后只看星期几" in call("check").output
    monkeypatch.setenv("HUXIN_OFFICE__DAYS_OFF", '["2099-01-01"]')
    assert "知道到 2099 年" in call("check").output
    monkeypatch.setenv("HUXIN_OFFICE__PUBLIC_HOLIDAYS", "false")
    assert "不看法定节假日" in call("check").output


def test_check_tries_the_template_of_letters(
    database: str, one_rule: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template that is not there is named before a clerk needs it."""
    monkeypatch.setenv("HUXIN_PETITIONS__LETTERS__TEMPLATE", str(tmp_path / "none.docx"))
    result = call("check")
    assert result.exit_code == 2
    assert "✗ 提醒函" in result.output
    assert "none.docx" in result.output


def test_check_says_what_to_do_with_a_broken_rule(database: str, one_rule: Path) -> None:
    """A fault is named with its file, the other parts are looked at all the same."""
    (one_rule / "small.toml").write_text("[[rule]]\nid = 3\n", "utf-8")
    result = call("check")
    assert result.exit_code == 2
    faults = [line for line in result.output.splitlines() if line.startswith("✗")]
    assert len(faults) == 1
    assert "small.toml" in faults[0]


def test_assess_gives_the_agreed_json(one_rule: Path) -> None:
    """Level, categories, town, evidence with offsets of the original, and mutes."""
    text = "大石街道：他在楼顶上说要跳，快来"
    given = json.loads(call("assess", "--json", text).output)
    assert given["level"] == "red"
    assert given["category"] == ["self_harm"]
    assert given["town"] == "大石街道"
    assert given["muted"] == []
    (found,) = given["evidence"]
    assert set(found) == {"rule", "start", "end", "text", "reason"}
    assert text[found["start"] : found["end"]] == found["text"]


def test_assess_shows_a_person_hits_and_verdict(one_rule: Path) -> None:
    """Somebody who reads it sees what was found, why, and that a person decides."""
    shown = call("assess", "他在楼顶上说要跳").output
    assert "命中：TRY-01" in shown
    assert "疑似，待人工核实" in shown


def test_assess_reads_a_file_and_names_malformed_lines(one_rule: Path, tmp_path: Path) -> None:
    """Bad lines are named by number and the rest is done; the exit code tells."""
    file = tmp_path / "f.jsonl"
    file.write_bytes(
        '{"id": "a", "text": "他在楼顶上说要跳"}\nnot json\n{"id": "b"}\n\n'
        '{"id": 7, "text": "电梯坏了"}\n'.encode()
    )
    result = CliRunner().invoke(main, ["assess", "--json", "--file", str(file)])
    assert result.exit_code == 1
    given = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["id"], one["level"]) for one in given] == [("a", "red"), (7, "none")]
    assert "第 2 行" in result.stderr
    assert "第 3 行" in result.stderr


def test_assess_wants_a_text_or_a_file() -> None:
    """Neither, or both, is a mistake of the call."""
    assert call("assess").exit_code == 2
    assert call("assess", "--file", __file__, "--json", "x").exit_code == 2


def test_invite_gives_codes_as_json(database: str) -> None:
    """A list of code, role, town and expiry; a short town name is enough."""
    result = call("invite", "--role", "grid_worker", "--town", "大石", "--count", "3", "--json")
    assert result.exit_code == 0, result.output
    made = json.loads(result.output)
    assert len({one["code"] for one in made}) == 3
    assert all(one["role"] == "grid_worker" and one["town"] == "大石街道" for one in made)
    assert all(one["expires_at"].endswith("+00:00") for one in made)


def test_an_invite_is_kept_only_as_a_hash(database: str, tmp_path: Path) -> None:
    """Who steals the database file cannot enrol with it."""
    (made,) = json.loads(call("invite", "--role", "leader", "--json").output)
    bare = made["code"].replace("-", "").encode()
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("huxin.db*"))
    assert bare not in stored
    assert made["code"].encode() not in stored


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--role", "king"], "没有「king」这个角色"),
        (["--role", "grid_worker"], "要写 --town"),
        (["--role", "leader", "--town", "大石"], "管全区"),
        (["--role", "grid_worker", "--town", "月球镇"], "没有「月球镇」这个镇街"),
        (["--group"], "两者选一"),
        (["--group", "--town", "大石", "--district"], "两者选一"),
        (["--group", "--role", "leader"], "只能选一个"),
        ([], "写 --role"),
    ],
)
def test_a_wrong_invite_is_told_what_to_write(database: str, words: list[str], says: str) -> None:
    """A mistake is answered with a sentence and 1, never a traceback."""
    result = call("invite", *words)
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output


def test_a_group_invite_names_its_scope(database: str) -> None:
    """Codes for duty groups say whose group it becomes."""
    (town,) = json.loads(call("invite", "--group", "--town", "石碁镇", "--json").output)
    (district,) = json.loads(call("invite", "--group", "--district", "--json").output)
    assert (town["scope"], town["town"], town["role"]) == ("town", "石碁镇", None)
    assert (district["scope"], district["town"]) == ("district", None)


def test_drill_all_reaches_every_town(database: str, one_rule: Path) -> None:
    """One drill a town, each marked."""
    result = call("drill", "all")
    assert result.exit_code == 0, result.output
    assert result.output.count("【演练】") == 16


def test_the_roster_is_kept_and_shown(database: str) -> None:
    """Somebody enrolled is put on a post, and the coming days show it."""
    store = Store(database, keyring=KEYRING)
    call("migrate")
    store.write(lambda uow: uow.people.add(name="阿玲", role=Role.TOWN_OFFICER, town="大石街道"))
    store.close()
    added = call(
        "roster", "add", "--post", "town_duty", "--person", "阿玲", "--town", "大石",
        "--from", "2020-01-01 08:00", "--to", "2099-01-01 08:00",
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    assert "大石街道值班　阿玲" in call("roster", "show").output
    assert call("people", "list").output.strip().endswith("大石街道值班员 阿玲")
    assert call("people", "revoke", "1").exit_code == 0
    assert "没有排班" in call("roster", "show").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--post", "cook"], "没有「cook」这个岗位"),
        (["--post", "town_duty"], "要写 --town"),
        (["--post", "leader_duty", "--to", "2019-01-01"], "要比 --from 晚"),
        (["--post", "leader_duty", "--from", "明天"], "看不懂"),
        (["--post", "leader_duty"], "没有登记过"),
    ],
)
def test_a_wrong_shift_is_told_what_to_write(database: str, words: list[str], says: str) -> None:
    """A mistake in a shift is answered with a sentence."""
    base = {"--person": "无名", "--from": "2020-01-01", "--to": "2021-01-01"}
    given = dict(zip(words[::2], words[1::2], strict=True))
    flat = [word for pair in {**base, **given}.items() for word in pair]
    result = call("roster", "add", *flat)
    assert result.exit_code == 1
    assert says in result.output


def _bind(uow: UnitOfWork) -> None:
    for chat, scope, town in (("room-1", Scope.TOWN, "大石街道"), ("room-2", Scope.DISTRICT, None)):
        title = f"{town or '区'}值班群"
        uow.groups.bind(Address("wire", chat), scope=scope, town=town, title=title)


def test_a_group_rests_and_comes_back_by_command(database: str, one_rule: Path) -> None:
    """Both sides are told in the outbox; a group that does not rest has nothing to end."""
    assert call("migrate").exit_code == 0
    store = Store(database, keyring=KEYRING)
    store.write(_bind)
    result = call("group", "pause", "大石", "--for", "2h", "--why", "换群")
    assert result.exit_code == 0, result.output
    assert "大石街道值班群 维护到" in result.output
    (group,) = store.read(lambda uow: uow.groups.of(Scope.TOWN, "大石街道"))
    assert group.paused_why == "换群"
    assert store.read(lambda uow: uow.deliveries.waiting())[0] == 2
    assert call("group", "resume", "大石").exit_code == 0
    again = call("group", "resume", "大石")
    assert (again.exit_code, "没有在维护" in again.output) == (1, True)
    store.close()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["大石", "--for", "2h", "--why", "换群"], "没有绑定值班群"),
        (["石头城", "--for", "2h", "--why", "换群"], "没有「石头城」这个镇街"),
        (["大石", "--for", "两小时", "--why", "换群"], "请写成 30m 或 2h"),
        (["大石", "--for", "2h", "--why", " "], "--why 要写原因"),
    ],
)
def test_a_wrong_pause_is_told_what_to_write(
    database: str, one_rule: Path, words: list[str], says: str
) -> None:
    """A sentence, exit code 1, and nothing rests."""
    result = call("group", "pause", *words)
    assert result.exit_code == 1
    assert says in result.output


def test_rules_are_shown_proved_and_tried(one_rule: Path, tmp_path: Path) -> None:
    """A writer of rules reads one, proves it, and sees what a change would do."""
    assert "他在<楼顶上说要跳>" in call("rules", "show", "try-01").output
    assert call("rules", "test", "TRY-01").exit_code == 0
    changed = tmp_path / "small.toml"
    text = (one_rule / "small.toml").read_text("utf-8")
    changed.write_text(text.replace('["要跳"]', '["要跳", "想跳"]'), "utf-8")
    texts = tmp_path / "t.jsonl"
    texts.write_text('{"text": "她在楼顶上想跳"}\n{"text": "下雨"}\n', "utf-8")
    tried = call("rules", "try", str(changed), "--on", str(texts)).output
    assert "多命中 1，少命中 0" in tried


def test_rules_test_finds_an_example_that_does_not_hold(one_rule: Path) -> None:
    """A broken example is named and the exit code is 1."""
    file = one_rule / "small.toml"
    file.write_text(file.read_text("utf-8").replace("楼顶的门锁好了", "在楼顶上说要跳"), "utf-8")
    result = call("rules", "test")
    assert result.exit_code == 1
    assert "不应命中" in result.output


def test_a_false_alarm_becomes_a_no_match_line_by_one_command(
    database: str, one_rule: Path
) -> None:
    """Accepting a proposal writes the line into the rule's file; comments stay."""
    call("migrate")
    store = Store(database, keyring=KEYRING)
    store.write(_propose)
    store.close()
    assert "1　TRY-01　排练时在楼顶上说要跳" in call("rules", "proposals").output
    accepted = call("rules", "proposals", "--accept", "1")
    assert accepted.exit_code == 0, accepted.output
    assert "规则现在还会命中这一句" in accepted.output
    written = (one_rule / "small.toml").read_text("utf-8")
    assert "排练时在楼顶上说要跳" in written
    assert "# 这一行注释要留下" in written
    assert call("rules", "proposals", "--accept", "1").exit_code == 1


def _propose(uow: UnitOfWork) -> None:
    hour = timedelta(hours=1)
    times = LevelTimes((Step(timedelta(), (Recipient.EVERYONE,)),), hour, hour)
    chain = Chain(times, (uow.now,))
    fresh = fresh_alert(town=None, level=Level.RED, categories=(), chain=chain, at=uow.now)
    alert = uow.alerts.add(fresh)
    uow.proposals.add(rule="TRY-01", line="排练时在楼顶上说要跳", alert_id=alert.id)


def test_a_wrong_setting_stops_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """File or variable, key, what was found and what to write; exit code 2."""
    monkeypatch.setenv("HUXIN_WEB__PORT", "eighty")
    result = call("migrate")
    assert result.exit_code == 2
    for part in ("HUXIN_WEB__PORT", "web.port", "eighty"):
        assert part in result.output


def test_an_office_file_is_laid_over_the_product(
    database: str, one_rule: Path, tmp_path: Path
) -> None:
    """--settings FILE changes what it names and nothing else."""
    own = tmp_path / "own.toml"
    own.write_text('[office]\nname = "试验区信访局"\n', "utf-8")
    assert "试验区信访局" in call("--settings", str(own), "check").output
    shutil.rmtree(one_rule)
    assert call("--settings", str(tmp_path / "nowhere.toml"), "check").exit_code == 2


def test_stats_are_a_table_or_csv_for_excel(database: str, one_rule: Path) -> None:
    """Chinese heads, a line a level, all, drills apart; the CSV begins with a byte order mark."""
    assert call("drill", "大石街道").exit_code == 0
    table = call("stats").output.splitlines()
    assert table[1].split()[:3] == ["等级", "预警", "按时接收率"]
    assert [line.split()[0] for line in table[2:]] == ["红", "橙", "黄", "合计", "演练"]
    assert (table[-2].split()[1], table[-1].split()[1]) == ("0", "1")
    written = call("stats", "--by", "town", "--csv").stdout_bytes
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert rows[0][:2] == ["镇街", "预警"]
    assert [row[0] for row in rows[1:]] == ["合计", "演练"]
    assert rows[0][-6:] == [
        "送达中位（秒）", "送达90%位（秒）", "接收中位（秒）",
        "接收90%位（秒）", "办结中位（秒）", "办结90%位（秒）",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--from", "上周"], "看不懂"),
        (["--from", "2026-11-02", "--to", "2026-11-01"], "不能早于"),
    ],
)
def test_wrong_days_are_told_what_to_write(
    database: str, one_rule: Path, words: list[str], says: str
) -> None:
    """A mistake in a day is answered with a sentence."""
    result = call("stats", *words)
    assert result.exit_code == 1
    assert says in result.output


def test_drill_result_says_who_answered(database: str, one_rule: Path) -> None:
    """Nothing before the first; then each town with what came of it."""
    call("migrate")
    assert "没有演练" in call("drill", "result").output
    assert call("drill", "大石街道").exit_code == 0
    shown = call("drill", "result").output
    assert "A-0001　大石街道　还没有人接收" in shown


def test_no_drill_beside_a_live_red_alert(database: str, one_rule: Path) -> None:
    """One town: refused with the number. All: the others drill, and that one is named."""
    call("migrate")
    store = Store(database, keyring=KEYRING)
    store.write(leave_a_red_alert)
    store.close()
    refused = call("drill", "大石街道")
    assert refused.exit_code == 1
    assert "大石街道有红色预警 A-0001" in refused.output
    every = call("drill", "all")
    assert every.output.count("【演练】") == 15
    assert "大石街道有红色预警 A-0001" in every.output


def leave_a_red_alert(uow: UnitOfWork) -> None:
    """Leave a red alert of a town open."""
    times = LevelTimes(
        steps=(Step(timedelta(), (Recipient.TOWN_GROUP,)),),
        repeat_every=timedelta(minutes=5),
        outcome_within=timedelta(hours=1),
    )
    chain = Chain(times, (uow.now,))
    uow.alerts.add(
        fresh_alert(town="大石街道", level=Level.RED, categories=(), chain=chain, at=uow.now)
    )
