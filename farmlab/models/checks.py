"""What every detector must do, as a battery that plug-in authors can run on theirs.

>>> from farmlab.models import checks
>>> from farmlab.models.sensor_rules import SensorRules
>>> checks.check_detector(SensorRules)
"""

from __future__ import annotations

import inspect
import json
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData, NotFitted, VersionMismatch
from farmlab.models import walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from farmlab.models.base import Detector

    Make = Callable[[], Detector]

CUTS: Final = (0.35, 0.5, 0.77)
MOST_FLAGGED: Final = 0.02
"""Share of healthy readings that a calibrated detector may flag here; chance, not quality, is tested."""


RESTART_DAYS: Final = 10
"""After so long at a new level nothing is unusual about it."""
MOST_LASTING: Final = 0.2
"""Share of the readings of any column that may still be flagged then."""


def check_detector(make: Make) -> None:
    """Run every check on fresh detectors from ``make``; the first that fails raises AssertionError and says why."""
    for check in CHECKS:
        check(make)


def healthy(*, days: int = 21, seed: int = 1, start: str = "2026-03-02") -> pd.DataFrame:
    """Three indoor sensors at ten minutes: a daily wave, weather that comes and goes in days, noise, and a grain."""
    from scipy.signal import lfilter

    random = np.random.default_rng(seed)
    times = pd.date_range(start, periods=days * 144, freq="10min", tz="UTC", name="time")
    wave = np.sin(np.arange(len(times)) / 144 * 2 * np.pi)
    weather = np.repeat(lfilter([1], [1, -0.95], random.normal(0, 0.15, days * 4 + 1))[: days * 4], 36)
    table = {
        "temp_c_1": (22 + 1.5 * wave + weather + random.normal(0, 0.08, len(times))).round(1),
        "temp_c_2": (21 + 1.2 * wave + weather + random.normal(0, 0.08, len(times))).round(1),
        "rh_pct": (55 - 5 * wave + 2 * weather + random.normal(0, 0.8, len(times))).round(0),
    }
    return pd.DataFrame(table, index=times)


def broken(table: pd.DataFrame) -> pd.DataFrame:
    """The same with a spike, a stuck stretch, a jump that stays, a gap, and infinite values, in that order."""
    values, rows = table.to_numpy(dtype=float, copy=True), len(table)
    values[int(0.40 * rows), 0] += 9
    values[int(0.55 * rows) : int(0.62 * rows), 1] = values[int(0.55 * rows), 1]
    values[int(0.66 * rows) : int(0.72 * rows), 2] += 25
    values[int(0.75 * rows) : int(0.78 * rows), 0] = np.nan
    values[int(0.80 * rows), 1], values[int(0.81 * rows), 2] = np.inf, -np.inf
    return pd.DataFrame(values, index=table.index, columns=table.columns)


def check_refuses_before_fit(make: Make) -> None:
    """Scores are not to be had before ``fit``."""
    detector = make()
    _raises(NotFitted, lambda: detector.score_samples(healthy(days=2)), "score_samples before fit")
    _raises(NotFitted, detector.to_state, "to_state before fit")


def check_refuses_short_data(make: Make) -> None:
    """Too little history is refused instead of guessed at."""
    for short in (healthy(days=1).iloc[:10], healthy(days=1).iloc[:0], healthy(days=1).iloc[:1]):
        _raises(InsufficientData, partial(make().fit, short), f"fit on {len(short)} rows")


def check_leaves_input_alone(make: Make) -> None:
    """Neither ``fit`` nor ``score_samples`` changes what it is given."""
    table = broken(healthy())
    before = table.copy(deep=True)
    make().fit(table).score_samples(table)
    pd.testing.assert_frame_equal(table, before)


