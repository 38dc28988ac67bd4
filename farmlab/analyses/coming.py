"""The next two days of every house: climate, gases, water, feed and power, and what they warn of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import figures, units
from farmlab.analyses import blocks, outlook
from farmlab.analyses.outlook import Coming
from farmlab.domain import Severity
from farmlab.findings import ahead
from farmlab.models.forecasting.ensemble import ENSEMBLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from farmlab.domain import Finding, House
    from farmlab.scope import Scope

__all__ = ["Coming", "backtest", "backtest_table", "coming", "show", "summary", "table_of", "values", "warnings"]

AMOUNTS: Final = ("water", "feed")
SAID: Final = ("temp", "water", "feed", "power")
"""What the first sentence tells."""


def coming(lab: Scope) -> list[Coming]:
    """The forecasts of a scope, in order of houses and metrics."""
    return [item for house in lab.houses for item in outlook.of_house(lab, house)]


def warnings(items: Sequence[Coming], lab: Scope) -> list[Finding]:
    """What the forecasts warn of, over all houses, the likeliest first."""
    found = [finding for house in lab.houses for finding in ahead.look(_of_house(items, house, lab))]
    return sorted(found, key=lambda finding: -finding.score)


def show(items: Sequence[Coming], found: Sequence[Finding], lab: Scope) -> list[Finding]:
    """Houses that are warned of with their figure, the others folded; the findings, with their figures in them."""
    small = [finding for finding in found if finding.severity is Severity.INFO]
    warned = {finding.house for finding in found if finding not in small}
    drawn = []
    for house in sorted(lab.houses, key=lambda house: house.number not in warned):
        mine = [finding for finding in found if finding.house == house.number and finding not in small]
        picture = _picture(items, house, lab)
        if picture is None:
            continue
        if not mine:
            blocks.display(replace(picture, folded=True))
            continue
        for finding in mine:
            blocks.display(blocks.block(finding, lab))
        blocks.display(picture)
        drawn += [_drawn(finding, items, house, lab) for finding in mine]
    if small:
        blocks.display(blocks.others(small, lab))
    return [*drawn, *small]


def refusals(items: Sequence[Coming]) -> figures.Table:
    """The series without a forecast, and why."""
    rows = [
        {"series": f"{item.house.label}, {item.sensor.label}", "why": item.refusal} for item in items if item.refusal
    ]
    return figures.table(pd.DataFrame(rows, columns=["series", "why"]), caption="No forecast for")


def summary(items: Sequence[Coming], found: Sequence[Finding] = ()) -> str:
    """The answer in one sentence: what is likely to go wrong, else what the next 24 hours bring over all houses."""
    table = table_of(items)
    if table.empty:
        return "No forecast could be made: " + (items[0].refusal if items else "there is nothing to forecast.")
    day = table[table["time"] <= table["time"].min() + pd.Timedelta(hours=23)]
    parts = [_over_all(day.loc[day["metric"] == metric, "forecast"], metric) for metric in SAID]
    said = "The next 24 hours: " + ", ".join(part for part in parts if part)
    serious = [item for item in found if item.severity is not Severity.INFO]
    first = "; ".join(f"House {item.house}: {item.title}" for item in serious[:2])
    more = f" and {len(serious) - 2} more" if len(serious) > 2 else ""
    return f"{first}{more}" if first else said


def values(items: Sequence[Coming]) -> dict[str, float]:
    """The means of the next 24 hours (totals of water and feed), as the run record keeps them."""
    known = {}
    for item in items:
        if item.forecast is not None:
            day = item.forecast.frame["forecast"].iloc[:24]
            gauge = units.METRICS[item.metric].kind == "gauge"
            known[f"{item.metric}/{item.house.number}"] = round(float(day.mean() if gauge else day.sum()), 1)
    return known


def backtest_table(tested: pd.DataFrame) -> pd.DataFrame:
    """The back-test as people read it: what is used, its error beside yesterday's value, and what its interval held."""
    if tested.empty:
        return pd.DataFrame(columns=["house", "series", "model", "hours ahead"])
    used = tested[tested["model"] == ENSEMBLE]
    return pd.DataFrame(
        {
            "house": used["house"],
            "series": [units.METRICS[code].label for code in used["metric"]],
            "model": used["used"],
            "hours ahead": used["day"].map({1: "1–24", 2: "25–48"}),
            "mean error": used["mae"].round(2),
            "× yesterday's value": used["ratio"].round(2),
            "80 % interval held, %": (100 * used["coverage"]).round(0),
            "past origins": used["origins"],
        }
    )


