"""What reads reports seldom starts sooner, and is as strict and as good a reader."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.office_settings import Reads, build_office
from app.settings import Settings, load
from domain.danger import Level
from domain.errors import SetupError

FEW = Path(__file__).parent.parent / "few_rules"
PETROL = "大石街有人往门口泼汽油，拿着打火机说要点火"


def settings_with(rules: Path) -> Settings:
    """Return the product's settings with other rules."""
    return load(None, environ={"HUXIN_RULES__FOLDER": str(rules)})


def test_the_seldom_reader_reads_what_the_other_reads() -> None:
    """The rules are compiled with the first report, once for all who read at the same time."""
    always, seldom = (
        build_office(settings_with(FEW), reads=reads) for reads in (Reads.ALWAYS, Reads.SELDOM)
    )
    texts = [PETROL, "路灯坏了", PETROL + "，已经报警"]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(seldom.assess, texts)) == [always.assess(text) for text in texts]
    assert seldom.assess(PETROL).level is Level.RED


@pytest.mark.parametrize("reads", [Reads.ALWAYS, Reads.SELDOM])
def test_nothing_starts_with_wrong_rules(tmp_path: Path, reads: Reads) -> None:
    """Not with a file that is wrong, and not with files that only together are."""
    with pytest.raises(SetupError):
        build_office(settings_with(tmp_path), reads=reads)
    words = (FEW / "few.toml").read_text("utf-8")
    (tmp_path / "few.toml").write_text(words + "\nnobody = 1\n", "utf-8")
    with pytest.raises(SetupError):
        build_office(settings_with(tmp_path), reads=reads)
    (tmp_path / "few.toml").write_text(words + CIRCLE, "utf-8")
    with pytest.raises(SetupError, match="互相等待"):
        build_office(settings_with(tmp_path), reads=reads)


def test_who_never_reads_finds_nothing() -> None:
    """Whoever only stores what comes in needs no rules."""
    assert build_office(settings_with(FEW), reads=Reads.NEVER).assess(PETROL).level is Level.NONE


CIRCLE = """
[[rule]]
id = "RING-01"
level = "yellow"
reason = "甲"
all = ["ring_b"]
gives = "ring_a"
match = ["<甲>"]
no_match = ["乙"]
false_positives = "无"

[[rule]]
id = "RING-02"
level = "yellow"
reason = "乙"
all = ["ring_a"]
gives = "ring_b"
match = ["<甲>"]
no_match = ["乙"]
false_positives = "无"
"""
