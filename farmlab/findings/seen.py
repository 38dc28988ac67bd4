"""What a finding was judged by, kept with it as a few numbers, so that a page can draw it beside what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.domain import Finding

SEEN: Final = "seen_as"
"""The name under which it lies in the data of a finding."""
STEP: Final = pd.Timedelta(minutes=30)
BEFORE: Final = pd.Timedelta(hours=24)
"""So much of the time before the finding is kept."""
DIGITS: Final = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """A series that is no sensor of its own.

    Attributes
    ----------
    label, unit
        What it is called.
    frame
        By time (UTC, at the end of each half-hour): ``seen``, and any of ``expected``, ``lower``, ``upper``.
    """

    label: str
    unit: str
    frame: pd.DataFrame


def kept(frame: pd.DataFrame, *, since: pd.Timestamp, label: str, unit: str) -> dict[str, Any]:
    """The means of half-hours from a day before ``since`` on, as plain numbers for the data of a finding."""
    means = frame[frame.index > since - BEFORE].resample(STEP, label="right", closed="right").mean()
    columns = {name: [_plain(value) for value in means[name]] for name in means.columns}
    return {"label": label, "unit": unit, "start": means.index[0].isoformat() if len(means) else "", "columns": columns}


def of(finding: Finding) -> Seen | None:
    """What was kept with a finding; None when nothing was.

    >>> from datetime import UTC, datetime
    >>> from farmlab.domain import Category, Finding
    >>> times = pd.date_range("2026-07-01", periods=3, freq="30min", tz="UTC")
    >>> water = pd.DataFrame({"seen": [1.0, 0.9, None], "expected": 1.0}, index=times)
    >>> data = {SEEN: kept(water, since=times[1], label="water", unit="l")}
    >>> found = Finding(
    ...     category=Category.ANOMALY, kind="low", house=1, subject="water", title="", start=times[1], data=data
    ... )
    >>> seen = of(found)
    >>> seen.label, seen.frame["seen"].tolist(), seen.frame.index.equals(times)
    ('water', [1.0, 0.9, nan], True)
    """
    said: Mapping[str, Any] | None = finding.data.get(SEEN)
    if not said or not said["start"]:
        return None
    columns = {name: pd.Series(values, dtype=float).to_numpy() for name, values in said["columns"].items()}
    index = pd.date_range(said["start"], periods=len(columns["seen"]), freq=STEP)
    return Seen(str(said["label"]), str(said["unit"]), pd.DataFrame(columns, index=index))


def _plain(value: float) -> float | None:
    return round(float(value), DIGITS) if np.isfinite(value) else None
