"""A house whose sensors have companions: its readings on equal steps, and what lets expect what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.features import dilution, series
from farmlab.models import companions
from farmlab.models.companions import AFTER, Courses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from farmlab.findings.case import Case

    Values = NDArray[np.float64]

HALF_DAY: Final = pd.Timedelta(hours=12)
GASES: Final = ("rh", "co2", "nh3")
FEWEST_ALIKE: Final = 3
HOUSE_C: Final = "house_c"
PADS: Final = "pad_on"
LIGHT: Final = "light_pct"
SWITCHED: Final = (LIGHT, PADS, "fans_tunnel_running", "heaters_running")
SETTLES: Final = 3 * AFTER
"""Readings until a switch has passed through everything that a jump is told by."""


@dataclass(frozen=True)
class CompanionHouse:
    """The readings of a house on equal steps while birds are there, and what lets expect what."""

    case: Case

    @cached_property
    def judged(self) -> dict[str, str]:
        """Column → metric of the sensors inside that have companions."""
        lived = bool(self.case.mine)  # people and windows follow no controller
        gases = {s.column: metric for metric in GASES for s in self.case.sensors_of(metric) if lived}
        temps = dict.fromkeys(self.placed, "temp") if len(self.placed) >= FEWEST_ALIKE else {}
        return {column: metric for column, metric in {**temps, **gases}.items() if column in self.case.wide}

    @cached_property
    def placed(self) -> list[str]:
        """Columns of the temperatures that hang at a place of the house."""
        return [s.column for s in self.case.sensors_of("temp") if s.position and s.column in self.case.wide]

    @cached_property
    def grid(self) -> pd.DataFrame:
        """Gaps of at most two readings are bridged."""
        case = self.case
        wanted = {*self.judged, *self.placed, *dilution.DRIVERS, "temp_c", "temp_c_outside", "rh_pct_outside"}
        readings = case.wide[[column for column in case.wide.columns if column in wanted]]
        lived = readings[case.ages.notna()] if case.mine else readings
        return series.regular(lived, step=case.step)[0].ffill(limit=2)

    @cached_property
    def warmth(self) -> pd.Series:
        """The temperature of the house."""
        return self.grid[self.placed or ["temp_c"]].median(axis=1) if self.placed or "temp_c" in self.grid else self._no

    @property
    def _no(self) -> pd.Series:
        return pd.Series(np.nan, index=self.grid.index)

    @cached_property
    def signals(self) -> dict[str, tuple[pd.Series, pd.Series]]:
        """By column of a gas: its signal, and what one of it is in the unit of the sensor."""
        of = {"co2": dilution.of_co2, "nh3": dilution.of_nh3}
        return {
            column: of[metric](self.grid[column])
            if metric in of
            else dilution.of_moisture(self.grid[column], self.grid, self.warmth)
            for column, metric in self.judged.items()
            if metric in GASES
        }

    @cached_property
    def explaining(self) -> pd.DataFrame:
        """What may explain a gas or the moisture: all of them, what the controller does, the weather, the warmth."""
        gases = {column: signal for column, (signal, _) in self.signals.items()}
        given = pd.DataFrame({**gases, HOUSE_C: self.warmth, **dilution.drivers(self.grid)}, index=self.grid.index)
        return given.loc[:, given.notna().any()]

    @cached_property
    def switches(self) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        """By what is switched: where it has lately been on, and where it was lately switched."""
        found = {}
        for name in SWITCHED:
            if name in self.grid:
                on = np.nan_to_num(self.grid[name].ffill().to_numpy()) > 0
                found[name] = _lately(on), _lately(np.r_[False, on[1:] != on[:-1]])
        return found

    def courses(self, known: Mapping[str, Mapping[str, Any]]) -> Courses:
        """A temperature less the middle of the others; a gas less what the rest of the house explains of it."""
        shown, own = self.grid[list(self.judged)].to_numpy(), np.full((len(self.grid), len(self.judged)), np.nan)
        unit = np.ones(shown.shape)
        for position, column in enumerate(self.judged):
            if column in self.signals:
                signal, unit[:, position] = (part.to_numpy() for part in self.signals[column])
                own[:, position] = signal - self._explained(known.get(column, {}).get("weights", {}))
            else:
                own[:, position] = shown[:, position] - self._others(column, known)
        return Courses(shown, own, unit)

    def off(self, courses: Courses, known: Mapping[str, Mapping[str, Any]]) -> Values:
        """How far each temperature was from its place among the others, on average over half a day; of gases 0."""
        places = np.array([known.get(column, {}).get("place") or 0.0 for column in self.judged])
        alike = np.array([metric == "temp" for metric in self.judged.values()])
        count = max(round(HALF_DAY / self.case.step), 1)
        return np.where(alike, companions.off(courses.own - places, count), 0.0)

    def _explained(self, weights: Mapping[str, float]) -> Values:
        """A companion that falls silent explains what it did before."""
        known = [(self._filled[name], weight) for name, weight in weights.items() if weight and name in self._filled]
        return np.asarray(sum((signal * weight for signal, weight in known), np.zeros(len(self.grid))))

    @cached_property
    def _filled(self) -> dict[str, Values]:
        filled = self.explaining.ffill().fillna(0.0)
        return dict(zip(map(str, filled.columns), filled.to_numpy().T, strict=True))

    def _others(self, column: str, known: Mapping[str, Mapping[str, Any]]) -> Values:
        """The middle of the other temperatures, each less its place, so that a faulty one moves it little."""
        others = [c for c in self.placed if c != column]
        places = [known.get(c, {}).get("place") or 0.0 for c in others]
        ordered = np.sort(self.grid[others].to_numpy() - np.array(places), axis=1)
        count, rows = np.isfinite(ordered).sum(axis=1), np.arange(len(ordered))
        low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, ordered.shape[1] - 1)
        return np.asarray((ordered[rows, low] + ordered[rows, high]) / 2)

    def relation(self, column: str) -> dict[str, Any]:
        """What explains a gas, and how much; of a temperature, how much warmer its place is than the house."""
        place = float((self.grid[column] - self.warmth).median()) if column in self.placed else 0.0
        return {"weights": self._weights(column), "place": round(place, 3) if np.isfinite(place) else 0.0}

    def _weights(self, column: str) -> dict[str, float]:
        if column not in self.signals:
            return {}
        given = self.explaining.drop(columns=column, errors="ignore")
        found = companions.weights(self.signals[column][0].to_numpy(), given.to_numpy())
        return {str(name): round(float(weight), 5) for name, weight in zip(given.columns, found, strict=True)}


def _lately(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where there was one of the flags within the readings that a jump or a swing is told by."""
    counted = np.cumsum(np.r_[np.zeros(SETTLES, dtype=int), flags])
    return np.asarray(counted[SETTLES:] - np.r_[0, counted[: len(flags) - 1]] > 0)
