"""What a person or a farm record says about a table before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from farmlab.integrations.recognise.times import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What is known beforehand.

    Attributes
    ----------
    timezone
        Of times without an offset; "" = not known.
    columns
        What columns mean, by name or by number from 1, see :mod:`farmlab.integrations.recognise.mapping`.
    dates
        The order of day and month.
    houses
        Numbers of houses by their name.
    keep_unknown
        Keep columns of numbers whose quantity is not known, under their own names.
    as_written
        Keep all columns of numbers, without asking what they measure and in which unit.
    skip_open_line
        Leave out a last line that is not ended: somebody is still writing it.
    """

    timezone: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    dates: Order | None = None
    houses: Mapping[str, int] = field(default_factory=dict)
    keep_unknown: bool = False
    as_written: bool = False
    skip_open_line: bool = False
