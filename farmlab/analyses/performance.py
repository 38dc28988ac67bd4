"""How FarmLab itself does: whether data come in, in time and whole, analyses run, and alerts were worth reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab import effectiveness, figures
from farmlab.analyses import blocks
from farmlab.features import performance
from farmlab.figures.service import Daily, durations, per_day
from farmlab.text import counted

if TYPE_CHECKING:
    from farmlab.domain import Run, SyncRun
    from farmlab.scope import Scope

SYNC_AIM: Final = 99.0
COMPLETE_AIM: Final = 98.0
LATE_POLLS: Final = 3
"""Nearly every reading (95 %) should be known within so many polling intervals."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the answer: what, how it is, what is aimed at; ``good`` None: it cannot be said."""

    what: str
    said: str
    aim: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Performance:
    """What was measured, day by day (index: midnight of the farm, in UTC), and the checks made of it."""

    syncs: pd.DataFrame
    latency: pd.DataFrame
    completeness: pd.DataFrame
    runs: pd.DataFrame
    alerts: pd.DataFrame
    checks: tuple[Check, ...]
    came: pd.Series
    """By house: the percentage of the expected readings of the whole window that came"""


def measure(lab: Scope, *, alert_days: int) -> Performance:
    """Everything about the window of the scope; alerts are looked at over ``alert_days`` before its end."""
    syncs, zone = _syncs(lab), lab.farm.timezone
    arrived = {house.label: lab.tidy(house.number).dropna(subset="value") for house in lab.houses}
    complete = pd.DataFrame({label: _complete(lab, rows) for label, rows in arrived.items()})
    days, latency = performance.sync_days(syncs, zone), _latency(lab, syncs, arrived)
    runs = performance.run_times(_runs(lab))
    alerts, came = _alerts(lab, alert_days), _shares(complete, lab)
    checks = (_sync(days), _late(lab, latency), _whole(came), _ran(runs), _worth(alerts, alert_days))
    return Performance(days, latency, complete, runs, alerts, checks, came)


def summary(measured: Performance) -> str:
    """The answer in one sentence: what needs a look, or that nothing does."""
    bad = [check.what.lower() for check in measured.checks if check.good is False]
    if bad:
        need = "needs" if len(bad) == 1 else "need"
        return f"{len(bad)} of {len(measured.checks)} figures {need} a look: {', '.join(bad)}."
    known = [check.what.lower() for check in measured.checks if check.good]
    return f"FarmLab works as it should: {', '.join(known)}." if known else "Nothing can be said yet."


def glance(measured: Performance) -> figures.Table:
    """One row a check."""
    words = {True: "● ok", False: "▲ needs a look", None: "○ cannot be said"}
    rows = [
        {"what": check.what, "how it is": check.said, "aim": check.aim, "state": words[check.good]}
        for check in measured.checks
    ]
    return figures.table(pd.DataFrame(rows), caption="At a glance")


def show_days(measured: Performance, lab: Scope) -> None:
    """Sync, latency and completeness by day, as far as there are any."""
    panels = list(_panels(measured, lab))
    if panels:
        title = (
            "Data came in as they should" if _all_good(measured.checks[:3]) else "Not all data came in as they should"
        )
        picture = per_day(panels, start=lab.start, until=lab.until, timezone=lab.farm.timezone, title=title)
        blocks.display(picture)


def show_runs(measured: Performance) -> None:
    """How long each analysis takes."""
    if measured.runs.empty:
        blocks.display(figures.Table("<p>No analysis was run in this window.</p>", "No analysis was run."))
        return
    slowest = max(measured.runs.to_dict("records"), key=lambda row: row["max_s"] if row["max_s"] > 0 else 0.0)
    name = str(slowest["notebook"]).replace("_", " ")
    title = f"The longest, {name}, usually takes {slowest['median_s']:.0f} s"
    blocks.display(durations(measured.runs, title=title))


def run_table(measured: Performance) -> figures.Table:
    """Runs by analysis, with their times in seconds."""
    names = {
        "notebook": "analysis",
        "nothing_new": "nothing new",
        "median_s": "usual, s",
        "p95_s": "95 %, s",
        "max_s": "longest, s",
    }
    shown = measured.runs.assign(notebook=measured.runs["notebook"].str.replace("_", " ")).rename(columns=names)
    return figures.table(shown, caption="Runs by analysis", digits={"usual, s": 1, "95 %, s": 1, "longest, s": 1})


