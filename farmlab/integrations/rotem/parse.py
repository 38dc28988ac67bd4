"""What a text of the service means: a number, no value, not installed, or nothing that can be read."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from farmlab.units import METRICS


class Meaning(Enum):
    """What kind of thing a text says."""

    NUMBER = "number"
    MISSING = "missing"
    """The sensor is there and has no value."""
    ABSENT = "absent"
    """Not installed."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Parsed:
    """The meaning of a text; ``lossy`` when it says more than the number."""

    meaning: Meaning
    value: float | None = None
    lossy: bool = False


MISSING: Final = Parsed(Meaning.MISSING, lossy=True)
ABSENT: Final = Parsed(Meaning.ABSENT)
UNREADABLE: Final = Parsed(Meaning.UNREADABLE, lossy=True)

_NO_VALUE: Final = frozenset({"- - -", "---", "N/A", "NA", "LangKey_NA", "NaN"})
_SENTINELS: Final = frozenset({-9999.0, -8888.0})
_SWITCHES: Final = {"LangKey_Off": 0.0, "LangKey_On": 1.0, "Off": 0.0, "On": 1.0, "False": 0.0, "True": 1.0}
_NUMBER: Final = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?|[-+]?\.\d+")
_COMPOSITE: Final = "LangKey_ParametersOnly_"


def parse(said: object) -> Parsed:
    """The meaning of a value as it came.

    >>> parse("115,532").value
    115532.0
    >>> parse("- - -").meaning, parse("").meaning, parse("LangKey_Off").value
    (<Meaning.MISSING: 'missing'>, <Meaning.ABSENT: 'absent'>, 0.0)
    >>> parse("LangKey_ParametersOnly_3||$LangKey_Off||/||12").value
    12.0
    """
    if said is None:
        return ABSENT
    if isinstance(said, bool | int | float):
        return _number(float(said))
    text = str(said).strip()
    if not text:
        return ABSENT
    if text in _NO_VALUE:
        return MISSING
    if text in _SWITCHES:
        return Parsed(Meaning.NUMBER, _SWITCHES[text])
    if text.startswith(_COMPOSITE):
        return _composite(text)
    return _number(float(text.replace(",", ""))) if _NUMBER.fullmatch(text) else UNREADABLE


def _number(value: float) -> Parsed:
    if value in _SENTINELS or not math.isfinite(value):
        return MISSING
    return Parsed(Meaning.NUMBER, value)


def _composite(text: str) -> Parsed:
    """A template with parameters, such as "treatment / value": the value is the last one.

    A sensor that was never connected shows no value there at every poll, so none means not installed.
    """
    last = parse(text.rpartition("||")[2].lstrip("$"))
    return Parsed(last.meaning, last.value, lossy=True) if last.meaning is Meaning.NUMBER else ABSENT


def integer(said: object) -> int | None:
    """A whole number, or None.

    >>> integer("21"), integer("-1"), integer("")
    (21, -1, None)
    """
    value = parse(said).value
    return None if value is None else int(value)


def growth_day(said: object) -> int | None:
    """A growth day; None for what no flock reaches, such as the -1 of a counter that knows no sign.

    >>> growth_day("21"), growth_day("-1"), growth_day("4294967295")
    (21, -1, None)
    """
    day, limits = integer(said), METRICS["growth_day"]
    return day if day is not None and limits.low <= day <= limits.high else None


def listed(said: object) -> list[dict[str, object]]:
    """The objects of a list; whatever else it holds is left out."""
    return [row for row in said if isinstance(row, dict)] if isinstance(said, list) else []
