"""Every value has its score, each from what came before it; what cannot be judged is said."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from farmlab import analyse
from farmlab.analyse import forward, grids
from farmlab.domain import Severity
from farmlab.errors import InsufficientData, UnknownName
from tests.analyse.kit import DAY, FAST, read, room, scores, stuck


def judged(folder: Path, frame: pd.DataFrame | str, **options: object) -> tuple[analyse.Data, analyse.Looked]:
    data = read(folder, frame)
    return data, analyse.look(data, **{"model": FAST, **options})  # type: ignore[arg-type]


def test_a_stuck_sensor_is_found_and_its_neighbour_is_not(tmp_path: Path) -> None:
    data, looked = judged(tmp_path, stuck(room()))
    table = scores(tmp_path, data, looked)
    hits = table[table["is_anomaly"]]
    assert set(hits["sensor"]) == {"T1"}
    assert set(hits["kind"]) == {"stuck"}
    assert (hits["score"] >= 0.5).all()
    (episode,) = looked.episodes
    assert (episode.sensor, episode.kind) == ("T1", "stuck")
    assert "since 7 Mar 00:00" in episode.why
    assert looked.by_chance > 0


def test_what_began_the_day_before_its_end_is_told_with_that_date(tmp_path: Path) -> None:
    _, looked = judged(tmp_path, stuck(room(), first=6 * DAY - 12))
    assert "since 6 Mar 22:00" in looked.episodes[0].why


def test_every_value_stands_there_once_and_learning_scores_nothing(tmp_path: Path) -> None:
    frame = stuck(room())
    frame.loc[[20, 500], "T2"] = np.nan
    data, looked = judged(tmp_path, pd.concat([frame, frame.iloc[[700]]]).sample(frac=1, random_state=1))
    table = scores(tmp_path, data, looked)
    assert table["sensor"].value_counts().to_dict() == {"T1": len(frame) + 1, "T2": len(frame) + 1}
    once = table[table["sensor"] == "T2"].drop_duplicates("timestamp")
    np.testing.assert_equal(once["value"].to_numpy(), frame["T2"].to_numpy())
    learning = table[table["kind"] == "learning"]
    assert set(learning["score"]) == {0.0}
    assert learning["timestamp"].max() == "2026-03-04 00:00:00"


def test_the_default_detector_looks_back_only(tmp_path: Path) -> None:
    frame = stuck(room(9))
    whole, cut = (scores(tmp_path, *judged(tmp_path, part, model="")) for part in (frame, frame.iloc[: 7 * DAY]))
    early = whole[whole["timestamp"] <= cut["timestamp"].max()].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        early[["timestamp", "sensor", "value", "score"]], cut[["timestamp", "sensor", "value", "score"]]
    )


@pytest.mark.parametrize("name", ["layered", "level", "neighbours", "z_score"])
def test_another_detector_can_be_chosen(tmp_path: Path, name: str) -> None:
    data, looked = judged(tmp_path, stuck(room(4), first=500), model=name)
    assert looked.model == name
    assert analyse.summary(data, looked).sentence


def test_an_unknown_detector_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'sensor_rules'"):
        judged(tmp_path, room(), model="sensor_rule")


def test_learning_can_be_told_to_last(tmp_path: Path) -> None:
    data, looked = judged(tmp_path, stuck(room()), train_until="2026-03-06 00:00")
    table = scores(tmp_path, data, looked)
    assert table.loc[table["kind"] == "learning", "timestamp"].max() == "2026-03-06 00:00:00"
    with pytest.raises(InsufficientData, match="outside of the data"):
        judged(tmp_path, room(), train_until="2027-01-01")


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (room().assign(T1=21.5), "it has one value throughout (21.5)"),
        (room().assign(T1=[1.0, *[None] * (8 * DAY - 1)]), "it has values at one time only"),
    ],
)
def test_a_sensor_that_cannot_be_judged_is_said_and_scores_nothing(
    tmp_path: Path, frame: pd.DataFrame, why: str
) -> None:
    data, looked = judged(tmp_path, frame)
    assert f"Not judged: T1, {why}." in analyse.summary(data, looked).warnings
    table = scores(tmp_path, data, looked)
    mine = table[table["sensor"] == "T1"]
    assert set(mine["kind"]) == {"not judged"}
    assert set(mine["score"]) == {0.0}
    assert [sensor.name for sensor in looked.judged] == ["T2"]


def test_a_file_in_which_nothing_can_be_judged_says_so_first(tmp_path: Path) -> None:
    for frame, why in ((room(2), "too little history"), (room().assign(T1=1, T2=2), "one value throughout")):
        data, looked = judged(tmp_path, frame)
        said = analyse.summary(data, looked)
        assert said.sentence.startswith("Nothing could be judged")
        assert why in said.sentence
        assert said.state.word == "disqualified"
        assert not scores(tmp_path, data, looked)["is_anomaly"].any()


@pytest.mark.parametrize("text", ["time,a\n2026-01-01 00:00,1\n", "time,a\n2026-01-01,1\n2026-01-01,2\n"])
def test_values_at_one_time_only_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InsufficientData, match="one time only"):
        judged(tmp_path, text)


def test_what_lies_apart_is_not_judged(tmp_path: Path) -> None:
    frame = room()
    frame.loc[len(frame)] = ["1971-01-01 00:00", 5, 5]
    data, looked = judged(tmp_path, frame)
    assert any("Too little history from 1971-01-01 00:00 on: 1 rows" in said for said in looked.warnings)
    table = scores(tmp_path, data, looked)
    assert table.iloc[0]["kind"] == "learning"
    assert len(looked.judged) == 2


def test_a_long_gap_begins_anew(tmp_path: Path) -> None:
    later = room().assign(time=lambda all_: all_["time"].str.replace("2026-03", "2026-05"))
    data, looked = judged(tmp_path, pd.concat([room(), later]))
    table = scores(tmp_path, data, looked)
    learning = table[(table["kind"] == "learning") & (table["sensor"] == "T1")]["timestamp"].str[:10]
    assert sorted(set(learning)) == [f"2026-{m}-{d}" for m in ("03", "05") for d in ("01", "02", "03", "04")]
    assert len(looked.judged) == 2


def test_sensors_of_other_steps_are_judged_apart(tmp_path: Path) -> None:
    frame = room()
    frame["slow"] = frame["T1"].where(frame.index % 12 == 0)
    data = read(tmp_path, frame)
    found = grids.sort(data)
    assert [(grid.step, list(grid.slots)) for grid in found.grids] == [
        (pd.Timedelta(minutes=10), ["T1", "T2"]),
        (pd.Timedelta(hours=2), ["slow"]),
    ]
    assert found.notes == ("Series of different steps are judged apart: 10 min (2), 2 h (1).",)


def test_sensors_of_nearly_the_same_step_are_neighbours_at_the_longer_one(tmp_path: Path) -> None:
    frame = room()
    slower = pd.date_range("2026-03-01", "2026-03-08 23:45", freq="15min")
    other = pd.DataFrame({"time": slower.strftime("%Y-%m-%d %H:%M"), "T3": np.random.default_rng(1).normal(size=768)})
    (grid,) = grids.sort(read(tmp_path, frame.merge(other, how="outer"))).grids
    assert (grid.step, list(grid.slots)) == (pd.Timedelta(minutes=15), ["T1", "T2", "T3"])


def test_mixed_steps_are_said_and_the_coarse_one_is_judged(tmp_path: Path) -> None:
    frame = room(14)
    keep = (frame.index < 6 * DAY) | (frame.index % 6 == 0)
    found = grids.sort(read(tmp_path, frame[keep]))
    assert found.grids[0].step == pd.Timedelta(hours=1)
    assert "T1: its steps are mixed (1 h and 10 min): one value every 1 h is judged" in found.warnings[0]


def test_values_that_are_left_out_here_and_there_are_no_mixed_steps(tmp_path: Path) -> None:
    frame = room(12)
    found = grids.sort(read(tmp_path, frame[np.random.default_rng(1).random(len(frame)) < 0.6]))
    assert found.grids[0].step == pd.Timedelta(minutes=10)
    assert found.warnings == ()


def test_sensors_that_report_at_moments_of_their_own_are_neighbours(tmp_path: Path) -> None:
    long = room().melt("time", var_name="sensor")
    late = long["sensor"] == "T2"
    long.loc[late, "time"] = long.loc[late, "time"].str[:-1] + "3"
    (grid,) = grids.sort(read(tmp_path, long)).grids
    assert grid.parts[0].notna().all(axis=None)


def test_a_meter_that_counts_is_judged_by_what_is_added(tmp_path: Path) -> None:
    frame = room()
    frame["meter"] = np.cumsum(np.random.default_rng(2).integers(1, 9, len(frame)))
    found = grids.sort(read(tmp_path, frame))
    assert any("meter: it goes on counting" in note for note in found.notes)
    assert found.grids[0].parts[0]["meter"].max() < 9


def test_what_a_meter_adds_over_a_gap_is_added_at_no_known_time(tmp_path: Path) -> None:
    frame = room()
    frame["meter"] = np.cumsum(np.full(len(frame), 4) + frame.index % 3)
    frame = frame.drop(index=[*range(3 * DAY, 4 * DAY), 5 * DAY])
    (part,) = grids.sort(read(tmp_path, frame)).grids[0].parts
    added = part["meter"]
    assert list(added.index[added.isna()].strftime("%m-%d %H:%M")) == ["03-01 00:00", "03-05 00:00"]
    assert added.between(4, 6).sum() == len(frame) - 2


@pytest.mark.parametrize(("step", "late"), [("10min", "5min"), ("1h", "30min"), ("1D", "12h"), ("15min", "4min")])
def test_times_in_the_middle_of_steps_each_have_one_of_their_own(tmp_path: Path, step: str, late: str) -> None:
    frame = room()
    times = pd.date_range("2021-03-01", periods=len(frame), freq=step) + pd.Timedelta(late)
    jitter = pd.to_timedelta(np.random.default_rng(3).integers(-9, 9, len(frame)), unit="s")
    for shown in (times, times + jitter):
        (grid,) = grids.sort(read(tmp_path, frame.assign(time=shown.strftime("%Y-%m-%d %H:%M:%S")))).grids
        (part,) = grid.parts
        assert len(part) == len(frame)
        assert abs(part.index.tz_localize(None) - times).max() < pd.Timedelta(seconds=10)
        np.testing.assert_array_equal(part["T1"], frame["T1"])


def test_episodes_begin_at_times_of_the_file(tmp_path: Path) -> None:
    frame = stuck(room())
    frame["time"] = frame["time"].str[:-1] + "5"
    _, looked = judged(tmp_path, frame)
    (episode,) = looked.episodes
    assert f"{episode.start:%Y-%m-%d %H:%M}" == frame["time"][6 * DAY]
    assert looked.sensors[1].judged_days == pytest.approx(5, abs=0.1)


def test_places_have_neighbours_of_their_own(tmp_path: Path) -> None:
    houses = pd.concat([room(seed=n).assign(house=n) for n in (1, 2)])
    data = read(tmp_path, houses)
    assert [(grid.place, list(grid.slots)) for grid in grids.sort(data).grids] == [
        ("1", ["T1@1", "T2@1"]),
        ("2", ["T1@2", "T2@2"]),
    ]


def test_daily_values_are_survived(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=200, freq="D").strftime("%Y-%m-%d")
    values = np.random.default_rng(1).normal(10, 1, 200).round(2)
    data, looked = judged(tmp_path, pd.DataFrame({"date": days, "eggs": values}), model="")
    assert analyse.summary(data, looked).sentence
    assert len(scores(tmp_path, data, looked)) == 200


def daily(values: np.ndarray) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=len(values), freq="D").strftime("%Y-%m-%d")
    return pd.DataFrame({"date": days, "eggs": values})


@pytest.mark.parametrize("weekday", range(7))
def test_daily_values_are_judged_on_every_day_of_the_week(tmp_path: Path, weekday: int) -> None:
    values = np.random.default_rng(1).normal(1000, 10, 300).round(1)
    values[200 + weekday :] += 120
    jump = pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(days=200 + weekday)
    _, looked = judged(tmp_path, daily(values))
    moved = [episode for episode in looked.episodes if episode.kind in ("offset", "step")]
    assert [pd.Timestamp(episode.start) for episode in moved] == [jump]


def test_days_that_follow_each_other_are_one_episode_and_a_single_one_is_not_critical(tmp_path: Path) -> None:
    from farmlab.analyse.ranking import severity

    values = np.random.default_rng(1).normal(1000, 10, 300).round(1)
    values[200:204] = 0.0
    values[260] += 300
    _, looked = judged(tmp_path, daily(values))
    (gone,) = [episode for episode in looked.episodes if episode.kind == "dropout"]
    assert ((gone.end - gone.start).days, severity(gone)) == (3, Severity.CRITICAL)
    (spike,) = [episode for episode in looked.episodes if episode.kind == "spike"]
    assert severity(spike) is Severity.WARNING


def test_rates_count_for_as_long_as_they_were_in_force() -> None:
    class Told:
        grace_: ClassVar[dict[str, str]] = {}

        def __init__(self, rate: float) -> None:
            self.expected_rate_ = pd.Series({"a": rate})

        def fit(self, X: pd.DataFrame, clean: object = None) -> None:
            pass

        def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
            return {"stuck": X * 0.0}

    rates = iter([1.0] * 11 + [0.0] * 3)
    X = pd.DataFrame({"a": 1.0}, index=pd.date_range("2026-01-01", periods=27 * 48 + 1, freq="30min", tz="UTC"))
    found = forward.judge(X, lambda: Told(next(rates)), step=pd.Timedelta(minutes=30))  # type: ignore[arg-type,return-value]
    assert found.rate["a"] == pytest.approx(11 / 24, abs=0.02)


def test_severity_grows_with_what_it_costs(tmp_path: Path) -> None:
    from farmlab.analyse.ranking import severity

    _, short = judged(tmp_path, stuck(room(), rows=30))
    _, long = judged(tmp_path, stuck(room(), rows=150))
    assert severity(long.episodes[0]) is Severity.CRITICAL
    assert not short.episodes or severity(short.episodes[0]) is not Severity.CRITICAL