def members_table(items: Sequence[Coming]) -> pd.DataFrame:
    """One row a series: how much each member counts, in percent."""
    rows = [
        {"house": item.house.number, "series": units.METRICS[item.metric].label}
        | {name: round(100 * share) for name, share in item.forecast.weights.items()}
        for item in items
        if item.forecast is not None
    ]
    return pd.DataFrame(rows)


def backtest(items: Sequence[Coming]) -> pd.DataFrame:
    """How each member did: one row per house, metric, model and day ahead."""
    frames = [
        item.forecast.figures.assign(house=item.house.number, metric=item.metric, used=item.forecast.model)
        for item in items
        if item.forecast is not None and len(item.forecast.figures)
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["house", "metric", "model"])


def table_of(items: Sequence[Coming]) -> pd.DataFrame:
    """The hours ahead as rows: house, metric, time, forecast, lower, upper, model."""
    frames = [
        item.forecast.frame.reset_index().assign(house=item.house.number, metric=item.metric, model=item.forecast.model)
        for item in items
        if item.forecast is not None
    ]
    columns = ["house", "metric", "time", "forecast", "lower", "upper", "model"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def _over_all(expected: pd.Series, metric: str) -> str:
    about = units.METRICS[metric]
    if expected.empty:
        return ""
    if about.kind == "gauge":
        return f"{about.label} {expected.min():.{about.digits}f} to {expected.max():.{about.digits}f} {about.unit}"
    return f"{expected.sum():.0f} {about.unit} of {about.label}"


def _of_house(items: Sequence[Coming], house: House, lab: Scope) -> ahead.Coming:
    mine = [(item.metric, item.forecast) for item in items if item.house == house and item.forecast is not None]
    return ahead.Coming(
        house=house,
        frames={metric: made.frame for metric, made in mine},
        until=lab.until,
        timezone=lab.farm.timezone,
        set_point=outlook.plan(lab, house, "temp"),
        ages=outlook.ages(lab, house),
        silo_kg=_silo(lab, house),
        peaks={
            metric: (made.peak.height, made.peak.start, made.peak.end, float(made.history.max()))
            for metric, made in mine
            if metric == "power"
        },
    )


def _silo(lab: Scope, house: House) -> float | None:
    """What the silos of a house hold together by their newest readings; None without one."""
    if not any(sensor.metric == "silo" for sensor in lab.sensors(house.number)):
        return None
    wide = lab.wide(house.number, metric="silo")
    known = wide.ffill().iloc[-1].dropna() if len(wide) else pd.Series(dtype=float)
    return float(known.sum()) if len(known) else None


def _drawn(finding: Finding, items: Sequence[Coming], house: House, lab: Scope) -> Finding:
    """The finding with the figure of what it is about; without one where that is not forecast itself."""
    picture = _picture([item for item in items if item.metric == finding.subject], house, lab)
    return replace(finding, data={**finding.data, "drawing": picture.svg}) if picture else finding


def _picture(items: Sequence[Coming], house: House, lab: Scope) -> figures.Picture | None:
    mine = [item for item in items if item.house == house and item.forecast is not None]
    if not mine:
        return None
    said = "; ".join(item.sentence for item in mine)
    return figures.fans(
        list(_fans(mine)), until=lab.until, timezone=lab.farm.timezone, title=f"{house.label}, next 24 h: {said}"
    )


def _fans(mine: Sequence[Coming]) -> Iterator[figures.Fan]:
    for item in mine:
        assert item.forecast is not None
        target = item.plan if item.metric not in AMOUNTS else None
        yield figures.Fan(item.forecast.history, item.forecast.frame, item.metric, item.forecast.issued, target)
