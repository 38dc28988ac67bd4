"""How much of something there is at each time of day, as usual, and how far the last hours are from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

SLOT: Final = pd.Timedelta(minutes=30)
SLOTS: Final = 48
DAYS: Final = 7
FEWEST_DAYS: Final = 3
SHUT: Final = 0.1
"""Below this share of the usual a valve is shut; what birds missed, they drink in the hour after."""
KNOWN: Final = 0.6
"""Share of the slots in a stretch that must be known on both sides."""


def slots(amount: pd.Series) -> pd.Series:
    """Means by half-hour, labelled at its end; a half-hour that is not over yet is left out."""
    if amount.empty:
        return amount
    means: pd.Series = amount.resample(SLOT, label="right", closed="right").mean()
    over: pd.Series = means[means.index <= amount.index[-1]]
    return over


def profile(amount: pd.Series, *, timezone: str) -> list[float | None]:
    """The usual amount in each half-hour of the farm's day: medians of the last week; None where it is not known.

    Parameters
    ----------
    amount
        What was taken per reading, as a multiple of what the age lets expect; missing where none is expected.
    timezone
        The farm's zone.
    """
    means = slots(amount).dropna()
    if means.empty:
        return [None] * SLOTS
    recent = means[means.index > means.index[-1] - pd.Timedelta(days=DAYS)]
    groups = recent.groupby(_slot(pd.DatetimeIndex(recent.index), timezone))
    known = groups.median()[groups.size() >= FEWEST_DAYS]
    return [float(known[slot]) if slot in known.index else None for slot in range(SLOTS)]


def change(amount: pd.Series, usual: Sequence[float | None], *, hours: float, timezone: str) -> pd.Series:
    """By how much the last hours differ from the usual day, as a share (−0.2: a fifth too little), by half-hour.

    The median of their half-hours, so that a flush of the lines is no thirst.
    Half-hours with next to nothing, and those beside them, are left out: a closed valve is no small appetite.

    >>> times = pd.date_range("2026-07-01", periods=48 * 6, freq="30min", tz="UTC", inclusive="right")
    >>> drunk = pd.Series(1.0, index=times)
    >>> usual = profile(drunk, timezone="UTC")
    >>> print(change(drunk * 0.8, usual, hours=3, timezone="UTC").iloc[-1].round(3))
    -0.2
    """
    both = beside(amount, usual, timezone=timezone)
    return _apart(both["seen"], both["expected"], hours)


def beside(amount: pd.Series, usual: Sequence[float | None], *, timezone: str) -> pd.DataFrame:
    """What was taken in each half-hour (``seen``) beside what the usual day has there (``expected``)."""
    means = slots(amount)
    expected = np.array([np.nan if value is None else value for value in usual])
    wanted = expected[_slot(pd.DatetimeIndex(means.index), timezone)]
    return pd.DataFrame({"seen": means, "expected": wanted}, index=means.index)


def changes(amount: pd.Series, *, hours: float, timezone: str) -> pd.Series:
    """:func:`change` over a longer past, each day against the week before it."""
    means = slots(amount)
    index = pd.DatetimeIndex(means.index)
    table = pd.DataFrame({"amount": means, "slot": _slot(index, timezone), "day": _day(index, timezone)})
    days = table.pivot_table(index="day", columns="slot", values="amount")
    usual = days.shift(1).rolling(DAYS, min_periods=FEWEST_DAYS).median().stack()
    wanted = usual.reindex(pd.MultiIndex.from_frame(table[["day", "slot"]]))
    return _apart(means, pd.Series(wanted.to_numpy(), index=means.index), hours)


def _apart(means: pd.Series, wanted: pd.Series, hours: float) -> pd.Series:
    shut = means <= SHUT * wanted
    near = shut | shut.shift(1, fill_value=False) | shut.shift(2, fill_value=False) | shut.shift(-1, fill_value=False)
    both = ~near & (wanted > 0) & means.notna()
    count = round(pd.Timedelta(hours=hours) / SLOT)
    share = (means / wanted).where(both)
    return (share.rolling(count, min_periods=round(KNOWN * count)).median() - 1).rename("change")


def _day(index: pd.DatetimeIndex, timezone: str) -> np.ndarray:
    return np.asarray((index - SLOT).tz_convert(clock.zone(timezone)).date)


def _slot(index: pd.DatetimeIndex, timezone: str) -> np.ndarray:
    """Which half-hour of the farm's day ends at each time."""
    local = (index - SLOT).tz_convert(clock.zone(timezone))
    return np.asarray(local.hour * 2 + local.minute // 30)
