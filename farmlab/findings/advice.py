"""What an advice is: evidence, expected effect and its proof; and the days of a house that it is judged by.

Energy is spoken of only where the heat balance of the house itself fits (:mod:`farmlab.models.house_heat`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.domain import Category, Finding, Hypothesis, Severity
from farmlab.models import house_heat
from farmlab.text import number, signed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from farmlab.models.house_heat import HouseHeat

NEAR_SET_C: Final = 0.3
"""Up to so far above its set-point a house is ventilated for its air, not for its warmth."""
DAY_H: Final = 24


@dataclass(frozen=True, slots=True)
class Effect:
    """What to expect per day: heat saved (kWh; missing if unknown) and comfortable hours gained.

    The range of the heat is that of balances fitted to nights drawn again (80 %), that of comfort goes from the
    worst to the best of the days that were looked at (missing for less than two).
    """

    kwh_d: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    comfort_h_d: float = 0.0
    comfort_low: float = float("nan")
    comfort_high: float = float("nan")

    @property
    def sentence(self) -> str:
        """For people."""
        said = []
        if np.isfinite(self.kwh_d):
            sign, verb = (1, "saves") if self.kwh_d >= 0 else (-1, "costs")
            reach = _reach(*sorted((sign * self.low, sign * self.high)))
            said.append(f"{verb} about {number(abs(self.kwh_d))} kWh of heat a day{reach}")
        if abs(self.comfort_h_d) >= 0.25:
            reach = _reach(self.comfort_low, self.comfort_high)
            said.append(f"{signed(self.comfort_h_d, 1)} comfortable hours a day{reach}")
        return ", ".join(said) or "no change of energy or comfort that could be foretold"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to change.

    Attributes
    ----------
    kind, title
        What it is called, and what is seen.
    do
        The step, with its size.
    evidence
        The figures that speak for it.
    verify
        How to see within days whether it worked.
    factor
        What the airflow is to be multiplied with, where that is the step; else 1.
    shown
        The column of the hours that shows it, and from where to where it should lie; "" where none does.
    """

    kind: str
    title: str
    do: str
    evidence: str
    verify: str
    effect: Effect = Effect()
    factor: float = 1.0
    shown: tuple[str, float, float] = ("", 0.0, 0.0)


@dataclass(frozen=True)
class Situation:
    """The last days of a house as hours, its heat balance (None: not known), and how far that is uncertain."""

    hours: pd.DataFrame
    model: HouseHeat | None = None
    refits: Sequence[HouseHeat] = ()
    water_feed: float = float("nan")

    @property
    def at_least(self) -> pd.Series:
        """Hours in which the house is ventilated for its air only."""
        return (self.hours["temp_c"] - self.hours["set_c"] <= NEAR_SET_C) & (self.hours["airflow_m3h"] > 0)

    @property
    def heated(self) -> pd.Series:
        """Hours with heating."""
        return self.hours["heaters"] > house_heat.HEATED

    def effect(self, other: pd.DataFrame) -> Effect:
        """What living through other hours would have changed, without a range."""
        gained = DAY_H * (other["comfortable"].astype(float) - self.hours["comfortable"].astype(float))
        saved = float("nan")
        if self.model is not None and self.model.trusted:
            saved = house_heat.saved_kwh_d(self.model, self.hours, other)
        return Effect(saved, comfort_h_d=float(gained.mean()))

    def effect_with_range(self, other: pd.DataFrame) -> Effect:
        """The same with its ranges."""
        known = self._over_days(self.effect(other), other)
        if not np.isfinite(known.kwh_d) or not self.refits:
            return known
        saved = [house_heat.saved_kwh_d(one, self.hours, other) for one in self.refits]
        low, high = (float(edge) for edge in np.quantile(saved, [0.1, 0.9]))
        return replace(known, low=low, high=high)

    def _over_days(self, known: Effect, other: pd.DataFrame) -> Effect:
        gained = DAY_H * (other["comfortable"].astype(float) - self.hours["comfortable"].astype(float))
        whole = gained.iloc[len(gained) % DAY_H :].to_numpy().reshape(-1, DAY_H).mean(axis=1)
        if len(whole) < 2 or not np.isfinite(whole).any():
            return known
        return replace(known, comfort_low=float(np.nanmin(whole)), comfort_high=float(np.nanmax(whole)))


def finding(one: Advice, *, house: int, start: datetime, until: datetime) -> Finding:
    """The advice as a finding of its own category, for information."""
    return Finding(
        category=Category.OPTIMISATION,
        kind=one.kind,
        house=house,
        subject="house",
        start=start,
        detected_at=until,
        title=one.title,
        score=0.6,
        severity=Severity.INFO,
        why=(Hypothesis(cause=one.evidence, confidence=0.7),),
        check=(f"{one.do} Expected: {one.effect.sentence}. Verify: {one.verify}",),
        data=_data(one),
    )


def _reach(low: float, high: float) -> str:
    return f" ({number(low)} to {number(high)})" if np.isfinite([low, high]).all() else ""


def _data(one: Advice) -> dict[str, Any]:
    numbers = {"kwh_d": one.effect.kwh_d, "kwh_d_low": one.effect.low, "kwh_d_high": one.effect.high}
    numbers |= {"comfort_h_d_low": one.effect.comfort_low, "comfort_h_d_high": one.effect.comfort_high}
    known = {name: round(value, 1) for name, value in numbers.items() if np.isfinite(value)}
    return {**known, "comfort_h_d": round(one.effect.comfort_h_d, 2), "factor": one.factor, "verify": one.verify}