def check_scores(make: Make) -> None:
    """Scores are numbers from 0 to 1 with the rows and columns that came in, whatever came in."""
    table = broken(healthy())
    table["constant"], table["nothing"] = 5.0, np.nan
    scores = make().fit(table.iloc[: len(table) // 2]).score_samples(table)
    assert scores.index.equals(table.index), "the scores have other rows than the input"
    assert list(scores.columns) == list(table.columns), "the scores have other columns than the input"
    values = scores.to_numpy()
    assert np.isfinite(values).all(), "a score is missing or infinite"
    assert ((values >= 0) & (values <= 1)).all(), "a score lies outside of 0 to 1"


def check_causal(make: Make) -> None:
    """What comes after a moment does not change a score before it."""
    table = broken(healthy())
    detector = make().fit(healthy(start="2026-02-09"))
    whole = detector.score_samples(table)
    for share in CUTS:
        rows = int(share * len(table))
        cut = detector.score_samples(table.iloc[:rows])
        pd.testing.assert_frame_equal(cut, whole.iloc[:rows], obj=f"scores of the input cut at {share:.0%}")


def check_deterministic(make: Make) -> None:
    """The same input gives the same scores."""
    table = healthy()
    first, second = (make().fit(table).score_samples(table) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def check_column_order(make: Make) -> None:
    """The order of the columns does not matter, nor that of the rows."""
    table = broken(healthy())
    turned = table[table.columns[::-1]]
    detector = make().fit(table)
    scores = detector.score_samples(table)
    pd.testing.assert_frame_equal(make().fit(turned).score_samples(turned)[table.columns], scores)
    pd.testing.assert_frame_equal(detector.score_samples(table.iloc[::-1]).iloc[::-1], scores)


def check_state(make: Make) -> None:
    """The state survives JSON; a state of another kind is refused."""
    table = broken(healthy())
    detector = make().fit(table.iloc[:2000])
    state = json.loads(json.dumps(detector.to_state(), allow_nan=False))
    again = type(detector).from_state(state)
    pd.testing.assert_frame_equal(again.score_samples(table), detector.score_samples(table))
    _raises(VersionMismatch, lambda: type(detector).from_state({**state, "state_version": -1}), "an old state")
    _raises(VersionMismatch, lambda: type(detector).from_state({**state, "model": "other"}), "another model's state")


def check_healthy_is_quiet(make: Make) -> None:
    """On fresh data of the kind it was fitted on, a calibrated detector flags next to nothing, and says how much."""
    table = healthy(days=42)
    detector = make().fit(table.iloc[: 28 * 144])
    flagged = (detector.score_samples(table) >= 0.5).iloc[28 * 144 :].to_numpy().mean()
    assert flagged <= MOST_FLAGGED, f"{flagged:.1%} of healthy readings are flagged"
    rates = detector.expected_rate_
    assert set(rates.index) == set(table.columns), "expected_rate_ lacks a column"
    assert ((rates >= 0) & (rates < 1)).all(), "expected_rate_ is no sensible rate"


def check_restarts(make: Make) -> None:
    """Walked forward, it ends its flags when an offset stays, and after a long gap behind which all is another.

    Not part of the battery: a method with one fixed picture of what is usual, which is not learned anew from what it
    flags, flags for ever. The default detector must not.
    """
    table = healthy(days=63)
    offset, gap, another = (table.index[0] + pd.Timedelta(days=day) for day in (21, 32, 52))
    table.loc[offset:, table.columns[0]] += 3.0
    table.loc[another:] += 4.0
    table = table[(table.index <= gap) | (table.index >= another)]
    channels = walk.score_forward(make(), table).values()
    flagged = pd.DataFrame(np.max([frame.to_numpy() for frame in channels], axis=0) >= 0.5, index=table.index)
    for what, since, until in (("the offset", offset, gap), ("the gap", another, table.index[-1])):
        late = flagged.loc[since + pd.Timedelta(days=RESTART_DAYS) : until].mean().max()
        assert late <= MOST_LASTING, f"{late:.0%} of the readings are flagged {RESTART_DAYS} days after {what}"


def check_documented(make: Make) -> None:
    """The class says what it does, with an example and every parameter."""
    kind = type(make())
    text = inspect.getdoc(kind) or ""
    assert ">>>" in text, f"{kind.__name__} has no example in its docstring"
    for parameter in inspect.signature(kind).parameters:
        assert parameter == "random_state" or parameter in text, f"{kind.__name__}: {parameter} is not explained"
    assert kind.name, f"{kind.__name__} has no name"


CHECKS: Final = (
    check_documented,
    check_refuses_before_fit,
    check_refuses_short_data,
    check_leaves_input_alone,
    check_scores,
    check_causal,
    check_deterministic,
    check_column_order,
    check_state,
    check_healthy_is_quiet,
)
"""The battery, cheap checks first."""


def _raises(error: type[Exception], call: Callable[[], object], what: str) -> None:
    try:
        call()
    except error:
        return
    raise AssertionError(f"{what} does not raise {error.__name__}")
