"""Invitations to print."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno
from click.testing import CliRunner

from app.__main__ import main
from app.invite_pages import PAGE, Sheet, write_pages
from domain.errors import PersonCanFix

SHEETS = [
    Sheet(
        "AB12-CD34",
        "大石街道 网格员",
        "12月1日 08:00 前有效",
        "https://t.me/huxin_bot?start=AB12-CD34",
    ),
    Sheet(
        "EF56-GH78",
        "石碁镇 <物业>",
        "12月1日 08:00 前有效",
        "https://t.me/huxin_bot?start=EF56-GH78",
    ),
]


def test_each_code_has_a_picture_and_a_sheet(tmp_path: Path) -> None:
    """One PNG a code that holds its link, one section a person, words escaped."""
    folder = tmp_path / "new"
    write_pages(folder, SHEETS)
    page = (folder / PAGE).read_text("utf-8")
    assert page.count("<section>") == page.count("<svg") == 2
    assert "石碁镇 &lt;物业&gt;" in page
    for sheet in SHEETS:
        picture = (folder / f"{sheet.code}.png").read_bytes()
        again = tmp_path / "again.png"
        segno.make(sheet.link, error="m", micro=False).save(str(again), scale=12)
        assert picture.startswith(b"\x89PNG")
        assert picture == again.read_bytes()
        assert sheet.code in page


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A folder with invitations in it is left as it is, and the office is told."""
    write_pages(tmp_path, SHEETS[:1])
    before = (tmp_path / PAGE).read_bytes()
    with pytest.raises(PersonCanFix, match="换一个空文件夹"):
        write_pages(tmp_path, SHEETS)
    assert (tmp_path / PAGE).read_bytes() == before
    assert not (tmp_path / "EF56-GH78.png").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(PersonCanFix, match="写不进去"):
        write_pages(tmp_path / "file" / "deeper", SHEETS)


def test_without_telegram_there_is_nothing_to_open(
    sqlite_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No code is made: it says what to set first."""
    monkeypatch.setenv("HUXIN_STORAGE__URL", sqlite_file)
    words = ["invite", "--role", "leader", "--qr", str(tmp_path / "qr")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code != 0
    assert "channels.telegram.token" in result.output
    assert not (tmp_path / "qr").exists()
