"""What is to be expected of every flock until harvest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from farmlab.features import daily, harvest
from farmlab.figures.style import number

if TYPE_CHECKING:
    from farmlab.domain import House
    from farmlab.scope import Scope

METRICS = ("water", "feed", "weight", "birds", "mortality")
FLOCK_DAYS = 60


def table(lab: Scope) -> pd.DataFrame:
    """One row a house and series, as people read it; what cannot be said is left out."""
    rows = [row for house in lab.houses for row in _of_house(lab, house)]
    return pd.DataFrame(rows, columns=["house", "harvest", "until then", "expected", "four of five", "target"])


def _of_house(lab: Scope, house: House) -> list[dict[str, Any]]:
    lived = lab.flocks.get(house.number)
    if lived is None:
        return []
    wide = lab.wide(house.number, history_hours=FLOCK_DAYS * 24, metric=list(METRICS))
    ahead = harvest.to_harvest(daily.daily(wide, lived, house, lab.farm.timezone), lived) if len(wide) else None
    if ahead is None:
        return []
    on = f"{ahead.on:%d %b} ({'planned' if ahead.planned else 'assumed'}, {ahead.days} d)"
    return [
        {
            "house": house.number,
            "harvest": on,
            "until then": f"{row['series']}, {row['unit']}{' a bird' if row['series'] == 'weight' else ''}",
            "expected": number(row["expected"], 0),
            "four of five": f"{number(row['lower'], 0)} to {number(row['upper'], 0)}",
            "target": number(row["target"], 0),
        }
        for row in ahead.table.to_dict("records")
    ]
