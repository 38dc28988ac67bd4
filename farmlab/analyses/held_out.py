"""How good models of failure and forecasts were on what they had not learned from, beside the simplest there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from farmlab import units, watch
from farmlab.analyses import failure_model, outlook, remembered
from farmlab.errors import VersionMismatch
from farmlab.findings.risk import WORDS
from farmlab.models.failure import HORIZONS, TAUGHT, taught
from farmlab.models.forecast import figures_of
from farmlab.models.forecasting.ensemble import ENSEMBLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from farmlab.models.failure import FailureRisk
    from farmlab.store import Store

FAILURE: Final = "failure_risk"
FORECAST: Final = "forecast"
_FIGURES: Final = {
    "PR-AUC": "pr_auc",
    "guessing": "prevalence",
    "Brier": "brier",
    "Brier, guessing": "brier_usual",
    "calibration error": "calibration_error",
    "recall": "recall",
    "precision": "precision",
    "lead, h": "lead_h",
    "failures": "failures",
    "rows": "rows",
}
_COLUMNS: Final = (
    "farm",
    "house",
    "series",
    "day",
    "MASE",
    "× yesterday's value",
    "WAPE",
    "held, %",
    "width",
    "origins",
)


def failures(store: Store) -> pd.DataFrame:
    """One row a model of failures and horizon, the shipped one first: its figures on later failures.

    Recall and precision are at the probability at which, before, every second call was right.
    """
    return pd.DataFrame([_risk(name, model, horizon) for name, model in _models(store) for horizon in HORIZONS])


def forecasts(store: Store, at: datetime, *, data: Path | None = None) -> pd.DataFrame:
    """One row a series and day ahead: errors of the last two weeks' forecasts, scored when their truth had come.

    ``MASE`` and ``width`` (of the 80 % interval) are in units of the mean change from day to day. ``data`` is the
    folder of data.
    """
    return pd.DataFrame(list(_told(store, at, data)), columns=list(_COLUMNS))


def _models(store: Store) -> Iterator[tuple[str, FailureRisk]]:
    yield TAUGHT, taught()
    for farm in store.farms():
        record = store.champion(failure_model.TASK, farm.name, failure_model.SCOPE)
        if record is None:
            continue
        try:
            yield f"{farm.name}, version {record.version}", failure_model.restored(record)
        except VersionMismatch:
            continue  # the list of models says what is wrong with it


def _risk(name: str, model: FailureRisk, horizon: str) -> dict[str, Any]:
    known = model.figures(horizon)
    return {"model": name, "horizon": WORDS[horizon], **{said: known.get(key) for said, key in _FIGURES.items()}}


def _told(store: Store, at: datetime, data: Path | None) -> Iterator[tuple[Any, ...]]:
    for farm in store.farms():
        lab = watch.at(store, farm.name, at)
        for house in lab.houses:
            left = remembered.recall(lab, outlook.LEFT, house.number, data=data)
            for metric, memory in left.get("series", {}).items():
                told = figures_of(memory)
                for row in told[told["model"] == ENSEMBLE].to_dict("records"):
                    shares = (row["mase"], row["ratio"], row["wape"], 100 * row["coverage"], row["width"])
                    yield farm.name, house.number, units.METRICS[metric].label, row["day"], *shares, row["origins"]
