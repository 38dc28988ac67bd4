"""What nobody should hand in, and somebody will: the default detector refuses it in a sentence or stays sane."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.errors import DataError, InsufficientData
from farmlab.models import registry
from farmlab.models.base import Detector
from farmlab.models.checks import healthy

DAYS = 14


def detector() -> Detector:
    made = registry.default("anomaly")()
    assert isinstance(made, Detector)
    return made


@pytest.fixture(scope="module")
def fitted() -> Detector:
    return detector().fit(healthy(days=DAYS))


@pytest.mark.parametrize("rows", [0, 1, 10])
def test_too_little_is_refused(rows: int) -> None:
    with pytest.raises(InsufficientData):
        detector().fit(healthy(days=DAYS).iloc[:rows])


def test_nothing_but_missing_values_is_refused() -> None:
    with pytest.raises(InsufficientData, match="at least half"):
        detector().fit(healthy(days=DAYS) * np.nan)


def test_a_date_in_the_far_future_is_refused_and_named(fitted: Detector) -> None:
    X = healthy(days=DAYS)
    X.index = X.index[:-1].append(pd.DatetimeIndex(["2096-01-01"], tz="UTC"))
    for call in (detector().fit, fitted.score_samples):
        with pytest.raises(DataError, match="2096-01-01"):
            call(X)


def test_a_constant_is_nothing_unusual() -> None:
    X = healthy(days=DAYS) * 0 + 5.0
    assert detector().fit(X).score_samples(X).to_numpy().max() < 0.5


def test_order_and_repeats_do_not_matter(fitted: Detector) -> None:
    X = healthy(days=DAYS)
    turned = pd.concat([X, X.iloc[100:500]]).sample(frac=1, random_state=1)
    scores = detector().fit(turned).score_samples(turned)
    assert scores.index.equals(turned.index)
    again = scores[~scores.index.duplicated()].sort_index()
    pd.testing.assert_frame_equal(again, fitted.score_samples(X), check_freq=False)


@pytest.mark.parametrize("bad", ["infinite", "mixed steps", "one row", "no rows", "integers"])
def test_scores_stay_sane(fitted: Detector, bad: str) -> None:
    X = healthy(days=DAYS)
    if bad == "infinite":
        X.iloc[::97, 0], X.iloc[::89, 1] = np.inf, -np.inf
    given = {
        "infinite": X,
        "mixed steps": pd.concat([X.iloc[: 7 * 144], X.iloc[7 * 144 :: 6]]),
        "one row": X.iloc[-1:],
        "no rows": X.iloc[:0],
        "integers": healthy(days=DAYS).round().astype(int),
    }[bad]
    own = fitted if len(given) < 2 else detector().fit(given)
    scores = own.score_samples(given)
    assert scores.index.equals(given.index)
    assert np.isfinite(scores.to_numpy()).all()
    assert (scores >= 0.5).to_numpy().sum() <= 0.01 * scores.size
