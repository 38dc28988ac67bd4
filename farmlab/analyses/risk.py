"""What is likely to fail on a farm in the next two days: its own model where it has records."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import feedback, figures
from farmlab.analyses import blocks
from farmlab.domain import EventKind
from farmlab.errors import InsufficientData, VersionMismatch
from farmlab.features import degradation, machine_rows, series, wear
from farmlab.features import flock as birds
from farmlab.features.machine_rows import FEATURES, Happened
from farmlab.figures.wear import Course
from farmlab.findings import risk
from farmlab.findings.outlook import HISTORY_DAYS, outlooks
from farmlab.models import kept
from farmlab.models.failure import HORIZONS, TAUGHT, FailureRisk, taught
from farmlab.models.failure.learning import LEAST_FAILURES
from farmlab.models.failure.outcome import hours_to_failure
from farmlab.models.failure.taught import RARER
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from farmlab.domain import Event, Finding, House, ModelRecord
    from farmlab.findings.outlook import Outlook
    from farmlab.scope import Scope

TASK: Final = "failure"
SCOPE: Final = "farm"
"""Where the store keeps a farm's own model."""
LEARN_DAYS: Final = 400
EVERY: Final = "6h"
MENDED: Final = pd.Timedelta(days=1)
"""So long a failure lasts when nobody wrote down its repair."""
SAME: Final = pd.Timedelta(days=3)
"""A repair so soon after a failure is of that failure, not another one."""
MOST_DRAWN: Final = 4
LIKELIER: Final = 2.0
"""From so many times the usual risk on, the table says what it would be and what to do."""
Failed = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Looked:
    """The outlook of every part of every house, and what told it.

    Attributes
    ----------
    outlooks
        By house and part.
    findings
        Where somebody should look, the likeliest first.
    model, trained
        What told the risks, and what it was trained on.
    refusal
        Why the farm has no model of its own; "" where it has one.
    """

    outlooks: list[Outlook]
    findings: list[Finding]
    model: FailureRisk
    trained: str
    refusal: str


def look(lab: Scope) -> Looked:
    """Everything that may fail in the next two days, as known at the end of the scope."""
    records = on_record(lab)
    model, trained, refusal = choose(lab, records)
    found: list[Outlook] = []
    for house in lab.houses:
        wide = lab.wide(house.number, history_hours=24 * HISTORY_DAYS)
        found += outlooks(
            wide,
            house,
            lab.all_flocks,
            until=lab.until,
            timezone=lab.farm.timezone,
            model=model,
            trained=trained,
            rarer=RARER if refusal else 1.0,
            happened=happened(records, house.number, until=pd.Timestamp(lab.until)),
        )
    told = risk.findings(found, start=lab.until, until=lab.until, farm=lab.farm.name)
    return Looked(found, told, model, trained, refusal)


@dataclass(frozen=True)
class Records:
    """What is on record: by house and part failures (with their repairs) and repairs, by house alarms."""

    failed: Mapping[tuple[int, str], tuple[Failed, ...]]
    mended: Mapping[tuple[int, str], tuple[pd.Timestamp, ...]]
    alarms: Mapping[int, tuple[pd.Timestamp, ...]]
    installed: Mapping[tuple[int, str], pd.Timestamp]

    @property
    def count(self) -> int:
        """How many failures there are."""
        return sum(len(failures) for failures in self.failed.values())


def on_record(lab: Scope) -> Records:
    """Failures, repairs and alarms as they were known at the end of the scope.

    A failure is what was written down as one, a finding of a failure that somebody called true, or a repair that no
    failure came before in three days.
    """
    events = lab.store.events(lab.farm.name, until=lab.until, known_at=lab.until)
    broken, mended = _times(events, EventKind.FAILURE), _times(events, EventKind.MAINTENANCE_DONE)
    for house, part, moment in _answered(lab):
        broken[house, part].append(moment)
    alarms: dict[int, list[pd.Timestamp]] = defaultdict(list)
    for event in events:
        if event.kind is EventKind.ALARM:
            alarms[event.house].append(pd.Timestamp(event.time))
    failed = {key: _failures(broken[key], mended[key]) for key in {*broken, *mended}}
    installed: dict[tuple[int, str], pd.Timestamp] = {}
    for item in lab.store.equipment(lab.farm.name):
        if item.installed_on and machine_rows.part_of(item.label):
            since = pd.Timestamp(item.installed_on, tz="UTC")
            key = item.house, machine_rows.part_of(item.label)
            installed[key] = min(since, installed.get(key, since))
    return Records(
        failed, {k: tuple(v) for k, v in mended.items()}, {k: tuple(v) for k, v in alarms.items()}, installed
    )


