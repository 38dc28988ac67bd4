"""Signs of wear, hour by hour: what a machine needs or gives for the same work, told from usual readings.

Each sign grows as its part gets worse, and means something only beside its own past (:mod:`farmlab.features.wear`).
Shares are natural logarithms: 0.1 is about a tenth. Each hour uses readings up to its end, nothing later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import climate, equipment, series, water_feed
from farmlab.features import flock as birds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.units import Kind


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing by which wear shows.

    Attributes
    ----------
    part
        The group of equipment that it tells of; readings seldom tell which fan of them it is.
    says
        What it is, in words.
    limit
        So far above its own past the part does its work no longer, or soon not (estimates).
    unit
        Of the value: "%" for shares.
    two_sided
        Whether a fall is as bad as a rise.
    over_h
        So many hours each value looks back over: values closer together than that say the same twice.
    wears
        Whether a trend of it is one of wear. What birds drink follows weather, age and health: a rise of it may be all
        of these, and no limit is foretold.
    """

    name: str
    part: str
    says: str
    limit: float
    unit: str = "%"
    two_sided: bool = False
    over_h: float = 1.0
    wears: bool = True


SIGNS: Final = (
    Sign("side_air", "side_fans", "air that a running side fan moves", 0.15),
    Sign("tunnel_air", "tunnel_fans", "air that a running tunnel fan moves", 0.10),
    Sign("heat_duty", "heaters", "heaters running for the heat needed", 0.30, over_h=12),
    Sign("heat_lack", "heaters", "cold while heaters run", 1.5, "°C"),
    Sign("tilt", "inlets", "difference between the ends of the house", 2.0, "°C", two_sided=True),
    Sign("pressure_off", "inlets", "pressure off its target", 0.5),
    Sign("pad_effect", "cooling_pad", "cooling by the wet pad", 0.4),
    Sign("auger_rate", "auger", "feed that the auger brings per minute", 0.40, over_h=12),
    Sign("auger_minutes", "auger", "auger minutes per kilogram of feed", 0.40, over_h=24),
    Sign("water_day", "drinkers", "water per bird in a day", 0.25, two_sided=True, over_h=24, wears=False),
    Sign("water_hours", "drinkers", "water of the last hours", 0.35, over_h=6, wears=False),
    Sign("night_flow", "drinkers", "water in the dark per 1,000 birds", 2.0, "l/h"),
    Sign("gaps", "controller", "readings that did not come", 0.2),
)
PARTS: Final = tuple(dict.fromkeys(sign.part for sign in SIGNS))
"""The groups of equipment of a house, in the order of the signs."""
COLUMNS: Final = {
    # part → columns that its signs are told from
    "side_fans": ("pressure_pa", "fans_exhaust_running", "inlet_pct_1"),
    "tunnel_fans": ("pressure_pa", "fans_tunnel_running", "inlet_pct_tunnel"),
    "heaters": ("heaters_running", "temp_c", "temp_set_c", "temp_c_outside"),
    "inlets": ("temp_c_1", "temp_c_2", "temp_c_3", "pressure_pa", "pressure_set_pa"),
    "cooling_pad": ("pad_on", "temp_c_outside", "rh_pct_outside"),
    "auger": ("feed_kg", "auger_running"),
    "drinkers": ("water_l", "birds_n"),
    "controller": (),
}
LEAK_OPENING: Final = 0.05
"""Cracks of a house as a share of its fully open side inlets (0.25–0.75 of about 10 m³/s per √Pa)."""
TUNNEL_LEAK_OPENING: Final = 0.017
WALLS_KW_PER_K: Final = 2.6
"""Heat that walls, roof and floor of a house let through, per kelvin (1–1.9 W per m² of 1,800 m², estimated)."""
AIR_KWH_PER_M3K: Final = 0.000335
SENSIBLE: Final = 0.42
"""Share of the birds' heat that warms the air, while they are young."""
LEAST_HEATERS: Final = 0.1
LEAST_HEAT_KW: Final = 12.0
FEWEST_PLACES: Final = 3
OUT_OF_LINE: Final = 1.5
"""So many times what one place is out of line a tilt must exceed it."""
USUAL_H: Final = 192
USUAL_LAG_H: Final = 36
LEAST_WATER_L: Final = 0.005
"""Per bird in six hours; of less no share is taken."""
LEAST_PRESSURE_PA: Final = 3.0
LEAST_DEPRESSION_K: Final = 2.0


