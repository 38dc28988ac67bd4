"""Which model tells the risks of a farm: its own where it has enough records, else the shipped one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.analyses.failure_records import happened
from farmlab.errors import InsufficientData, VersionMismatch
from farmlab.features import degradation, machine_rows, series, wear
from farmlab.features import flock as birds
from farmlab.features.machine_rows import FEATURES
from farmlab.models import kept
from farmlab.models.failure import TAUGHT, FailureRisk, taught
from farmlab.models.failure.learning import LEAST_FAILURES
from farmlab.models.failure.outcome import hours_to_failure
from farmlab.text import counted

if TYPE_CHECKING:
    from farmlab.analyses.failure_records import Records
    from farmlab.domain import House, ModelRecord
    from farmlab.scope import Scope

TASK: Final = "failure"
SCOPE: Final = "farm"
"""Where the store keeps a farm's own model."""
LEARN_DAYS: Final = 400
EVERY: Final = "6h"


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
    return f"{_on_record(records)}, and no model of this farm was trained yet"


def _on_record(records: Records) -> str:
    return f"{counted(records.count, 'failure')} {'is' if records.count == 1 else 'are'} on record"


def few(records: Records) -> str:
    """Why a farm with these records has no model of its own."""
    return f"{_on_record(records)}, and {LEAST_FAILURES} are needed for a model of this farm"


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
