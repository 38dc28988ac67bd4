"""Sub-sequences against their past."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.models import nearest
from farmlab.models.shape import Shape

STEP = "5min"
DAY = 288


def wave(days: int = 14, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    times = pd.date_range("2026-06-01", periods=days * DAY, freq=STEP, tz="UTC", name="time")
    return pd.DataFrame({"amps": np.sin(np.arange(len(times)) / 24) + random.normal(0, 0.1, len(times))}, index=times)


@pytest.fixture(scope="module")
def shape() -> Shape:
    return Shape().fit(wave().iloc[: 10 * DAY])


def test_distances_are_those_of_a_plain_search() -> None:
    values = wave(4)["amps"].to_numpy()
    found = nearest.distances(values, 0)
    at = 1000
    start = at - at % nearest.BLOCK
    ends = [e for e in range(0, start - nearest.LENGTH + 1, nearest.STRIDE) if e >= nearest.LENGTH - 1]
    mine = values[at - nearest.LENGTH + 1 : at + 1]
    gaps = [np.sqrt(np.mean((mine - values[e - nearest.LENGTH + 1 : e + 1]) ** 2)) for e in ends[-nearest.REMEMBERED :]]
    assert found[at] == pytest.approx(min(gaps))


def test_values_that_are_all_usual_can_be_an_unusual_pattern(shape: Shape) -> None:
    X = wave()
    X.iloc[12 * DAY : 12 * DAY + 150, 0] = np.abs(X.iloc[12 * DAY : 12 * DAY + 150, 0])
    scores = shape.score_samples(X)["amps"]
    assert scores.iloc[12 * DAY : 12 * DAY + 150].max() > 0.5
    assert scores.iloc[: 12 * DAY].max() < 0.5


def test_the_stored_past_stands_in_for_what_was_not_given(shape: Shape) -> None:
    X = wave()
    whole, late = (shape.score_samples(part)["amps"] for part in (X, X.iloc[10 * DAY :]))
    pd.testing.assert_series_equal(late.iloc[DAY:], whole.iloc[11 * DAY :], atol=0.01)


def test_a_pattern_that_stays_is_the_new_normal_after_four_days(shape: Shape) -> None:
    X = wave(24)
    X.iloc[11 * DAY :] *= 4
    scores = shape.score_samples(X)["amps"]
    assert scores.iloc[11 * DAY + 100 : 14 * DAY].min() > 0.5
    assert scores.iloc[16 * DAY :].max() < 0.5


def test_what_was_flagged_is_not_remembered() -> None:
    X = wave()
    odd = slice(8 * DAY, 8 * DAY + 120)
    X.iloc[odd, 0] = 0.0
    X.iloc[12 * DAY : 12 * DAY + 120, 0] = 0.0
    clean = pd.DataFrame(True, index=X.index, columns=X.columns)
    clean.iloc[odd] = False
    told = Shape().fit(X.iloc[: 10 * DAY], clean=clean.iloc[: 10 * DAY])
    assert told.score_samples(X)["amps"].iloc[12 * DAY :].max() > 0.5


@pytest.mark.parametrize(("samples", "known"), [(1, True), (30, False)])
def test_a_short_flagged_stretch_does_not_cost_the_hundred_samples_around_it(samples: int, known: bool) -> None:
    X = wave(60).iloc[:: DAY // 24]  # by the hour: a hundred samples are four days
    clean = pd.DataFrame(np.arange(len(X)) % 96 >= samples, index=X.index, columns=X.columns)
    assert (Shape().fit(X, clean=clean).grace_ == {}) is known
