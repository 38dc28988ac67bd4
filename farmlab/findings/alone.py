"""Sensors that jump or swing while the air does not, told within half an hour, and temperatures that drift apart.

Temperature sensors have each other. Moisture and gases are taken out by the same air, so that each of them, and what
the controller does, lets expect how the others change (:mod:`farmlab.features.dilution`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.findings import recalibration
from farmlab.findings.companion_house import HALF_DAY, LIGHT, PADS, SWITCHED, CompanionHouse
from farmlab.models import calibration, companions
from farmlab.models.companions import AFTER, SWINGS
from farmlab.models.episodes import CHECKS, Episode
from farmlab.units import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from farmlab.findings.case import Case

    Values = NDArray[np.float64]

LEAST: Final = {
    # metric → (jump, swing) worth a name: more than sensors of one make differ by (0.3 °C, 3 %, …); a third of it
    "temp": (0.5, 0.17),
    "rh": (4.0, 1.3),
    "co2": (150.0, 50.0),
    "nh3": (3.0, 1.0),
}
LEAST_OFF_C: Final = 0.6
"""How far a temperature must be from its place among the others over half a day."""
KINDS: Final = {"jump": "offset", "swing": "noise", "off": "drift"}
TIMES, ALIKE_TIMES = 1.6, 1.4
"""So many times what most days stay below; less is left to chance among those that measure the same."""
BACK: Final = 0.5
"""A jump is over when the sensor has jumped back by so much of it, or by its limit."""
JOINED: Final = pd.Timedelta(hours=1)
WAKING: Final = 2.0
OFTEN: Final = 20
"""What was switched so often in the past has taught what it does."""


def learned(case: Case) -> dict[str, Any]:
    """By column: how it goes with its companions, and what it seldom does alone (None: too few days), as JSON."""
    house = CompanionHouse(case)
    if not house.judged or len(house.grid) < SWINGS:
        return {}
    relations = {column: house.relation(column) for column in house.judged}
    courses = house.courses(relations)
    jumps, swings = _daily(house, np.abs(courses.jumps())), _daily(house, courses.swings())
    offs = _daily(house, np.abs(house.off(courses, relations)))
    found: dict[str, Any] = {}
    for position, (column, metric) in enumerate(house.judged.items()):
        least_jump, least_swing = LEAST[metric]
        times = ALIKE_TIMES if metric == "temp" else TIMES
        jump = companions.limit(jumps[:, position], times=times, floor=least_jump)
        swing = companions.limit(swings[:, position], times=times, floor=least_swing)
        off = companions.limit(offs[:, position], times=TIMES, floor=LEAST_OFF_C) if metric == "temp" else np.inf
        limits = {"jump": _finite(jump), "swing": _finite(swing), "off": _finite(off)}
        found[column] = {**relations[column], **limits}
    return {"sensors": found, "seen": {name: _switches(house.grid[name]) for name in SWITCHED if name in house.grid}}


def _switches(state: pd.Series) -> int:
    on = state.dropna() > 0
    return int((on != on.shift(fill_value=bool(on.iloc[0]))).sum()) if len(on) else 0


def _finite(limit: float) -> float | None:
    return round(limit, 4) if np.isfinite(limit) else None


def _daily(house: CompanionHouse, statistic: Values) -> Values:
    days = pd.DatetimeIndex(house.grid.index).as_unit("s").asi8 // 86_400
    return calibration.daily_maxima(statistic, days, usable=house.grid[list(house.judged)].notna().to_numpy())


def look(case: Case) -> list[Episode]:
    """Jumps and swings of single sensors that reach into the window, by what was learned."""
    known = (case.calibration.get("alone") or {}).get("sensors", {})
    if not known or case.empty or len(case.index) < 2 * AFTER:
        return []
    house = CompanionHouse(case)
    courses = house.courses(known)
    jumps, swings, offs = courses.jumps(), courses.swings(), house.off(courses, known)
    found: list[Episode] = []
    for position, (column, metric) in enumerate(house.judged.items()):
        limits = {name: _limit(case, column, name) for name in KINDS}
        times = _caution(house, metric)
        rough = list(_swings(house, column, swings[:, position] / times, limits["swing"]))
        settled = jumps[:, position] / times * ~_within(house, rough)
        found += [*rough, *_jumps(house, column, settled, limits["jump"])]
        found += _drifts(house, column, offs[:, position], limits["off"])
    return [episode for episode in found if episode.end > case.start]


def tells_noise(case: Case, column: str) -> bool:
    """Whether noise of this sensor is told here: with companions, which know better what is unusual just now."""
    return not case.empty and bool(np.isfinite(_limit(case, column, "swing")))


def _limit(case: Case, column: str, name: str) -> float:
    """What was learned, moved by what people answered; infinite where nothing was."""
    sensors = (case.calibration.get("alone") or {}).get("sensors", {})
    limit = sensors.get(column, {}).get(name)
    moved = recalibration.factor(case.calibration.get("factors", {}), column, KINDS[name])
    return float("inf") if limit is None else float(limit) * moved


def _within(house: CompanionHouse, rough: Sequence[Episode]) -> NDArray[np.bool_]:
    """Where a jump would be one of the swings."""
    times, out = house.grid.index, np.zeros(len(house.grid), dtype=bool)
    for episode in rough:
        out |= (times >= episode.start) & (times <= episode.end + 2 * AFTER * house.case.step)
    return out


def _caution(house: CompanionHouse, metric: str) -> Values:
    """How many times its limit a change has to be: more where a gas has a reason to jump of its own.

    Birds that wake give off more breath; pads wet the air; and of a switch seldom seen the past did not teach much.
    """
    times = np.ones(len(house.grid))
    if metric == "temp":
        return times
    seen = house.case.calibration["alone"]["seen"]
    for name, (on, switched) in house.switches.items():
        times = np.where(switched & (seen.get(name, 0) < OFTEN), np.inf, times)
        times = np.where(switched & (name == LIGHT) & (metric != "nh3"), np.fmax(times, WAKING), times)
        times = np.where(on & (name == PADS) & (metric == "rh"), np.inf, times)
    return times


def _runs(flagged: NDArray[np.bool_], joined: int) -> list[tuple[int, int]]:
    """First and last row of each stretch of flags, those apart by at most ``joined`` rows taken as one."""
    rows = np.flatnonzero(flagged)
    parts = np.split(rows, np.flatnonzero(np.diff(rows) > joined) + 1) if len(rows) else []
    return [(int(part[0]), int(part[-1])) for part in parts]


def _jumps(house: CompanionHouse, column: str, size: Values, limit: float) -> Iterator[Episode]:
    """Each jump up to the one back, else up to now."""
    values, back = house.grid[column], 0
    for first, last in _runs(np.abs(size) >= limit, AFTER):
        if first < back:
            continue
        peak = first + int(np.abs(size[first : last + 1]).argmax())
        returns = _runs(-np.sign(size[peak]) * size >= min(BACK * abs(size[peak]), limit), AFTER)
        home, back = next(((a, b + 1) for a, b in returns if a > last), (len(values), len(values)))
        before = float(values.iloc[peak - 2 * AFTER + 1 : peak - AFTER + 1].median())
        after = float(values.iloc[peak - AFTER + 1 : peak + 1].median())
        since = peak - AFTER + 1
        yield _episode(
            house,
            column,
            "jump",
            rows=(since, first, home - 1),
            times=float(size[peak]) / limit,
            why=f"it jumped from {_number(house, column, before)} to {_number(house, column, after)} "
            f"at {_spoken(house, since)}, "
            "and nothing beside it lets expect that",
            value=after,
            expected=before,
        )


def _drifts(house: CompanionHouse, column: str, off: Values, limit: float) -> Iterator[Episode]:
    """Each time that a temperature is away from the others; its beginning is half a day before it is told."""
    for first, last in _runs(np.abs(off) >= limit, round(JOINED / house.case.step)):
        worst = first + int(np.abs(off[first : last + 1]).argmax())
        value = float(house.grid[column].iloc[: worst + 1].dropna().iloc[-1])
        expected = value - float(off[worst])
        yield _episode(
            house,
            column,
            "off",
            rows=(max(first - round(HALF_DAY / house.case.step), 0), first, last),
            times=float(off[worst]) / limit,
            why=f"it has moved away from the sensors beside it: {_number(house, column, value)}, "
            f"expected {_number(house, column, expected)}",
            value=value,
            expected=expected,
        )


def _swings(house: CompanionHouse, column: str, size: Values, limit: float) -> Iterator[Episode]:
    """Each time that a sensor swings up and down; it is told when the last twelve readings show it."""
    for first, last in _runs(size >= limit, round(JOINED / house.case.step)):
        since = max(first - SWINGS + 1, 0)
        yield _episode(
            house,
            column,
            "swing",
            rows=(since, first, last),
            times=float(size[first : last + 1].max()) / limit,
            why=f"it swings up and down since {_spoken(house, since)} more than it ever did, "
            "and nothing beside it does",
            value=float(house.grid[column].iloc[last]),
        )


def _episode(
    house: CompanionHouse,
    column: str,
    name: str,
    *,
    rows: tuple[int, int, int],
    times: float,
    why: str,
    value: float,
    expected: float = float("nan"),
) -> Episode:
    """What a sensor does alone, from row to row and when it is told, and how many times its limit it does so."""
    start, detected, end = (house.grid.index[row].to_pydatetime() for row in rows)
    return Episode(
        sensor=column,
        kind=KINDS[name],
        start=start,
        end=end,
        detected_at=detected,
        score=1 - 0.5 / abs(times),
        why=why,
        check=CHECKS[KINDS[name]],
        value=value,
        expected=expected,
        alone=True,
    )


def _spoken(house: CompanionHouse, row: int) -> str:
    return house.case.spoken(house.grid.index[row])


def _number(house: CompanionHouse, column: str, value: float) -> str:
    """As many digits as titles have."""
    return f"{value:.{METRICS[house.judged[column]].digits}f}"
