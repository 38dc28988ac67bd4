"""One house of a live reading: its bundle, or what the overview shows of it, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock
from farmlab.domain import Quality, Reading
from farmlab.errors import IntegrationError
from farmlab.integrations.base import Problem, Rejected
from farmlab.integrations.rotem.clocks import TOLERANCE, ClockWatch, deviation, wall_clock
from farmlab.integrations.rotem.live import Told, from_bundle, from_screen, parameters, stated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from farmlab.integrations.rotem.signs import Units
    from farmlab.integrations.rotem.site import HouseState

_VIEW: Final = "General_View"


@dataclass(frozen=True, slots=True)
class HouseReading:
    """What a house told, and what is wrong with it."""

    readings: list[Reading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a reading is made: time of receipt, zone of the farm, units of the account."""

    at: datetime
    timezone: str
    units: Units


def read_house(
    house: HouseState, bundle: Mapping[str, Any] | IntegrationError | None, moment: Moment, watch: ClockWatch
) -> HouseReading:
    """The house at this moment. A house that is silent, or whose controller stands still, has a problem."""
    if not house.connected:
        return HouseReading(problems=[Problem(house.number, f"its controller is {house.state}")])
    told, shown, problems = _told(house, bundle, moment)
    if not told.readings:
        problems.append(Problem(house.number, "its controller told no value"))
    still = bool(shown) and watch.stands_still(house.number, shown, moment.at)
    problems += _clock_problems(house.number, shown, moment, still=still)
    readings = [replace(r, quality=Quality.SUSPECT) for r in told.readings] if still else told.readings
    return HouseReading(readings, problems, told.rejected)


def _told(
    house: HouseState, bundle: Mapping[str, Any] | IntegrationError | None, moment: Moment
) -> tuple[Told, str, list[Problem]]:
    if bundle is None or isinstance(bundle, IntegrationError):
        told = from_screen(house.number, house.values(), moment.at, moment.units, empty=house.empty)
        why = bundle.what if bundle else "it was not asked, as the service had stopped answering"
        return told, house.clock, [Problem(house.number, f"its table is missing, values are the overview's: {why}")]
    rows = parameters(bundle)
    units = moment.units.with_signs(bundle.get(_VIEW))
    told = from_bundle(house.number, rows, moment.at, units, empty=house.empty)
    return told, stated(rows, "Time"), []


def _clock_problems(house: int, shown: str, moment: Moment, *, still: bool) -> list[Problem]:
    if still:
        return [Problem(house, f"its controller stands still: the clock goes on showing {shown}")]
    told = wall_clock(shown)
    off = deviation(told, moment.at, moment.timezone) if told else None
    if off is None or abs(off) <= TOLERANCE:
        return []
    direction = "ahead of" if off.total_seconds() > 0 else "behind"
    return [Problem(house, f"its clock shows {shown}, {clock.in_words(off)} {direction} the farm's")]
