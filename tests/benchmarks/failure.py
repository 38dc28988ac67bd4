"""The shipped failure model on simulated flocks that it was not taught on: a test of the method, no evidence on farms.

Every six hours each part of each house gets a risk for the next 24 hours and for the 24 after them; what came true is
the simulator's. Failures with a precursor count for the claim, sudden ones are a class of their own. Beside it stands a
model of age and duty alone (part, age of the flock, how much it ran), taught on the other farms of the benchmark, which
flatters it. Intervals are 95 % bootstraps over flocks.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from farmlab.features.machine_rows import FEATURES, WORK
from farmlab.models.evaluation import Interval, interval
from farmlab.models.failure import HORIZONS, FailureRisk, figures, forest, taught
from farmlab.models.failure.learning import within
from farmlab.models.failure.measured import pr_auc
from tests.benchmarks import lessons

Row = dict[str, Any]
FARMS = ((701, "2026-05-20"), (702, "2026-07-10"), (703, "2026-01-25"), (704, "2026-08-10"), (705, "2026-03-10"),
         (706, "2026-09-20"))  # fmt: skip
DRAWS = 200
AIM = 1.5
CALIBRATED = 0.05
MACHINING_AIM = 0.90
SAYS = {"risk_0_24h": "0–24 h", "risk_24_48h": "24–48 h"}
KEPT = "FARMLAB_BENCH_FARMS"
"""A folder with simulated farms that are used again; without it they are made anew."""


def failure() -> Iterator[Row]:
    """PR-AUC per horizon beside prevalence and baseline, calibration, recall at a precision, lead time."""
    table = _table()
    flocks = table["flock"].nunique()
    table = table[table["hours"].notna()].reset_index(drop=True)
    model = taught()
    risks = model.predict(table[list(FEATURES)])
    hours = table["hours"].to_numpy(float)
    yield {"what": "unseen simulated flocks", "measured": str(flocks), "beside": f"{len(table):,} rows"}
    for name in HORIZONS:
        alone = _alone(table, name)
        seen = _rows(table, name, least=1e-6)
        yield from _beside(f"{SAYS[name]}, with precursor", table, seen, risks[name], alone, name, AIM)
        long = _rows(table, name, least=48.0)
        yield from _beside(f"{SAYS[name]}, precursor ≥ 2 days", table, long, risks[name], alone, name, None)
        yield _sudden(table, name, risks[name], hours)
        yield from _quality(table, name, risks[name].to_numpy(), hours, model)
    yield from _warnings(table, model.alarms(table[list(FEATURES)]).any(axis=1).to_numpy())


def _table() -> pd.DataFrame:
    """Rows of every farm, with flock and what came true."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(os.environ.get(KEPT, made))
        return pd.concat([lessons.rows(lessons.farm(folder, *farm)) for farm in FARMS], ignore_index=True)


def _rows(table: pd.DataFrame, name: str, *, least: float) -> NDArray[np.bool_]:
    """Rows without a failure in the horizon, and those before one with so many hours of precursor."""
    truth = within(table["hours"].to_numpy(float), name)
    return ~truth | (table["ahead_h"].to_numpy() >= least)


def _alone(table: pd.DataFrame, name: str) -> pd.Series:
    """Scores of age and duty alone, each farm by trees that were taught on the others."""
    farm = table["unit"].str.partition("/")[0]
    truth = within(table["hours"].to_numpy(float), name)
    scores = pd.Series(0.0, index=table.index)
    for one in farm.unique():
        others, mine = (farm != one).to_numpy(), (farm == one).to_numpy()
        values = table[list(WORK)].to_numpy(float)
        grown = forest.grow(
            "gradient_boosting", values[others], truth[others], np.ones(int(others.sum())), random_state=0
        )
        scores[mine] = grown.score(values[mine])
    return scores


def _beside(
    what: str,
    table: pd.DataFrame,
    rows: NDArray[np.bool_],
    risk: pd.Series,
    alone: pd.Series,
    name: str,
    aim: float | None,
) -> Iterator[Row]:
    truth = within(table["hours"].to_numpy(float), name)
    parts = [(truth[at], risk.to_numpy()[at], alone.to_numpy()[at]) for at in _by_flock(table, rows)]
    ours, theirs = (_interval(parts, lambda t, *s, w=which: pr_auc(t, s[w])) for which in (0, 1))
    ratio = _interval(parts, lambda t, a, b: pr_auc(t, a) / pr_auc(t, b))
    yield {
        "what": f"{what}: PR-AUC",
        "measured": _said(ours),
        "beside": f"age, duty {_said(theirs)}",
        "ratio": ratio.value / aim if aim else ratio.value,
    }
    guess = truth[rows].mean()
    apart = "apart" if ours.low > theirs.high else "not apart"
    yield {"what": f"  × age and duty alone ({apart})", "measured": _said(ratio), "beside": f"guess {guess:.4f}"}


