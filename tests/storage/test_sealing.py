"""Sealing: what was sealed opens as it was, and nothing else opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sealing import KEY_BYTES, CannotOpen, Keyring, Keys, Why
from tests.keys import KEYRING, KEYS

NAME = "people.name"
OTHER = Keyring(Keys((b"o" * KEY_BYTES,), b"p" * KEY_BYTES))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_as_it_was(text: str) -> None:
    """Any text, to the last character."""
    assert KEYRING.open(KEYRING.seal(text, NAME), NAME) == text


def test_a_sealed_value_gives_nothing_away() -> None:
    """Not its text, and not even that two are equal; its version and key are named."""
    one, two = KEYRING.seal("陈小燕", NAME), KEYRING.seal("陈小燕", NAME)
    assert one != two
    assert one.startswith(f"s1.{KEYRING.newest}.")
    assert one.isascii()


def test_an_empty_text_stays_empty() -> None:
    """SQL can still ask whether there is something."""
    assert KEYRING.seal("", NAME) == KEYRING.open("", NAME) == ""


def test_a_value_that_was_moved_to_another_column_does_not_open() -> None:
    """Else a name could be read where a note is shown to more people."""
    sealed = KEYRING.seal("陈小燕", NAME)
    with pytest.raises(CannotOpen) as raised:
        KEYRING.open(sealed, "alerts.outcome_note")
    assert (raised.value.why, raised.value.context) == (Why.CHANGED, "alerts.outcome_note")


def test_a_changed_value_is_an_error_and_never_garbage() -> None:
    """Each character of the ciphertext counts, and so does its length."""
    sealed = KEYRING.seal("他说他要跳楼!!", NAME)  # so long that base64 has no idle bits
    start = sealed.rindex(".") + 1
    for place in range(start, len(sealed)):
        other = "A" if sealed[place] != "A" else "B"
        for changed in (sealed[:place] + other + sealed[place + 1 :], sealed[:place]):
            with pytest.raises(CannotOpen) as raised:
                KEYRING.open(changed, NAME)
            assert raised.value.why is Why.CHANGED
            assert "跳楼" not in str(raised.value)


def test_a_key_that_is_not_here_is_named() -> None:
    """A person learns which key to bring, and nothing of the value."""
    sealed = OTHER.seal("陈小燕", NAME)
    with pytest.raises(CannotOpen, match=OTHER.newest) as raised:
        KEYRING.open(sealed, NAME)
    assert raised.value.why is Why.KEY_MISSING


def test_a_plain_value_is_refused_unless_the_database_is_older_than_sealing() -> None:
    """Whoever can write the file cannot put words into it."""
    with pytest.raises(CannotOpen) as raised:
        KEYRING.open("陈小燕", NAME)
    assert raised.value.why is Why.NOT_SEALED
    older = Keyring(KEYS, accepts_plain=True)
    assert older.open("陈小燕", NAME) == "陈小燕"
    assert older.open(KEYRING.seal("陈小燕", NAME), NAME) == "陈小燕"


def test_the_newest_key_seals_and_every_key_opens() -> None:
    """A change of key needs no standstill."""
    old = KEYRING.seal("陈小燕", NAME)
    both = Keyring(Keys((b"n" * KEY_BYTES, *KEYS.seal), KEYS.look_up))
    assert both.open(old, NAME) == "陈小燕"
    assert not both.is_newest(old)
    assert both.is_newest(both.seal("陈小燕", NAME))
    assert both.mark("陈小燕", NAME) == KEYRING.mark("陈小燕", NAME)


def test_a_key_that_came_later_is_looked_for() -> None:
    """Another process has begun to seal with it already."""
    newer = Keys((b"n" * KEY_BYTES, *KEYS.seal), KEYS.look_up)
    running = Keyring(KEYS, newer=lambda: newer)
    assert running.newest == KEYRING.newest
    assert running.open(Keyring(newer).seal("陈小燕", NAME), NAME) == "陈小燕"
    assert running.newest == Keyring(newer).newest


def test_a_running_process_seals_with_a_new_key_within_a_second() -> None:
    """What is sealed afterwards does not need the old one any more."""
    ticks, known = [0.0], [KEYS]
    running = Keyring(KEYS, newer=lambda: known[0], ticks=lambda: ticks[0])
    known[0] = Keys((b"n" * KEY_BYTES, *KEYS.seal), KEYS.look_up)
    assert running.seal("何", NAME).startswith(KEYRING.head)
    ticks[0] = 1.0
    assert running.seal("何", NAME).startswith(Keyring(known[0]).head)


def test_a_mark_finds_the_same_value_of_the_same_column_only() -> None:
    """Without the key nobody can try names; 128 bits, as a short text."""
    mark = KEYRING.mark("陈小燕", NAME)
    assert mark == KEYRING.mark("陈小燕", NAME)
    assert mark not in {
        KEYRING.mark("陈小燕 ", NAME),
        KEYRING.mark("陈小燕", "matters.name"),
        OTHER.mark("陈小燕", NAME),
    }
    assert len(mark) == 22
