"""Forecasts of a house go on from what the last run left, and read only what is new."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from farmlab import scope
from farmlab.analyses import outlook, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from farmlab.scope import Scope


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Scope]:
    monkeypatch.setenv("FARMLAB_HOME", str(tmp_path))
    monkeypatch.setattr(remembered, "SAMPLE", ())
    monkeypatch.setattr(outlook, "METRICS", ("rh",))
    with scope.open("sample", house=1, hours=24) as whole:
        yield whole


def at(lab: Scope, back: float) -> Scope:
    until = lab.until - timedelta(hours=back)
    return replace(lab, start=until - timedelta(hours=24), until=until)


def test_the_second_run_reads_a_day_and_says_what_a_whole_reading_would(
    lab: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = outlook.of_house(at(lab, 4), lab.houses[0])
    lengths = []
    read = type(lab).wide
    monkeypatch.setattr(
        type(lab),
        "wide",
        lambda self, *given, **said: lengths.append(said["history_hours"]) or read(self, *given, **said),
    )
    (second,) = outlook.of_house(lab, lab.houses[0])
    assert max(lengths) < 48
    assert first.forecast is not None
    assert second.forecast is not None
    assert len(second.forecast.history) == len(first.forecast.history) + 4
    pd.testing.assert_series_equal(
        second.forecast.history.iloc[:-4], first.forecast.history, rtol=1e-5, check_freq=False, check_names=False
    )
    (past,) = outlook.of_house(at(lab, 8), lab.houses[0])
    assert past.forecast is not None
    assert past.forecast.history.index[-1] < first.forecast.history.index[-1]


def test_what_is_left_and_cannot_be_read_is_made_anew(lab: Scope, tmp_path: Path) -> None:
    remembered.remember(lab, outlook.LEFT, 1, {"read": 1})
    (path,) = (tmp_path / "remembered").glob("*.json")
    path.write_text("{broken")
    assert remembered.recall(lab, outlook.LEFT, 1) == {}
    (made,) = outlook.of_house(lab, lab.houses[0])
    assert made.forecast is not None
    assert remembered.recall(lab, outlook.LEFT, 1)["series"].keys() == {"rh"}


def test_a_house_whose_flock_is_gone_gets_no_forecast(lab: Scope) -> None:
    gone = [replace(flock, ended_on=flock.placed_on + timedelta(days=2)) for flock in lab.all_flocks]
    empty = replace(lab)
    empty.__dict__.update(all_flocks=gone, flocks={1: None})
    (item,) = outlook.of_house(empty, lab.houses[0])
    assert item.forecast is None
    assert "stands empty" in item.refusal