def happened(records: Records, house: int, *, until: pd.Timestamp) -> dict[str, Happened]:
    """What is on record of the parts of one house, up to a moment."""
    alarms = tuple(moment for moment in records.alarms.get(house, ()) if moment <= until)
    return {
        part: Happened(
            failed=tuple(failed for failed, _ in records.failed.get((house, part), ()) if failed <= until),
            mended=tuple(moment for moment in records.mended.get((house, part), ()) if moment <= until),
            alarms=alarms,
            installed=records.installed.get((house, part)),
        )
        for part in degradation.PARTS
    }


def choose(lab: Scope, records: Records) -> tuple[FailureRisk, str, str]:
    """The farm's own model where one is champion, else the shipped: model, what it learned from, why not own."""
    try:
        model = champion(lab)
    except VersionMismatch as error:
        return taught(), TAUGHT, f"the model of this farm is not used: {error.what}"
    if model is None:
        return taught(), TAUGHT, _why_not(lab, records)
    return model, f"trained on {model.about_['failures']} failures of {lab.farm.name}", ""


def champion(lab: Scope) -> FailureRisk | None:
    """The farm's own model that is in use; None without one, or where it was made after the end of the scope.

    Raises
    ------
    VersionMismatch
        It was made with other libraries, or its state was changed.
    """
    record = lab.store.champion(TASK, lab.farm.name, SCOPE)
    return None if record is None or record.fitted_at > lab.until else restored(record)


def restored(record: ModelRecord) -> FailureRisk:
    """The model of a record.

    Raises
    ------
    VersionMismatch
        It was made with other libraries, or its state is not one of these models.
    """
    try:
        return FailureRisk.from_state(kept.opened(record))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise VersionMismatch("the stored model is damaged", where=TASK, next_step="Train it again.") from None


def _why_not(lab: Scope, records: Records) -> str:
    if records.count < LEAST_FAILURES:
        return few(records)
    said = lab.store.model_history(task=TASK, farm=lab.farm.name, scope=SCOPE, limit=1)
    if said and said[0].note and said[0].at <= lab.until:
        return f"no model of this farm is in use: {said[0].note}"
    return f"{records.count} failures are on record, and no model of this farm was trained yet"


def few(records: Records) -> str:
    """Why a farm with these records has no model of its own."""
    return f"{records.count} failures are on record, and {LEAST_FAILURES} are needed for a model of this farm"


