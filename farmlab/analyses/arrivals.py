"""What came in: coverage of houses and sensors, and the sensors that a rule marked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import figures, quality
from farmlab.analyses import blocks
from farmlab.domain import VerdictState
from farmlab.quality.verdict import SENSOR_MISSING
from farmlab.text import counted, one_line

if TYPE_CHECKING:
    from farmlab.domain import House
    from farmlab.figures import Table
    from farmlab.scope import Scope

_TIMES: Final = ("first", "last")


def houses(lab: Scope) -> pd.DataFrame:
    """One row a house: verdict, coverage, share flagged (0–1), newest reading, sensors at fault."""
    judged = {house: lab.verdict_of(house) for house in lab.houses}
    rows = [
        {"house": house.number, "verdict": str(said.state), "coverage": said.coverage, "flagged": said.flagged,
         "newest": said.newest, "sensors_at_fault": ", ".join(said.sensors_at_fault)}
        for house, said in judged.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["house", "verdict", "coverage", "flagged", "newest", "sensors_at_fault"])


def house_table(rows: pd.DataFrame, lab: Scope) -> Table:
    """The rows as people read them."""
    shown = pd.DataFrame(
        {
            "house": rows["house"],
            "data": rows["verdict"],
            "came in, %": 100 * rows["coverage"].astype(float),
            "marked, %": 100 * rows["flagged"].astype(float),
            "newest reading": [blocks.spoken(newest, lab) for newest in rows["newest"]],
            "sensors at fault": rows["sensors_at_fault"].replace("", "none"),
        }
    )
    return figures.table(shown, caption="What came in", digits={"came in, %": 1, "marked, %": 1})


def show(lab: Scope) -> None:
    """The strips of every house's sensors; of several houses, those in order are folded beneath their sentence."""
    for house in lab.houses:
        in_order = lab.verdict_of(house).state is VerdictState.OK
        blocks.display(replace(picture(lab, house), folded=in_order and len(lab.houses) > 1))


def picture(lab: Scope, house: House) -> figures.Picture:
    """One strip a sensor over the window."""
    wide = lab.wide(house.number)
    return figures.coverage(
        wide,
        flags(lab, house),
        lab.sensors(house.number),
        start=lab.start,
        until=lab.until,
        timezone=lab.farm.timezone,
        title=_title(house, lab),
    )


def flags(lab: Scope, house: House) -> pd.DataFrame:
    """Readings of a house that a rule marked: sensor, time, rule, value."""
    return quality.flag(
        lab.wide(house.number, history_hours=24),
        lab.sensors(house.number),
        step=lab.step,
        start=lab.start,
        until=lab.until,
        flocks=lab.all_flocks,
        timezone=lab.farm.timezone,
    )


def faults(lab: Scope) -> pd.DataFrame:
    """One row per sensor and rule: house, sensor, rule, readings, first and last time; single losses are not faults."""
    frames = [_of_house(lab, house) for house in lab.houses]
    columns = ["house", "sensor", "rule", "times", "first", "last"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def fault_table(rows: pd.DataFrame, lab: Scope) -> Table:
    """The faults as people read them, times on the farm's clock."""
    spoken = {name: [blocks.spoken(time, lab) for time in rows[name]] for name in _TIMES}
    shown = rows.assign(**spoken)
    sensors = len(rows.drop_duplicates(["house", "sensor"]))
    caption = f"{counted(sensors, 'sensor')} at fault by a rule" if sensors else "No sensor is at fault"
    return figures.table(shown, caption=caption)


def rule_table() -> Table:
    """The rules with their ids, units and defaults."""
    rows = [
        {"rule": rule.id, "what it marks": rule.sentence, "default": _default(rule)} for rule in quality.RULES.values()
    ]
    return figures.table(pd.DataFrame(rows), caption="Rules")


def values(rows: pd.DataFrame) -> dict[str, float | None]:
    """The shares of the farm, as the run record keeps them."""
    means = {name: float(rows[name].astype(float).mean()) for name in ("coverage", "flagged")}
    return {name: round(mean, 4) if pd.notna(mean) else None for name, mean in means.items()}


def _of_house(lab: Scope, house: House) -> pd.DataFrame:
    marked = flags(lab, house)
    labels = {sensor.source_key: one_line(sensor.label) for sensor in lab.sensors(house.number)}
    lost = marked["rule"].isin(["missing", "stale"])
    expected = max(1, round((lab.until - lab.start) / lab.step))
    counted = marked.assign(times=marked["value"].where(lost, 1))
    grouped = counted.groupby(["sensor", "rule"], as_index=False).agg(
        times=("times", "sum"), first=("time", "min"), last=("time", "max")
    )
    told = grouped[(grouped["rule"] != "missing") | (grouped["times"] > SENSOR_MISSING * expected)]
    return told.assign(house=house.number, sensor=told["sensor"].map(labels))


def _title(house: House, lab: Scope) -> str:
    judged = lab.verdict_of(house)
    if judged.coverage is None:
        return f"{house.label}: no readings"
    return f"{house.label}: {100 * judged.coverage:.0f} % of the expected readings came in"


def _default(rule: quality.Rule) -> str:
    return "of the metric" if rule.default is None else f"{rule.default:g} {rule.unit}".strip()
