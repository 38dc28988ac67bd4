from __future__ import annotations

import logging
import sys

import numpy as np
import pytest

from farmlab.errors import ModelError
from farmlab.models.forecasting.naive import SeasonalNaive
from farmlab.models.forecasting.prophet_member import ProphetMember
from farmlab.models.forecasting.window import Windows

END = 492_000


def growing(days: int) -> np.ndarray:
    """Water of a growing flock: by day, 6 % more from day to day, nothing at night."""
    clock = np.arange(24 * days)
    lights = (clock % 24 >= 5) & (clock % 24 < 23)
    noise = np.random.default_rng(0).normal(0, 2, len(clock))
    return np.where(lights, 100 * 1.06 ** (clock / 24) + noise, 0)


def seen(values: np.ndarray, end: int = END) -> Windows:
    return Windows(values[None, :], np.array([end]))


def test_it_follows_growth_that_yesterday_does_not_know() -> None:
    y = growing(16)
    known, truth = seen(y[:-48]), y[-48:]
    errors = [
        np.abs(member.fit(known).paths(known)[0] - truth).mean()
        for member in (ProphetMember(multiplicative=True), SeasonalNaive())
    ]
    assert errors[0] < 0.7 * errors[1]


def test_the_last_error_carries_on_and_fades_and_old_fits_say_nothing() -> None:
    y = 20 + np.random.default_rng(3).normal(0, 1, 240).cumsum() * 0.2
    member = ProphetMember().fit(seen(y))
    lifted = y.copy()
    lifted[-1] += 5
    ahead = member.paths(seen(lifted))[0] - member.paths(seen(y))[0]
    assert 0 < member.memory_ < 1
    assert ahead[0] == pytest.approx(5 * member.memory_)
    assert ahead[0] > ahead[10] > 0
    assert np.isfinite(member.paths(seen(y, END + 6 * 24))).all()
    assert np.isnan(member.paths(seen(y, END + 8 * 24))).all()
    assert np.isnan(member.paths(seen(y, END - 1))).all()


def test_it_says_nothing_and_leaves_the_loggers_as_they_were(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = logging.getLogger("cmdstanpy").disabled
    with caplog.at_level(logging.DEBUG):
        ProphetMember().fit(seen(growing(8)))
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith(("prophet", "cmdstan"))] == []
    assert logging.getLogger("cmdstanpy").disabled == before


def test_a_prophet_that_cannot_be_loaded_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prophet", None)
    with pytest.raises(ModelError, match=r"Prophet could not be used .*Run farmlab doctor"):
        ProphetMember().fit(seen(growing(8)))
