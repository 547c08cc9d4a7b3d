"""What is built at a start is neither looked through meanwhile nor afterwards."""

from __future__ import annotations

import gc

from app.lasting import built_to_last


def test_nothing_is_collected_while_it_is_built() -> None:
    """Python does not look for garbage meanwhile, and does again afterwards."""
    try:
        with built_to_last():
            assert not gc.isenabled()
            lasting = [["built"]]
        assert gc.isenabled()
        assert all(lasting is not one for one in gc.get_objects())
    finally:
        gc.unfreeze()


def test_who_had_switched_it_off_finds_it_off() -> None:
    """It leaves the garbage collector as it was."""
    gc.disable()
    try:
        with built_to_last():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