def alert_table(measured: Performance) -> figures.Table:
    """Alerts by month and kind: how many were raised, answered, true, how early they came, and what was missed."""
    alerts = measured.alerts
    shown = pd.DataFrame(
        {
            "month": alerts["month"],
            "kind": alerts["kind"].str.replace("_", " "),
            "alerts": alerts["alerts"],
            "answered, %": 100 * alerts["answered_share"],
            "true, % of answered": 100 * alerts["precision"].astype(float),
            "hours before failure": alerts["lead_h"].astype(float),
            "missed failures": alerts["missed"],
        }
    )
    caption = "Alerts by month and kind" if len(shown) else "No alert was raised, and no failure recorded"
    digits = {"answered, %": 0, "true, % of answered": 0, "hours before failure": 1}
    return figures.table(shown, caption=caption, digits=digits)


def values(measured: Performance) -> dict[str, float | None]:
    """The figures of the window, as the run record keeps them; what cannot be said is None."""
    runs, alerts = measured.runs, measured.alerts
    judged = alerts["occurred"].sum() + alerts["false"].sum()
    found = {
        "sync_success_pct": _mean(measured.syncs, "success_pct", weight="attempts"),
        "latency_p95_min": _mean(measured.latency, "p95_min"),
        "complete_pct": float(measured.came.mean()) if len(measured.came) else None,
        "runs": float(runs["runs"].sum()),
        "runs_failed": float(runs["failed"].sum()),
        "alerts": float(alerts["alerts"].sum()),
        "alert_precision_pct": 100 * float(alerts["occurred"].sum()) / judged if judged else None,
    }
    return {name: None if value is None else round(value, 2) for name, value in found.items()}


def tables(measured: Performance) -> dict[str, pd.DataFrame]:
    """The tables of the run record, which the dashboard shows."""
    checks = [{"what": one.what, "said": one.said, "aim": one.aim, "good": _word(one.good)} for one in measured.checks]
    days = pd.concat(
        [measured.syncs[["success_pct"]], measured.latency, _worst(measured.completeness)], axis="columns", sort=True
    ).rename_axis("day")
    return {"checks": pd.DataFrame(checks), "days": days, "runs": measured.runs, "alerts": measured.alerts}


def _syncs(lab: Scope) -> list[SyncRun]:
    """The attempts to ask the farm's source in the window; imports of files are none."""
    found = lab.store.syncs(lab.farm.name, limit=10_000)
    return [sync for sync in found if sync.source == lab.farm.integration and lab.start < sync.started_at <= lab.until]


def _runs(lab: Scope) -> list[Run]:
    """The runs of earlier slots in the window."""
    found = lab.store.runs(farm=lab.farm.name, since=lab.start, until=lab.until, limit=None)
    return [run for run in found if run.slot < lab.until]


def _alerts(lab: Scope, days: int) -> pd.DataFrame:
    house = lab.numbers[0] if len(lab.numbers) == 1 else 0
    start = lab.until - timedelta(days=days)
    return effectiveness.read(lab.store, lab.farm.name, house=house, start=start, until=lab.until)


def _complete(lab: Scope, rows: pd.DataFrame) -> pd.Series:
    return performance.completeness_days(
        rows["time"],
        rows["sensor"].nunique(),
        start=lab.start,
        until=lab.until,
        step=lab.step,
        timezone=lab.farm.timezone,
    )