def signs(
    wide: pd.DataFrame,
    ages: pd.Series,
    *,
    breed: str = "",
    timezone: str = "UTC",
    kinds: Mapping[str, Kind] | None = None,
) -> pd.DataFrame:
    """Hourly signs of one house, one column each (:data:`SIGNS`); missing where there is nothing to tell from.

    Parameters
    ----------
    wide
        Readings in UTC, one column a sensor.
    ages
        Age of the birds in days at each reading; missing while the house is empty, of which nothing is told.
    breed, timezone, kinds
        For what birds should drink at their age; for counters that start at midnight; how each column counts.
    """
    table = _lived(wide, ages)
    counted = {"water_l": "day_counter", "feed_kg": "day_counter"} | dict(kinds or {})
    steps, hours = _step_minutes(wide), _hours(wide)
    near = wide.index.to_series().diff() <= pd.Timedelta(minutes=1.5 * steps)
    added = {
        name: water_feed.amounts(table[name], kind=counted[name], timezone=timezone).where(near)  # type: ignore[arg-type]
        for name in ("water_l", "feed_kg")
        if name in table
    }
    found = {**_heat(table, ages, breed), **_inlets(table), **_pad(table)}
    told = pd.DataFrame({name: _hourly(values).reindex(hours) for name, values in found.items()}, index=hours)
    for part in (_auger(table, added.get("feed_kg"), steps), _water(table, added.get("water_l"), ages, breed, steps)):
        told = told.join(part.reindex(hours))
    for name, hourly in {**_fans(table), "tilt": _tilt(table)}.items():
        told[name] = hourly.reindex(hours)
    told["gaps"] = _gaps(table, wide, hours, steps)
    return told.reindex(columns=[sign.name for sign in SIGNS]).replace([np.inf, -np.inf], np.nan)


def duty(wide: pd.DataFrame) -> pd.DataFrame:
    """Hourly means of what runs, by part: fans and heaters as numbers, inlets in %, the auger as a share."""
    columns = {
        "side_fans": "fans_exhaust_running",
        "tunnel_fans": "fans_tunnel_running",
        "heaters": "heaters_running",
        "inlets": "inlet_pct_1",
        "cooling_pad": "pad_on",
        "auger": "auger_running",
    }
    hours = _hours(wide)
    return pd.DataFrame(
        {part: _hourly(wide[name], "mean").reindex(hours) for part, name in columns.items() if name in wide},
        index=hours,
    ).reindex(columns=list(PARTS))


def _lived(wide: pd.DataFrame, ages: pd.Series) -> pd.DataFrame:
    values = np.where(ages.notna().to_numpy()[:, None], wide.to_numpy(dtype=float, na_value=np.nan), np.nan)
    return pd.DataFrame(values, index=wide.index, columns=wide.columns)


def _fans(table: pd.DataFrame) -> dict[str, pd.Series]:
    """How many fans run for the air that comes in: opening × √pressure, cracks included; hourly."""
    root = np.sqrt(_column(table, "pressure_pa").where(lambda pa: pa >= LEAST_PRESSURE_PA))
    side, tunnel = _column(table, "fans_exhaust_running"), _column(table, "fans_tunnel_running").fillna(0)
    inlets = [name for name in table.columns if str(name).startswith("inlet_pct") and name != "inlet_pct_tunnel"]
    opening = table[inlets].mean(axis=1) / 100 if inlets else _column(table, "")
    by_side = (side / root).where((tunnel == 0) & (side > 0))
    by_tunnel = (tunnel / root).where((tunnel > 0) & (side.fillna(0) == 0))
    return {
        "side_air": _per_opening(by_side, opening, LEAK_OPENING),
        "tunnel_air": _per_opening(by_tunnel, _column(table, "inlet_pct_tunnel") / 100, TUNNEL_LEAK_OPENING),
    }


