"""One look at all houses of a farm, shared by the watch after each sync and by the notebooks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from farmlab.features import series
from farmlab.findings import causes, climate, drinking, machines, operation, ranking, recalibration, sensors
from farmlab.findings.case import Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from farmlab.domain import Event, Finding, Flock, House, Sensor
    from farmlab.findings.similar import Episode

POLL = pd.Timedelta(minutes=5)


def look(
    wide_by_house: Mapping[int, pd.DataFrame],
    sensors_by_house: Mapping[int, Sequence[Sensor]],
    flocks: Sequence[Flock],
    houses: Sequence[House],
    *,
    start: datetime,
    until: datetime,
    timezone: str,
    calibrations: Mapping[int, Mapping[str, Any]] | None = None,
    step: timedelta = POLL,
    farm: str = "",
    events: Sequence[Event] = (),
    past: Sequence[Episode] = (),
) -> list[Finding]:
    """What somebody should know of these houses in (start, until], the most urgent first.

    Parameters
    ----------
    wide_by_house, sensors_by_house
        Readings (UTC, ``Sensor.column``) and sensors by house number. Readings from
        :data:`~farmlab.findings.calibration.CONTEXT_HOURS` before ``start`` on make the look complete.
    flocks, houses
        Flocks of all houses, past ones included, and the houses to look at.
    start, until, timezone
        The window, and the farm's zone for the words.
    calibrations
        By house number what :func:`~farmlab.findings.calibrate` gave; a house without one is judged by
        physical limits only.
    step
        The usual time between two readings (the polling interval).
    farm
        The farm's name, which every finding carries.
    events
        Alarms, maintenance, medication and doors, as far as they were known.
    past
        Labelled episodes of the farm (:func:`~farmlab.findings.similar.labelled`), for comparison.
    """
    found: list[Finding] = []
    for house in houses:
        wide = wide_by_house.get(house.number, pd.DataFrame(index=pd.DatetimeIndex([], tz="UTC")))
        known = series.sorted_by_time(wide[wide.index <= pd.Timestamp(until)])
        mine = [sensor for sensor in sensors_by_house.get(house.number, ()) if sensor.house == house.number]
        calibration = (calibrations or {}).get(house.number, {})
        case = Case(house, known, mine, flocks, start, until, timezone, calibration, events, past)
        found += look_at(case, step=step)
    return ranking.ranked(replace(finding, farm=farm) for finding in found)


def look_at(case: Case, *, step: timedelta = POLL) -> list[Finding]:
    """The findings of one house; a house that is silent or has no readings in the window is only said to be so."""
    found = operation.look(case, step=step)
    if not case.inside.any():
        return [causes.explained(case, finding) for finding in found]
    for search in (sensors.look, climate.look, machines.look, drinking.look):
        found += search(case)
    kept = recalibration.kept(found, case.calibration.get("factors", {}))
    told = ranking.folded([causes.explained(case, finding) for finding in kept])
    return [ranking.with_harm(case, finding) for finding in told]
