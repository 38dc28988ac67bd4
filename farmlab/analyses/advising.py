"""What could run better: advice per house, and what became of advice that was followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from farmlab import config
from farmlab.analyses import blocks
from farmlab.domain import ActionStatus, Category
from farmlab.errors import InsufficientData
from farmlab.features import flock, house_hours, water_feed
from farmlab.figures import Table, evidence
from farmlab.findings import advice, advice_rules
from farmlab.models import house_heat
from farmlab.text import counted, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from farmlab.domain import Action, Finding, House
    from farmlab.figures import Picture
    from farmlab.findings.advice import Advice, Situation
    from farmlab.models.house_heat import HouseHeat
    from farmlab.scope import Scope

HISTORY_DAYS: Final = 14
"""So much of the flock is fitted before the window."""
METRICS: Final = (
    *("temp", "temp_set", "rh", "co2", "nh3", "airflow", "vent_level", "heaters", "pad", "light", "weight", "birds"),
)
SHOWN: Final = {
    "co2_ppm": ("co2", "CO₂, by hour"),
    "nh3_ppm": ("nh3", "NH₃, by hour"),
    "rh_pct": ("rh", "relative humidity, by hour"),
    "spread_c": ("temp", "warmest less coldest place"),
}
"""Column of the hours → its metric, and what it is called."""
PROOF_H: Final = 48
"""Hours before and after a step that are compared."""


@dataclass(frozen=True, slots=True)
class Advised:
    """One house: what was looked at, what is advised, and why there is no heat balance ("" when there is one)."""

    house: House
    situation: Situation
    advice: tuple[Advice, ...]
    refusal: str = ""


def advised(lab: Scope) -> list[Advised]:
    """Advice for every house with birds."""
    return [_of_house(lab, house) for house in lab.houses if lab.flocks.get(house.number)]


def hours_of(lab: Scope, house: int, *, history_hours: float = 24 * HISTORY_DAYS) -> pd.DataFrame:
    """The hours of a house with its present flock, as balances need them."""
    wide = lab.wide(house, history_hours=history_hours, metric=list(METRICS))
    one = lab.flocks.get(house)
    ages = flock.age_days(pd.DatetimeIndex(wide.index), [one] if one else [], timezone=lab.farm.timezone)
    lived = wide.assign(**{flock.AGE: ages})[ages.notna().to_numpy()]
    return house_hours.hours(lived, timezone=lab.farm.timezone) if "temp_c" in lived and len(lived) else _none()


def findings(found: list[Advised], lab: Scope) -> list[Finding]:
    """The advice as findings, which are kept and get steps of their own."""
    return [
        advice.finding(one, house=item.house.number, start=lab.start, until=lab.until)
        for item in found
        for one in item.advice
    ]


def show(found: list[Advised], lab: Scope) -> None:
    """Each advice as a block with the hours that speak for it; first those that are worth most."""
    every = [(item, one) for item in found for one in item.advice]
    for item, one in sorted(every, key=lambda pair: -_worth(pair[1])):
        blocks.display(_block(item, one))
        if one.shown[0]:
            blocks.display(_picture(item, one, lab))
    if not every:
        blocks.display(Table("<p>Nothing to improve was found.</p>", "Nothing to improve was found."))


def balance_table(found: list[Advised]) -> pd.DataFrame:
    """One row a house: how well its heat balance fits, or why there is none."""
    return pd.DataFrame([_balance(item) for item in found], columns=["house", "heat balance", "explains, %"])


def proof_table(lab: Scope) -> pd.DataFrame:
    """One row a step that was done: heating per kelvin and comfort in the two days before and after it.

    Steps whose days cannot be compared, as those of an earlier flock, are left out.
    """
    columns = ["house", "step", "done", "heaters per 10 °C before", "after", "comfort before, %", "comfort after, %"]
    return pd.DataFrame(list(_proofs(lab)), columns=columns)


def summary(found: list[Advised]) -> str:
    """The answer in one sentence."""
    count = sum(len(item.advice) for item in found)
    if not count:
        return "Nothing to improve was found"
    best = max(((item, one) for item in found for one in item.advice), key=lambda pair: _worth(pair[1]))
    houses = sum(bool(item.advice) for item in found)
    said = f"{counted(count, 'piece of advice', 'pieces of advice')} for {houses} of {len(found)} houses"
    return f"{said}. First: {best[0].house.label}: {best[1].do}"


def values(found: list[Advised]) -> dict[str, float]:
    """Comfortable hours a day of each house in the window, as the run record keeps them."""
    known = {item.house.number: item.situation.hours["comfortable"].astype(float).mean() for item in found}
    return {f"comfortable_h/{number}": round(24 * share, 1) for number, share in known.items() if pd.notna(share)}


def _of_house(lab: Scope, house: House) -> Advised:
    every = hours_of(lab, house.number)
    model, refits, refusal = _balance_of(every)
    now = advice.Situation(every[every.index > pd.Timestamp(lab.start)], model, refits, _water_feed(lab, house))
    return Advised(house, now, tuple(advice_rules.advise(now)), refusal)


def _balance_of(hours: pd.DataFrame) -> tuple[HouseHeat | None, list[HouseHeat], str]:
    try:
        return house_heat.fit(hours), house_heat.refitted(hours), ""
    except InsufficientData as error:
        return None, [], str(error)


def _water_feed(lab: Scope, house: House) -> float:
    """Litres per kilogram over the window."""
    wide = lab.wide(house.number, metric=["water", "feed"])
    sums: dict[str, float] = {}
    for sensor in lab.sensors(house.number):
        if sensor.metric in ("water", "feed") and sensor.column in wide:
            added = water_feed.amounts(wide[sensor.column], kind=sensor.counts, timezone=lab.farm.timezone)
            sums[sensor.metric] = sums.get(sensor.metric, 0.0) + float(added.sum())
    return sums["water"] / sums["feed"] if sums.get("feed") and "water" in sums else float("nan")


def _worth(one: Advice) -> float:
    """Comfort first, then heat: an hour of comfort counts as a hundred kilowatt hours."""
    saved = one.effect.kwh_d if pd.notna(one.effect.kwh_d) else 0.0
    return 100 * one.effect.comfort_h_d + saved


def _block(item: Advised, one: Advice) -> Table:
    """What is seen, what to do, why, what to expect, and how to see that it worked."""
    where, effect = item.house.label, f"{one.effect.sentence}{_money(one)}"
    lines = {"Do": one.do, "Why": one.evidence, "Expected": effect, "Verify": one.verify}
    body = "".join(f"<p><strong>{name}:</strong> {escape(one_line(line))}</p>" for name, line in lines.items())
    head = f'<h3><span class="where">{escape(one_line(where))}</span> {escape(one_line(one.title))}</h3>'
    text = [f"{where}: {one.title}", *(f"{name}: {line}" for name, line in lines.items())]
    return Table(f'<article class="finding none">{head}{body}</article>', "\n".join(text))


def _picture(item: Advised, one: Advice, lab: Scope) -> Picture:
    """The hours of the window, with where they should lie behind them."""
    column, low, high = one.shown
    metric, label = SHOWN[column]
    hours = item.situation.hours[column]
    wanted = pd.DataFrame({"lower": low, "upper": high}, index=hours.index)
    return evidence(
        hours,
        metric=metric,
        marks=[],
        start=lab.start,
        until=lab.until,
        timezone=lab.farm.timezone,
        expected=wanted,
        label=label,
        alt=f"{item.house.label}: {one.title}",
    )


def _money(one: Advice) -> str:
    """What the heat is worth, where its price is configured."""
    settings = config.load()
    price = settings.prices.get("energy_kwh")
    if price is None or pd.isna(one.effect.kwh_d):
        return ""
    return f"; the heat is worth {abs(one.effect.kwh_d) * price:.0f} {settings.currency} a day at the configured price"


def _balance(item: Advised) -> dict[str, Any]:
    model = item.situation.model
    said = model.sentence if model else item.refusal
    trusted = "" if model is None or model.trusted else " – not good enough to speak of energy"
    explains = 100 * max(model.held_out, 0.0) if model else None
    return {"house": item.house.number, "heat balance": said + trusted, "explains, %": explains}


def _proofs(lab: Scope) -> Iterator[dict[str, Any]]:
    known = lab.store.findings(lab.farm.name, category=Category.OPTIMISATION)
    for one in known:
        for action in lab.store.actions(finding=one.id, status=[ActionStatus.EXECUTED]):
            over = action.at is not None and action.at + timedelta(hours=PROOF_H) <= lab.until
            if over and one.house in lab.numbers and (proof := _proof(lab, one, action)):
                yield proof


def _proof(lab: Scope, one: Finding, action: Action) -> dict[str, Any] | None:
    assert action.at is not None
    hours = hours_of(lab, one.house, history_hours=(lab.until - action.at) / timedelta(hours=1) + PROOF_H)
    moment = pd.Timestamp(action.at)
    before = hours[(hours.index > moment - pd.Timedelta(hours=PROOF_H)) & (hours.index <= moment)]
    after = hours[(hours.index > moment) & (hours.index <= moment + pd.Timedelta(hours=PROOF_H))]
    if not (before["comfortable"].notna().any() and after["comfortable"].notna().any()):
        return None
    return {
        "house": one.house,
        "step": action.step.partition(" Expected")[0],
        "done": blocks.spoken(action.at, lab),
        "heaters per 10 °C before": round(_heating(before), 2),
        "after": round(_heating(after), 2),
        "comfort before, %": round(100 * before["comfortable"].astype(float).mean()),
        "comfort after, %": round(100 * after["comfortable"].astype(float).mean()),
    }


def _heating(hours: pd.DataFrame) -> float:
    """Running heaters for each ten kelvin between inside and outside, so that weather counts less."""
    return float(10 * hours["heaters"].mean() / (hours["temp_c"] - hours["outside_c"]).mean())


def _none() -> pd.DataFrame:
    columns = [*house_hours.MEANS, "heat_w", "sensible_w", "spread_c", "night", "comfortable"]
    return pd.DataFrame(columns=columns, index=pd.DatetimeIndex([], tz="UTC"), dtype=float)