def learning_table(lab: Scope, records: Records) -> pd.DataFrame:
    """What a model of the farm's own failures learns from, of up to :data:`LEARN_DAYS` of readings.

    One row a part and moment: features, ``hours`` to its next failure, ``unit``, ``time``, and ``order`` (hours
    since 1970).

    Raises
    ------
    InsufficientData
        Too few failures are on record, or there are no readings.
    """
    if records.count < LEAST_FAILURES:
        raise InsufficientData(few(records), next_step="Write them down: farmlab record failure.")
    tables = [table for house in lab.houses if not (table := _learning_rows(lab, house, records)).empty]
    if not tables:
        raise InsufficientData("there are no readings before the failures on record", where=lab.farm.name)
    table = pd.concat(tables, ignore_index=True)
    return table.assign(order=(table["time"] - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(hours=1))


def own(table: pd.DataFrame) -> FailureRisk:
    """A model of the farm's own failures, from :func:`learning_table`.

    Raises
    ------
    InsufficientData
        Too few failures lie within the readings.
    """
    return FailureRisk().fit(table[list(FEATURES)], table["hours"], order=table["order"], unit=table["unit"])


def _learning_rows(lab: Scope, house: House, records: Records) -> pd.DataFrame:
    until = pd.Timestamp(lab.until)
    wide = series.sorted_by_time(lab.wide(house.number, history_hours=24 * LEARN_DAYS))
    if len(wide) < 2:
        return pd.DataFrame()
    flocks = [flock for flock in lab.all_flocks if flock.house == house.number]
    ages = birds.age_days(pd.DatetimeIndex(wide.index), flocks, timezone=lab.farm.timezone)
    breed = flocks[-1].breed if flocks else ""
    signs = degradation.signs(wide, ages, breed=breed, timezone=lab.farm.timezone)
    moments = pd.date_range(wide.index[0].ceil(EVERY), wide.index[-1], freq=EVERY)
    known = happened(records, house.number, until=until)
    table = machine_rows.rows(wear.all_measures(signs), degradation.duty(wide), ages, moments, known)
    table["hours"] = np.nan
    for part in table.index.get_level_values("part").unique():
        times = pd.DatetimeIndex(table.loc[part].index)
        failures = records.failed.get((house.number, part), ())
        table.loc[part, "hours"] = hours_to_failure(times, failures, until=until)
    flat = table.drop(columns="part").reset_index()
    number = {name: float(place) for place, name in enumerate(degradation.PARTS)}
    return flat.assign(unit=f"{house.number}/" + flat["part"], part=flat["part"].map(number))


def _times(events: Sequence[Event], kind: EventKind) -> defaultdict[tuple[int, str], list[pd.Timestamp]]:
    found: defaultdict[tuple[int, str], list[pd.Timestamp]] = defaultdict(list)
    for event in events:
        part = machine_rows.part_of(event.equipment)
        if event.kind is kind and part:
            found[event.house, part].append(pd.Timestamp(event.time))
    return found


def _answered(lab: Scope) -> list[tuple[int, str, pd.Timestamp]]:
    """Findings of failures (not of risks) that somebody called true: house, part, and since when."""
    told = feedback.labelled(lab.store, lab.farm.name, until=lab.until)
    rows = told[(told["source"] == "feedback") & told["occurred"].astype(bool)]
    found = []
    for row in rows.to_dict("records"):
        part = machine_rows.part_of(str(row["subject"]))
        if part and not str(row["kind"]).endswith("_risk"):
            found.append((int(row["house"]), part, pd.Timestamp(row["start"])))
    return found


def _failures(broken: Sequence[pd.Timestamp], mended: Sequence[pd.Timestamp]) -> tuple[Failed, ...]:
    """Failures with their repairs; a repair without a failure before it is one, too."""
    found: list[Failed] = []
    for moment in sorted(broken):
        repair = next((done for done in sorted(mended) if moment <= done <= moment + SAME), moment + MENDED)
        if not found or moment > found[-1][1]:
            found.append((moment, repair))
    spans = list(found)
    for done in sorted(mended):
        if not any(failed <= done <= max(repair, failed + SAME) for failed, repair in spans):
            found.append((done, done))
    return tuple(sorted(found))


# What the notebook shows.


def summary(looked: Looked, lab: Scope) -> str:
    """The answer in one sentence."""
    if not looked.outlooks:
        return "No house with birds and readings: nothing can be said of failures."
    needing = [finding for finding in looked.findings if finding.severity != "info"]
    if not needing:
        return f"Nothing is likely to fail in the next two days in {_count(len(lab.houses))} ({looked.trained})."
    first = needing[0]
    return f"{len(needing)} parts may fail in the next two days. First: house {first.house}, {first.title}."


def table(looked: Looked) -> pd.DataFrame:
    """One row a part: the two horizons apart, health and its trend, why, and when its limit comes."""
    rows = [
        {
            "house": one.house,
            "part": one.label,
            "next 24 h, %": 100 * one.risks["risk_0_24h"],
            "24–48 h, %": 100 * one.risks["risk_24_48h"],
            "health": one.health.score,
            "a day": one.health_trend,
            "state": one.health.band,
            "why": "; ".join(reason.says for reason in one.reasons)
            if one.known
            else "nothing told of it in the last day",
            "limit": risk.when_in_words(one),
            "likely": _likely(one),
        }
        for one in sorted(looked.outlooks, key=lambda one: -max(np.nan_to_num(list(one.risks.values()))))
    ]
    columns = ["house", "part", "next 24 h, %", "24–48 h, %", "health", "a day", "state", "why", "limit", "likely"]
    return pd.DataFrame(rows, columns=columns)


def _likely(one: Outlook) -> str:
    """What it would be, where a failure is clearly likelier than usual."""
    what = risk.likely(one) if one.known and one.times >= LIKELIER else None
    return f"{what.what}: {what.step}" if what else ""


def risk_table(looked: Looked) -> figures.Table:
    """The table for people; the caption says what the model was trained on."""
    digits = {"next 24 h, %": 1, "24–48 h, %": 1, "health": 0, "a day": 1}
    return figures.table(table(looked), caption=f"Risk of failure by part ({looked.trained})", digits=digits)


def trained_on(looked: Looked) -> figures.Table:
    """What the model learned from, and its figures on held-out failures, horizon by horizon."""
    names = {
        "pr_auc": "PR-AUC",
        "prevalence": "guessing",
        "calibration_error": "calibration error",
        "brier": "Brier",
        "brier_usual": "Brier, guessing",
        "recall": "recall",
        "precision": "precision",
        "lead_h": "lead, h",
        "failures": "failures",
    }
    rows = [
        {"horizon": risk.WORDS[name], **{said: looked.model.figures(name).get(key) for key, said in names.items()}}
        for name in HORIZONS
    ]
    frame = pd.DataFrame(rows).astype(dict.fromkeys(names.values(), float))
    caption = f"Held-out figures of the model ({looked.trained})"
    return figures.table(
        frame, caption=caption, digits=dict.fromkeys(names.values(), 3) | {"failures": 0, "lead, h": 0}
    )


def note(looked: Looked) -> figures.Table:
    """What the model is, in a sentence or two."""
    said = f"The risks are of a model {looked.trained}"
    said += f"; {looked.refusal}. They are estimates, not experience with this farm." if looked.refusal else "."
    return figures.Table(f"<p>{escape(one_line(said, limit=300))}</p>", said)


def show(looked: Looked, lab: Scope) -> list[Finding]:
    """Each finding as a block with the course of its signs; the findings, with their figures in them."""
    drawn = []
    for place, finding in enumerate(looked.findings):
        blocks.display(blocks.block(finding, lab))
        outlook = next(o for o in looked.outlooks if (o.house, o.part) == (finding.house, finding.data["part"]))
        picture = course(outlook, lab, title=finding.title) if place < MOST_DRAWN else None
        if picture is not None:
            blocks.display(picture)
            finding = replace(finding, data={**finding.data, "drawing": picture.svg})
        drawn.append(finding)
    if not drawn:
        blocks.display(figures.Table("<p>Nothing is likely to fail.</p>", "Nothing is likely to fail."))
    return drawn


def worst(looked: Looked, lab: Scope) -> figures.Picture | None:
    """The course of the part whose health is lowest, likely to fail or not."""
    known = [one for one in looked.outlooks if np.isfinite(one.health.score)]
    if not known:
        return None
    lowest = min(known, key=lambda one: one.health.score)
    return course(lowest, lab, title=f"House {lowest.house}, {lowest.label}: health {lowest.health.score:.0f} of 100")


def course(outlook: Outlook, lab: Scope, *, title: str) -> figures.Picture | None:
    """The signs of a part over ten days, with limit and trend."""
    courses = []
    for sign in machine_rows.SLOTS[outlook.part]:
        level = outlook.signs[sign.name]["level"]
        if level.notna().any():
            near = outlook.crossing if outlook.crossing and outlook.crossing.sign is sign else None
            courses.append(Course(sign.says, level, (near.low, near.slope, near.high) if near else None))
    return figures.wear(courses, until=lab.until, timezone=lab.farm.timezone, title=title) if courses else None


def values(looked: Looked) -> dict[str, float]:
    """What the run keeps: both risks and the health of each part."""
    known: dict[str, float] = {}
    for one in looked.outlooks:
        key = f"{one.house}/{one.part}"
        said = {**one.risks, "health": one.health.score}
        known |= {f"{name}/{key}": float(value) for name, value in said.items() if np.isfinite(value)}
    return known


def _count(number: int) -> str:
    return f"{number} house{'' if number == 1 else 's'}"