def _latency(lab: Scope, syncs: list[SyncRun], arrived: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Of readings that came by sync; how old those of a file were says nothing."""
    began = min((sync.started_at for sync in syncs), default=None)
    live = [rows.loc[rows["learned_at"] >= began, ["time", "learned_at"]] for rows in arrived.values() if began]
    known = pd.concat(live) if live else pd.DataFrame()
    if known.empty:
        return pd.DataFrame(columns=["median_min", "p95_min"], index=pd.DatetimeIndex([], tz="UTC"), dtype=float)
    return performance.latency_days(known["time"], known["learned_at"], lab.farm.timezone)


def _sync(days: pd.DataFrame) -> Check:
    if days.empty:
        return Check("Syncs", "no source was asked; the data come from files or by hand", "–", None)
    share, failed = _mean(days, "success_pct", weight="attempts"), int(days["failed"].sum())
    assert share is not None
    attempts = counted(int(days["attempts"].sum()), "attempt")
    said = f"{share:.1f} % of {attempts}, {failed or 'none'} failed"
    return Check("Syncs", said, f"≥ {SYNC_AIM:.0f} %", share >= SYNC_AIM)


def _late(lab: Scope, latency: pd.DataFrame) -> Check:
    aim = LATE_POLLS * lab.farm.poll_minutes
    if latency.empty:
        return Check("Readings known after", "nothing came by sync in this window", f"≤ {aim:.0f} min", None)
    usual, most = latency["median_min"].median(), latency["p95_min"].median()
    return Check(
        "Readings known after", f"{usual:.1f} min, 95 % within {most:.1f} min", f"≤ {aim:.0f} min", most <= aim
    )


def _shares(complete: pd.DataFrame, lab: Scope) -> pd.Series:
    """The means of the days of each house; of the first and the last day only their hours in the window count."""
    edges = [pd.Timestamp(lab.start), *complete.index[1:], pd.Timestamp(lab.until)]
    hours = np.diff(pd.DatetimeIndex(edges).as_unit("ms").asi8) if complete.size else np.ones(0)
    return complete.mul(hours, axis=0).sum() / hours.sum() if complete.size else pd.Series(dtype=float)


def _whole(by_house: pd.Series) -> Check:
    if not len(by_house):
        return Check("Readings that came", "none", f"≥ {COMPLETE_AIM:.0f} %", False)
    share, worst = float(by_house.mean()), str(by_house.idxmin())
    said = f"{share:.1f} %" + (f", least in {worst}: {by_house.min():.1f} %" if len(by_house) > 1 else "")
    return Check("Readings that came", said, f"≥ {COMPLETE_AIM:.0f} %", share >= COMPLETE_AIM)


def _ran(runs: pd.DataFrame) -> Check:
    if runs.empty:
        return Check("Analyses", "none was run in this window", "none fails", None)
    total, failed = int(runs["runs"].sum()), int(runs["failed"].sum())
    said = f"{counted(total, 'run')}, {failed or 'none'} failed"
    return Check("Analyses", said, "none fails", failed == 0)


def _worth(alerts: pd.DataFrame, days: int) -> Check:
    aim = "most are true, none missed"
    total, answered, missed = (int(alerts[name].sum()) for name in ("alerts", "answered", "missed"))
    said = f"{total} in {days} days, {answered} answered, {counted(missed, 'failure')} missed"
    judged = int(alerts["occurred"].sum() + alerts["false"].sum())
    if not judged:
        return Check("Alerts", said, aim, False if missed else None)
    share = float(alerts["occurred"].sum()) / judged
    return Check("Alerts", f"{said}, {100 * share:.0f} % of the answered were true", aim, share > 0.5 and not missed)


def _panels(measured: Performance, lab: Scope) -> Any:
    if len(measured.syncs):
        yield Daily("syncs that succeeded", "%", {"": measured.syncs["success_pct"]}, SYNC_AIM)
    if len(measured.latency):
        lines = {"95 %": measured.latency["p95_min"], "usual": measured.latency["median_min"]}
        yield Daily("readings known after", "min", lines, LATE_POLLS * lab.farm.poll_minutes, at_most=True)
    if measured.completeness.size:
        shown = _worst(measured.completeness)
        lines = {"all": shown["complete_pct"]}
        if measured.completeness.shape[1] > 1:
            lines["least"] = shown["least_complete_pct"]
        yield Daily("readings that came", "%", lines, COMPLETE_AIM)


def _worst(complete: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"complete_pct": complete.mean(axis=1), "least_complete_pct": complete.min(axis=1)})


def _mean(table: pd.DataFrame, column: str, *, weight: str = "") -> float | None:
    if table.empty:
        return None
    if not weight:
        return float(table[column].mean())
    return float((table[column] * table[weight]).sum() / table[weight].sum())


def _all_good(checks: tuple[Check, ...]) -> bool:
    return not any(check.good is False for check in checks)


def _word(good: bool | None) -> str:
    return {True: "yes", False: "no", None: "unknown"}[good]