def _per_opening(fans: pd.Series, opening: pd.Series, cracks: float) -> pd.Series:
    """The logarithm of fans per √Pa over the opening that feeds them, by the hour."""
    hours = pd.DataFrame({"fans": fans, "opening": opening.where(fans.notna())})
    hourly = hours.resample("1h", label="right", closed="right").median()
    return _log(hourly["fans"] / (hourly["opening"] + cracks))


def _heat(table: pd.DataFrame, ages: pd.Series, breed: str) -> dict[str, pd.Series]:
    """Heaters that run for the heat that is needed, over half a day, and how far it is too cold while they run.

    Needed is what walls and the asked air carry off, less what the birds give.
    """
    burning, warmth = _column(table, "heaters_running"), _inside(table)
    colder = warmth - _column(table, "temp_c_outside")
    lost = (WALLS_KW_PER_K + AIR_KWH_PER_M3K * _column(table, "airflow_m3h")) * colder
    weight = _column(table, "weight_g").fillna(birds.target_at(breed, ages, "bw_g"))
    count = _column(table, "birds_n").ffill()
    given = SENSIBLE * equipment.bird_heat_kw(weight, count, warmth)
    need = (lost - given.fillna(0)).clip(lower=0).where(burning.notna())
    mean, needed = (part.rolling("12h", min_periods=24).mean() for part in (burning, need))
    works = (mean > LEAST_HEATERS) & (needed > LEAST_HEAT_KW)
    lack = (_column(table, "temp_set_c") - warmth).where(burning > 0)
    return {"heat_duty": _log(mean / needed.where(works)), "heat_lack": lack}


def _inlets(table: pd.DataFrame) -> dict[str, pd.Series]:
    """How far the pressure is from its target while side fans run."""
    ratio = _column(table, "pressure_pa").clip(lower=1) / _column(table, "pressure_set_pa").where(lambda pa: pa >= 5)
    runs = (_column(table, "fans_exhaust_running") > 0) & (_column(table, "fans_tunnel_running").fillna(0) == 0)
    return {"pressure_off": _log(ratio).abs().where(runs)}


def _tilt(table: pd.DataFrame) -> pd.Series:
    """K from one end of the house to the other, beyond what each place usually has.

    The median over all pairs of places, less what single places are out of line: one wrong sensor tilts no house.
    """
    placed = sorted((n for n in table.columns if str(n).startswith("temp_c_") and str(n)[7:].isdigit()), key=_place)
    if len(placed) < FEWEST_PLACES:
        return pd.Series(np.nan, index=table.index[:0])
    hourly = table[placed].resample("1h", label="right", closed="right").median()
    apart = hourly.sub(hourly.median(axis=1), axis=0)
    beyond = apart - apart.shift(USUAL_LAG_H).rolling(USUAL_H, min_periods=8).median()
    along = np.linspace(0, 1, len(placed))
    pairs = [(one, two) for one in range(len(placed)) for two in range(one + 1, len(placed))]
    slopes = [(beyond.iloc[:, two] - beyond.iloc[:, one]) / (along[two] - along[one]) for one, two in pairs]
    tilt: pd.Series = pd.concat(slopes, axis=1).median(axis=1)
    rest = beyond - np.outer(tilt, along)
    out = rest.sub(rest.median(axis=1), axis=0).abs().max(axis=1)
    kept: pd.Series = (tilt.abs() - OUT_OF_LINE * out).clip(lower=0)
    return kept.where(tilt >= 0, -kept)


def _place(column: str) -> int:
    return int(column[7:])


def _pad(table: pd.DataFrame) -> dict[str, pd.Series]:
    """How warm it is inside above outside, in units of what evaporation can give, while the pad is wet."""
    outside, damp = _column(table, "temp_c_outside"), _column(table, "rh_pct_outside")
    depression = outside - climate.wet_bulb(outside, damp)
    warmer = (_inside(table) - outside) / depression.where(depression >= LEAST_DEPRESSION_K)
    return {"pad_effect": warmer.where(_column(table, "pad_on") > 0)}