def _by_flock(table: pd.DataFrame, rows: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    places = pd.Series(np.arange(len(table)))[rows]
    return [group.to_numpy() for _, group in places.groupby(table["flock"][rows].to_numpy())]


def _interval(parts: list[Any], statistic: Callable[..., float]) -> Interval:
    def whole(units: Any) -> float:
        truth, *scores = (np.concatenate(column) for column in zip(*units, strict=True))
        return statistic(truth, *scores)

    return interval(parts, whole, draws=DRAWS)


def _sudden(table: pd.DataFrame, name: str, risk: pd.Series, hours: NDArray[np.float64]) -> Row:
    truth = within(hours, name)
    rows = ~truth | (table["ahead_h"].to_numpy() == 0)
    value, guess = pr_auc(truth[rows], risk.to_numpy()[rows]), truth[rows].mean()
    return {"what": f"{SAYS[name]}, sudden: PR-AUC", "measured": f"{value:.4f}", "beside": f"guess {guess:.4f}"}


def _quality(
    table: pd.DataFrame, name: str, risk: NDArray[np.float64], hours: NDArray[np.float64], model: FailureRisk
) -> Iterator[Row]:
    """Figures over all failures, sudden ones too: what the risks are worth as probabilities."""
    named = table["unit"] + "/" + (_since_epoch(table["time"]) + hours).round(0).astype(str)
    failure = pd.factorize(named.where(np.isfinite(hours)))[0].astype(np.int64)
    told = figures(within(hours, name), risk, hours, failure, threshold=model.threshold(name))
    yield {
        "what": f"{SAYS[name]}, all: calibration error",
        "measured": f"{told.calibration_error:.4f}",
        "beside": f"aim {CALIBRATED}",
        "ratio": told.calibration_error / CALIBRATED,
    }
    yield {
        "what": f"{SAYS[name]}, all: Brier",
        "measured": f"{told.brier:.4f}",
        "beside": f"guess {told.brier_usual:.4f}",
    }
    yield {
        "what": f"{SAYS[name]}, {told.failures} failures: recall",
        "measured": f"{told.recall:.2f} at {told.precision:.2f}",
        "beside": f"lead {told.lead_h:.0f} h",
    }


def _warnings(table: pd.DataFrame, called: NDArray[np.bool_]) -> Iterator[Row]:
    """What a person would see: failures that were warned of in the two days before, and warnings for nothing."""
    hours = table["hours"].to_numpy(float)
    at = (_since_epoch(table["time"]) + table["hours"]).round(0)
    soon = pd.DataFrame({"unit": table["unit"], "at": at, "called": called, "ahead": table["ahead_h"]})[
        np.isfinite(hours)
    ]
    warned = soon.groupby(["unit", "at"]).agg(called=("called", "any"), ahead=("ahead", "max"))
    for words, mine in (
        ("precursor ≥ 1 day", warned["ahead"] >= 24),
        ("shorter", (warned["ahead"] > 0) & (warned["ahead"] < 24)),
        ("sudden", warned["ahead"] == 0),
    ):
        yield {
            "what": f"failures warned of, {words}",
            "measured": f"{warned['called'][mine].mean():.2f}",
            "beside": f"{int(mine.sum())} failures",
        }
    false = table[called & np.isinf(hours)]
    apart = false.groupby("unit")["time"].diff() > pd.Timedelta(hours=24)
    first = ~false["unit"].duplicated()
    weeks = table.groupby(table["unit"].str.rpartition("/")[0])["time"].nunique().sum() / (4 * 7)
    yield {
        "what": "warnings for nothing per house-week",
        "measured": f"{int((apart | first).sum()) / weeks:.2f}",
        "beside": f"{weeks:.0f} weeks",
    }


def _since_epoch(times: pd.Series) -> pd.Series:
    return (times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(hours=1)


def _said(one: Interval) -> str:
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


def machining() -> Iterator[Row]:
    """The trees alone, on AI4I 2020: rows without time, stratified in five, the kinds of failure never features."""
    from sklearn.model_selection import StratifiedKFold

    path = Path(os.environ.get("FARMLAB_BENCH_DATA", "")) / "ai4i2020" / "ai4i2020.csv"
    if not path.is_file():
        return
    table = pd.read_csv(path, encoding="utf-8-sig")
    truth = table["Machine failure"].to_numpy(bool)
    air, process, turns, torque, wear = (table[name].to_numpy(float) for name in table.columns[3:8])
    kind = table["Type"].map({"L": 0.0, "M": 1.0, "H": 2.0}).to_numpy()
    values = np.column_stack([kind, air, process, turns, torque, wear, process - air, torque * turns, wear * torque])
    for method in forest.METHODS:
        risk = np.zeros(len(table))
        for learn, test in StratifiedKFold(5, shuffle=True, random_state=0).split(values, truth):
            grown = forest.grow(method, values[learn], truth[learn], np.ones(len(learn)), random_state=0)
            risk[test] = 1 / (1 + np.exp(-grown.score(values[test])))
        brier = float(np.mean((risk - truth) ** 2))
        yield {
            "what": f"AI4I 2020, {method}: PR-AUC (guess {truth.mean():.3f})",
            "measured": f"{pr_auc(truth, risk):.3f}",
            "beside": f"Brier {brier:.4f}",
            "ratio": pr_auc(truth, risk) / MACHINING_AIM,
        }


BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {"failure": failure, "machining": machining}
LONG = ("failure",)
