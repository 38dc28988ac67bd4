"""Two favours of the Linux kernel; elsewhere they do nothing, and a killed ``up`` may leave children behind."""

from __future__ import annotations

import ctypes
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from signal import Signals

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_PR_SET_CHILD_SUBREAPER: Final = 36


def end_with_parent(by: Signals) -> bool:
    """Have this signal sent to the present process when its parent dies; whether that is possible here."""
    return _prctl(_PR_SET_PDEATHSIG, int(by))


def adopt_orphans() -> bool:
    """Become the parent of grandchildren whose parent dies, so that they can be found and ended."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)