def _auger(table: pd.DataFrame, added: pd.Series | None, step_minutes: float) -> pd.DataFrame:
    """Feed per minute at its fastest in half a day, and minutes of the auger per kilogram in a day."""
    names = ["auger_rate", "auger_minutes"]
    if added is None:
        return pd.DataFrame(columns=names, index=table.index[:0], dtype=float)
    fastest = (added / step_minutes).where(added > 0).rolling("12h", min_periods=1).max()
    minutes = (_column(table, "auger_running") * step_minutes).rolling("24h", min_periods=12).sum()
    per_kg = minutes / added.rolling("24h", min_periods=12).sum().where(lambda kg: kg > 0)
    return pd.DataFrame(
        {"auger_rate": _hourly(-_log(fastest), "last"), "auger_minutes": _hourly(_log(per_kg.clip(1e-4)), "last")}
    )


def _water(
    table: pd.DataFrame, added: pd.Series | None, ages: pd.Series, breed: str, step_minutes: float
) -> pd.DataFrame:
    """Water per bird in a day against the breed's table, in six hours against the days before, and in the dark."""
    names = ["water_day", "water_hours", "night_flow"]
    if added is None:
        return pd.DataFrame(columns=names, index=table.index[:0], dtype=float)
    count = _column(table, "birds_n").where(lambda number: number > 0).ffill()
    per_bird = added / count.fillna(1.0)
    hours = per_bird.resample("1h", label="right", closed="right")
    hourly = hours.mean().where(hours.count() >= 30 / step_minutes) * 60 / step_minutes
    target = birds.target_at(breed, _hourly(ages, "last"), "water_ml_d") / 1000
    day = hourly.rolling(24, min_periods=20).mean() * 24
    before = pd.concat([hourly.shift(24 * back) for back in (1, 2, 3)], axis=1).mean(axis=1, skipna=False)
    now, then = (
        part.where(hourly.notna() & before.notna()).rolling(6, min_periods=4).sum() for part in (hourly, before)
    )
    share = _log((now / then.where(then > LEAST_WATER_L)).clip(lower=0.02))
    said: dict[str, pd.Series] = {
        "water_day": -_log((day / target.reindex(day.index)).clip(lower=1e-4)),
        "water_hours": -share,
    }
    if "light_pct" in table:
        said["night_flow"] = 1000 * water_feed.night_flow(per_bird, table["light_pct"])
    return pd.DataFrame(said, index=hourly.index)


def _gaps(table: pd.DataFrame, wide: pd.DataFrame, hours: pd.DatetimeIndex, step_minutes: float) -> pd.Series:
    """The share of expected readings that did not come, in hours of a flock."""
    count = pd.Series(1.0, index=wide.index).resample("1h", label="right", closed="right").sum().reindex(hours)
    lived = _hourly(table.notna().any(axis=1).astype(float), "max").reindex(hours).ffill() > 0
    return (1 - count.fillna(0) * step_minutes / 60).clip(lower=0).where(lived)


def _inside(table: pd.DataFrame) -> pd.Series:
    placed = [name for name in table.columns if str(name).startswith("temp_c_") and str(name)[7:].isdigit()]
    return equipment.house_temperature(table, placed)


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name] if name in table else pd.Series(np.nan, index=table.index)


def _log(values: pd.Series) -> pd.Series:
    return pd.Series(np.log(values), index=values.index)


def _hours(wide: pd.DataFrame) -> pd.DatetimeIndex:
    if wide.empty:
        return pd.DatetimeIndex([], tz="UTC")
    first, last = wide.index[0].ceil("h"), wide.index[-1].floor("h")
    return pd.date_range(first, last, freq="1h", name="time")


def _hourly(values: pd.Series, how: str = "median") -> pd.Series:
    grouped: pd.Series = getattr(values.resample("1h", label="right", closed="right"), how)()
    return grouped


def _step_minutes(wide: pd.DataFrame) -> float:
    return series.step_of(pd.DatetimeIndex(wide.index)) / pd.Timedelta(minutes=1) if len(wide) > 1 else 5.0
