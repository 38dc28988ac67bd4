"""``farmlab analyse forecast``: any table in; the next hours, or a refusal in one sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from farmlab.analyse import Asked, forecast, read
from farmlab.errors import ConfigError, FarmLabError

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def table(days: float, *, minutes: int = 60, start: str = "2026-08-01 00:30") -> pd.DataFrame:
    times = pd.date_range(start, periods=round(days * 1440 / minutes), freq=f"{minutes}min", name="timestamp")
    wave = np.sin((times.hour + times.minute / 60) / 24 * 2 * np.pi)
    noise = np.random.default_rng(0).normal(0, 0.3, len(times))
    return pd.DataFrame({"load": 20 + 5 * wave + noise}, index=times)


def foreseen(tmp_path: Path, frame: pd.DataFrame, *, hours: int = 24, values: tuple[str, ...] = ()) -> forecast.Ahead:
    path = tmp_path / "table.csv"
    frame.to_csv(path)
    return forecast.foresee(read(Asked(path=path, values=values), now=NOW), hours=hours)


def test_the_rows_go_on_where_the_file_ends_and_are_near_the_truth(tmp_path: Path) -> None:
    whole = table(12, minutes=30)
    ahead = foreseen(tmp_path, whole.iloc[:-48])
    (item,) = ahead.made
    assert item.frame is not None
    truth = whole["load"].iloc[-48:]
    assert item.frame.index.tz_localize(None).equals(truth.index)
    assert np.abs(item.frame["forecast"].to_numpy() - truth.to_numpy()).mean() < 0.6
    inside = (truth.to_numpy() >= item.frame["lower"]) & (truth.to_numpy() <= item.frame["upper"])
    assert 0.6 < inside.mean() <= 1
    assert (item.frame["lower"] >= 0).all()


def test_files_are_left_with_the_rolling_origins_and_hostile_names_are_text(tmp_path: Path) -> None:
    frame = table(9).rename(columns={"load": "<b>=load</b>"})
    path, out = tmp_path / "table.csv", tmp_path / "out"
    frame.to_csv(path)
    data = read(Asked(path=path), now=NOW)
    ahead = forecast.foresee(data, hours=48)
    forecast.prepare(out, path)
    left = pd.read_csv(forecast.write_forecast(out, data, ahead))
    assert list(left) == ["timestamp", "sensor", "forecast", "lower", "upper", "model"]
    assert len(left) == 48
    assert left["timestamp"].iloc[0] == "2026-08-10 00:30:00"
    assert set(left["model"]) <= {"ensemble", "seasonal-naive"}
    page = forecast.write_report(out, data, ahead, at=NOW).read_text()
    assert "Rolling origins" in page
    assert "<b>=load</b>" not in page
    forecast.prepare(out, path)
    (out / "forecast.csv").write_text("mine")
    with pytest.raises(ConfigError, match="not of this command"):
        forecast.prepare(out, path)


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_the_size_of_the_values_does_not_matter(tmp_path: Path, size: float) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    left, said = [], []
    for folder, frame in ((one, table(5)), (other, table(5) * size)):
        folder.mkdir()
        frame.to_csv(folder / "table.csv")
        data = read(Asked(path=folder / "table.csv"), now=NOW)
        ahead = forecast.foresee(data, hours=24)
        left.append(pd.read_csv(forecast.write_forecast(folder, data, ahead))[["forecast", "lower", "upper"]])
        said.append(forecast.as_values(data, ahead, [])["series"][0]["figures"])
    np.testing.assert_allclose(left[1] / size, left[0], rtol=1e-4)
    for row, plain in zip(*said[::-1], strict=True):
        assert row["mae"] == pytest.approx(plain["mae"] * size, rel=1e-3)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda frame: frame.assign(load=7.0), "one value throughout"),
        (lambda frame: frame.iloc[:24], "forecast from 2 days on; 1.0 so far"),
        (lambda frame: frame.iloc[::24], "one value every 24 h"),
        (
            lambda frame: frame.assign(load=frame["load"].where(frame.index < "2026-08-07"), other=frame["load"]),
            "known",
        ),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_a_sentence(tmp_path: Path, spoil: object, said: str) -> None:
    ahead = foreseen(tmp_path, spoil(table(9)))  # type: ignore[operator]
    item = ahead.items[0]
    assert item.made is None
    assert said in item.why_not


def test_a_file_without_values_is_refused_and_future_rows_are_left_out(tmp_path: Path) -> None:
    with pytest.raises(FarmLabError):
        foreseen(tmp_path, table(9).assign(load=np.nan))
    frame = table(9)
    later = frame.copy()
    later.index = later.index[:-1].append(pd.DatetimeIndex(["2031-01-01 00:00"]))
    assert foreseen(tmp_path, later).until < pd.Timestamp("2026-09-01", tz="UTC")


def test_gaps_and_impossible_values_do_not_matter_much(tmp_path: Path) -> None:
    frame = table(12)
    spoilt = frame.copy()
    spoilt.iloc[100:112] = np.nan
    spoilt.iloc[200] = 900.0
    (one,), (other,) = (foreseen(tmp_path, each).made for each in (frame, spoilt))
    assert one.frame is not None
    assert other.frame is not None
    assert other.masked_hours == 1
    assert (one.frame["forecast"] - other.frame["forecast"]).abs().max() < 1.5


@pytest.mark.parametrize(("text", "hours"), [("24h", 24), ("2 d", 48), ("1.5d", 36)])
def test_a_horizon_is_read(text: str, hours: int) -> None:
    assert forecast.horizon_of(text) == hours


@pytest.mark.parametrize("text", ["", "3d", "0h", "tomorrow"])
def test_a_horizon_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="horizon"):
        forecast.horizon_of(text)
