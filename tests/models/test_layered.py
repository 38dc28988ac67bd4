from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from farmlab.errors import InsufficientData, UnknownName
from farmlab.models import registry
from farmlab.models.checks import broken, healthy
from farmlab.models.episodes import Episode, episodes, to_frame
from farmlab.models.layered import Layered
from farmlab.models.walk import score_forward

DAY = 144


def recent() -> pd.DataFrame:
    return healthy(days=4, start="2026-03-23", seed=2)


@pytest.fixture(scope="module")
def detector() -> Layered:
    return Layered().fit(healthy())


def found(detector: Layered, X: pd.DataFrame, **options: str) -> tuple[Episode, ...]:
    look = detector.look(X)
    return episodes(look.scores, X, change=look.change, **options)


def test_level_only_and_rules_only_are_kept_apart() -> None:
    detector = Layered(level_only=["rh_pct"], rules_only=["temp_c_2"]).fit(healthy())
    assert detector.rules.columns_ == ("temp_c_1", "temp_c_2")
    assert detector.level.columns_ == ("temp_c_1", "rh_pct")
    X = recent()
    X.iloc[300, 2] += 60
    X.iloc[300:360, 1] += 10
    scores = detector.score_channels(X)
    assert scores["spike"]["rh_pct"].max() == 0
    assert scores["offset"]["temp_c_2"].max() == 0
    assert set(detector.expected_rate_.index) == {"temp_c_1", "temp_c_2", "rh_pct"}


def test_a_fault_in_the_history_does_not_become_normal() -> None:
    history = healthy()
    history.iloc[10 * DAY : 10 * DAY + 30, 0] += 12
    X = recent()
    X.iloc[-60:, 0] += 5
    assert Layered().fit(history).score_samples(X)["temp_c_1"].iloc[-1] > 0.5


def test_the_state_is_small_plain_json(detector: Layered) -> None:
    text = json.dumps(detector.to_state(), allow_nan=False)
    assert len(text) < 100_000
    again = registry.restore(json.loads(text))
    assert isinstance(again, Layered)


def test_an_unknown_model_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="layered"):
        registry.find("layred")


def test_an_episode_has_kind_onset_and_words_in_the_farms_zone(detector: Layered) -> None:
    X = recent()
    X.iloc[300:400, 1] = 21.4
    X.iloc[299, 1], X.iloc[400, 1] = 21.0, 21.0
    [stuck] = [e for e in found(detector, X, timezone="Europe/Berlin") if e.sensor == "temp_c_2"]
    assert stuck.kind == "stuck"
    assert stuck.start == X.index[300].to_pydatetime()
    assert stuck.detected_at > stuck.start
    assert stuck.end >= X.index[399].to_pydatetime()
    assert stuck.why.startswith("21.4 is repeated since ")
    assert stuck.why.endswith(f"{X.index[300].tz_convert('Europe/Berlin'):%H:%M}")
    assert stuck.check.endswith(".")


def test_levels_are_told_with_as_many_digits_as_part_them() -> None:
    times = pd.date_range("2026-07-01", periods=12, freq="1h", tz="UTC")
    pascal = pd.DataFrame({"air": [101325.0] * 6 + [101255.0] * 6}, index=times)
    scores = pd.DataFrame({"air": [0.0] * 8 + [0.9] + [0.0] * 3}, index=times)
    for shown, words in ((pascal, "from about 101325 to 101255"), (pascal / 100, "from about 1013.25 to 1012.55")):
        [jump] = episodes({"step": scores}, shown)
        assert words in jump.why


def test_kinds_of_episodes(detector: Layered) -> None:
    X = recent()
    X.iloc[200, 0] += 9
    X.iloc[400:412, 1] = -127.0
    X.iloc[420:540, 2] += 8
    kinds = {(e.sensor, e.kind) for e in found(detector, X)}
    assert ("temp_c_1", "spike") in kinds
    assert ("temp_c_2", "dropout") in kinds
    assert ("rh_pct", "offset") in kinds


def test_the_expected_value_of_an_offset_is_what_the_past_lets_expect(detector: Layered) -> None:
    X = recent()
    X.iloc[-80:, 0] += 5
    offset = next(e for e in found(detector, X) if e.sensor == "temp_c_1" and e.kind in ("offset", "drift"))
    assert offset.value - offset.expected == pytest.approx(4, abs=1.5)  # the mean of hours lags behind


def test_a_jump_is_told_by_the_readings_around_it_whatever_the_day_does(detector: Layered) -> None:
    times = pd.date_range("2026-07-01", periods=40, freq="10min", tz="UTC")
    ramp = pd.DataFrame({"x": 20 + 0.1 * np.arange(40.0) + 2.0 * (np.arange(40) >= 25)}, index=times)
    score = pd.DataFrame({"x": np.where(np.arange(40) == 27, 0.9, 0.0)}, index=times)
    [jump] = episodes({"step": score}, ramp)
    assert (jump.start, jump.detected_at) == (times[25], times[27])
    assert (jump.expected, jump.value) == pytest.approx((22.3, 24.6))


def test_flags_close_together_are_one_episode_and_nothing_gives_none(detector: Layered) -> None:
    times = pd.date_range("2026-07-01", periods=40, freq="10min", tz="UTC")
    score = pd.DataFrame({"x": np.zeros(40)}, index=times)
    score.iloc[[5, 7, 30]] = 0.9
    values = pd.DataFrame({"x": np.full(40, 20.0)}, index=times)
    values.iloc[[4, 6]], values.iloc[28:30] = 24.0, 15.5
    joined = episodes({"spike": score}, values)
    assert [(e.repeats, e.kind) for e in joined] == [(2, "spike"), (1, "drop")]
    assert [e.why for e in joined] == [
        "it jumped to 24 and came back to 20, and so 2 times",
        "it jumped to 15.5 and came back to 20",
    ]
    assert [(e.start, e.detected_at) for e in joined] == [(times[4], times[5]), (times[28], times[30])]
    table = to_frame(joined)
    assert list(table["sensor"]) == ["x", "x"]
    assert list(to_frame([]).columns) == list(table.columns)
    assert episodes({"spike": score * 0}, values) == ()


def test_far_values_among_noise_are_noise() -> None:
    times = pd.date_range("2026-07-01", periods=10, freq="10min", tz="UTC")
    noise, outside = (pd.DataFrame({"x": np.zeros(10)}, index=times) for _ in range(2))
    noise.iloc[2:9], outside.iloc[[4, 6]] = 0.8, 0.99
    values = pd.DataFrame({"x": np.arange(10.0)}, index=times)
    assert episodes({"noise": noise, "outside": outside}, values)[0].kind == "noise"
    outside.iloc[2:9] = 0.99
    assert episodes({"noise": noise, "outside": outside}, values)[0].kind == "dropout"


def test_walking_forward_never_looks_ahead() -> None:
    X = broken(healthy(days=21))
    whole = score_forward(Layered(), X, warm_up="7D", every="7D")
    cut = score_forward(Layered(), X.iloc[: 16 * DAY], warm_up="7D", every="7D")
    for channel, scores in cut.items():
        pd.testing.assert_frame_equal(scores, whole[channel].iloc[: 16 * DAY])
    assert not whole["spike"].iloc[: 7 * DAY].to_numpy().any()
    assert whole["spike"]["temp_c_1"].iloc[int(0.4 * len(X)) + 1] > 0.5


def test_walking_needs_more_than_its_warm_up() -> None:
    with pytest.raises(InsufficientData):
        score_forward(Layered(), healthy(days=5), warm_up="10D")
