"""Age of the birds, and what their breed should do at that age.

The breed tables (Ross 308 and Cobb 500, as hatched, 2022) are transcriptions of the breeders' published
objectives; water, mortality and set-points in them are estimates around those.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from farmlab.domain import Flock, House

T = TypeVar("T", float, pd.Series)
BREEDS: Final = {"ross308": "Ross 308", "cobb500": "Cobb 500"}
AGE = "age_d"
"""The column that says how old the birds are; missing while the house is empty."""


def targets(breed: str) -> pd.DataFrame:
    """The breed's daily objectives, one row per age in days (0–56).

    >>> int(targets("ross308").loc[35, "bw_g"])
    2296

    Raises
    ------
    UnknownName
        No table of this breed; the nearest is named.
    """
    code = breed_code(breed)
    if not code:
        raise UnknownName.among("breed", breed, BREEDS)
    return _table(code).copy()


def breed_code(breed: str) -> str:
    """The code of a breed as people write it; "" when it has no table.

    >>> breed_code("Ross-308"), breed_code("COBB 500"), breed_code("Lohmann")
    ('ross308', 'cobb500', '')
    """
    code = "".join(letter for letter in breed.lower() if letter.isalnum())
    return code if code in BREEDS else ""


def target_at(breed: str, age_d: T, column: str) -> T:
    """A column of the breed's table at an age, linear between days; missing for an unknown breed.

    >>> target_at("ross308", 7.5, "bw_g")
    231.0
    >>> target_at("", 7, "bw_g")
    nan
    """
    if isinstance(age_d, pd.Series):
        return pd.Series(_interpolated(breed, age_d.to_numpy(float), column), index=age_d.index, name=column)
    return float(_interpolated(breed, np.array([age_d], dtype=float), column)[0])


def _interpolated(breed: str, ages: NDArray[np.float64], column: str) -> NDArray[np.float64]:
    if not breed_code(breed):
        return np.full(ages.shape, np.nan)
    known = _table(breed_code(breed))[column].dropna()
    return np.asarray(np.interp(ages, known.index.to_numpy(float), known.to_numpy(float)))


@cache
def _table(code: str) -> pd.DataFrame:
    with files("farmlab.features").joinpath("data", f"{code}.csv").open(encoding="utf-8") as lines:
        return pd.read_csv(lines, index_col="age_d")


def age_days(index: pd.DatetimeIndex, flocks: Sequence[Flock], *, timezone: str) -> pd.Series:
    """Age of the birds at each time, in whole days of the farm's zone; missing while no flock is there.

    >>> from datetime import date
    >>> from farmlab.domain import Flock
    >>> times = pd.to_datetime(["2026-07-01T21:30Z", "2026-07-01T22:30Z"])
    >>> age_days(times, [Flock(house=1, placed_on=date(2026, 7, 1))], timezone="Europe/Berlin").tolist()
    [0.0, 1.0]
    """
    zone = clock.zone(timezone)
    days = index.tz_convert(zone).tz_localize(None).normalize().to_numpy().astype("datetime64[D]")
    ages = np.full(len(index), np.nan)
    for flock in sorted(flocks, key=lambda flock: flock.placed_on):
        placed = np.datetime64(flock.placed_on, "D")
        inside = days >= placed
        if flock.ended_on is not None:
            inside &= days <= np.datetime64(flock.ended_on, "D")
        ages[inside] = (days[inside] - placed).astype(float)
    return pd.Series(ages, index=index, name=AGE)


def set_points(house: House, flock: Flock | None) -> tuple[tuple[float, float], ...]:
    """The set-point curve as (age, °C): the house's own, else the breed's, else none.

    >>> from farmlab.domain import House
    >>> set_points(House(number=1, set_points=((0.0, 33.0), (21.0, 24.0))), None)
    ((0.0, 33.0), (21.0, 24.0))
    """
    if house.set_points:
        return house.set_points
    if flock is None or not breed_code(flock.breed):
        return ()
    curve = _table(breed_code(flock.breed))["t_set_c"].dropna()
    return tuple((float(age), float(temp)) for age, temp in curve.items())  # type: ignore[arg-type]


def days_behind(breed: str, age_d: float, weight_g: float) -> float:
    """How many days a flock lags behind its breed's weight curve; negative when ahead, missing if unknown.

    >>> round(days_behind("ross308", 35, 2196), 1)
    1.0
    """
    if not breed_code(breed) or not np.isfinite(weight_g) or weight_g <= 0:
        return float("nan")
    curve = _table(breed_code(breed))["bw_g"]
    return float(age_d - np.interp(weight_g, curve.to_numpy(float), curve.index.to_numpy(float)))
