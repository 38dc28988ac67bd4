"""The worked examples of the rules, and what a calibrated threshold means."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab.errors import InsufficientData
from farmlab.models import calibration, habituation, rule_statistics
from farmlab.models.checks import healthy
from farmlab.models.sensor_rules import SensorRules


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


def test_the_size_of_a_spike_is_how_far_it_went_and_came_back() -> None:
    assert rule_statistics.spike(column(20, 20, 20, 26, 20)).ravel().tolist() == [0, 0, 0, 0, 6]
    assert rule_statistics.spike(column(20, 20, 26, 26, 26, 20))[-1, 0] == 6
    assert rule_statistics.spike(column(20, 20, 26, 26, 26, 26, 20)).max() == 0  # four samples are no spike
    assert rule_statistics.spike(column(20, 20, 20, 26, 26)).max() == 0


def test_a_step_is_an_isolated_jump_that_stayed() -> None:
    assert rule_statistics.step(column(20, 20, 20, 20, 23, 23, 23)).ravel().tolist() == [0, 0, 0, 0, 0, 0, 3]
    assert rule_statistics.step(column(20, 21, 22, 23, 24, 25, 26)).max() == 0
    assert rule_statistics.step(column(20, 23, 23)).max() == 0  # too short to tell


def test_a_kept_step_is_what_is_left_of_it_after_a_while() -> None:
    values = column(*[20.0] * 8, *[23.0] * 6, *[21.0] * 10)
    steps = rule_statistics.step(values)
    kept = rule_statistics.kept_step(values, steps, lag=4)
    assert kept.max() == 3
    assert rule_statistics.kept_step(values, steps, lag=8).max() == 1
    assert rule_statistics.kept_step(values[:6], steps[:6], lag=4).max() == 0


def test_a_few_large_swings_are_no_noise_and_small_ones_that_go_on_are() -> None:
    quiet = np.full(60, 20.0)
    spiked, shaky = quiet.copy(), quiet.copy()
    spiked[[20, 24, 28]] += 9.0
    shaky[20:50:2] += 0.2
    assert rule_statistics.noise(column(*spiked)).max() == 0
    assert rule_statistics.noise(column(*shaky)).max() > 0.05


def test_noise_alternates_and_a_trend_does_not() -> None:
    up_and_down = column(*[20.0, 21.0] * 20)
    assert rule_statistics.noise(up_and_down)[-1, 0] == 1
    assert rule_statistics.noise(column(*np.arange(40.0))).max() == 0
    assert rule_statistics.noise(up_and_down[:10]).max() == 0


def test_a_drop_out_jumps_away_and_the_weather_does_not() -> None:
    low, high, grains = np.array([18.0]), np.array([24.0]), np.array([0.1])
    jump = rule_statistics.far_outside(column(20, 20, 40, 40, 20), low, high, grains).ravel()
    assert jump[2] == jump[3] == pytest.approx(16 / 6)
    assert jump[4] == 0
    creep = rule_statistics.far_outside(column(*np.arange(20, 45.0)), low, high, grains)
    assert creep.max() == 0
    code = rule_statistics.far_outside(column(20, 0, 0), low, high, grains).ravel()
    assert code[1] == pytest.approx(8 * 18 / 6)


def test_grain_and_resolution_are_never_zero_for_a_sensor_that_moves() -> None:
    values = np.column_stack([[20, 20.1, 20.1, 20.4, 20.4], [5, 5, 5, 5, 5], [np.nan] * 5])
    np.testing.assert_allclose(rule_statistics.grain(values), [0.2, 0.05, 1e-3])
    assert rule_statistics.resolution(values)[0] == pytest.approx(0.11)
    assert rule_statistics.resolution(values)[1] == 0


def test_a_gumbel_threshold_is_exceeded_as_often_as_its_budget_says() -> None:
    random = np.random.default_rng(1)
    maxima = np.exp(0.3 * random.gumbel(size=(60, 400)))
    fresh = np.exp(0.3 * random.gumbel(size=(300, 400)))
    for budget in (0.02, 0.05, 0.1):
        threshold = calibration.gumbel(maxima, budget=budget, floor=np.full(400, 1e-6))
        achieved = (fresh > threshold.value).mean()
        assert 0.5 * budget <= achieved <= 2 * budget
        assert threshold.rate.mean() == pytest.approx(budget, rel=0.6)


@given(st.floats(0.1, 50), st.integers(3, 20))
def test_a_score_is_half_at_the_threshold_and_rises(times: float, days: int) -> None:
    maxima = np.linspace(1, 2, days)[:, None]
    threshold = calibration.multiple(maxima, times=times, floor=np.array([0.01]))
    value = threshold.value[0]
    scores = threshold.score(np.array([[0.0], [value / 2], [value], [value * 2]])).ravel()
    assert scores[0] == 0
    assert scores[2] == pytest.approx(0.5)
    assert scores[1] < 0.5 < scores[3] <= 1
    assert threshold.score(np.array([[value]]), 1.5)[0, 0] < 0.5


@pytest.mark.parametrize("alike", [0.0, 1.0])
def test_channels_that_see_the_same_share_a_budget(alike: float) -> None:
    """Whether their alarms overlap or not, the days with any alarm are as many as intended."""
    random, budget = np.random.default_rng(4), 0.1
    ours, theirs = random.gumbel(0, 0.3, (2, 460, 100))
    channels = {"offset": np.exp(ours), "drift": np.exp(alike * ours + (1 - alike) * theirs)}
    past = {name: maxima[:60] for name, maxima in channels.items()}
    thresholds = calibration.shared(past, budget=budget, floor=np.full(100, 1e-6))
    days = np.logical_or.reduce([channels[name][60:] > thresholds[name].value for name in channels])
    assert 0.7 * budget < days.mean() < 1.3 * budget
    promised = sum(threshold.rate for threshold in thresholds.values())
    assert float(np.mean(promised)) == pytest.approx(budget, rel=0.1)


def test_one_channel_that_is_not_calibrated_leaves_the_budget_to_the_other() -> None:
    known = np.exp(np.random.default_rng(4).gumbel(0, 0.3, (60, 1)))
    floor = np.array([1e-6])
    thresholds = calibration.shared({"offset": known, "drift": known * np.nan}, budget=0.1, floor=floor)
    alone = calibration.gumbel(known, budget=0.1, floor=floor)
    assert thresholds["offset"].value == pytest.approx(alone.value, rel=0.02)
    assert np.isinf(thresholds["drift"].value).all()


def test_a_threshold_is_never_zero_nor_taken_from_far_outside_of_what_was_seen() -> None:
    flat = calibration.multiple(np.zeros((10, 1)), times=1.25, floor=np.array([0.2]))
    assert flat.value[0] == 0.2
    few = np.exp(np.array([-6.0, 0.0, 0.1, -5.0]))[:, None]
    bold = calibration.gumbel(few, budget=0.01, floor=np.array([1e-4]))
    assert bold.value[0] <= calibration.FARTHEST * few.max()


def test_too_few_days_give_no_threshold_and_no_score() -> None:
    maxima = np.array([[1.0, 1.0], [np.nan, 2.0], [np.nan, 1.5]])
    threshold = calibration.multiple(maxima, times=1.0, floor=np.array([0.1, 0.1]))
    assert threshold.value[0] == np.inf
    assert threshold.rate[0] == 0
    low, high = threshold.score(np.array([[1e9, 5.0]]))[0]
    assert low == 0
    assert high > 0.9
    again = calibration.Threshold.restored(threshold.state())
    np.testing.assert_array_equal(again.value, threshold.value)


def test_a_day_that_stands_out_is_not_clean() -> None:
    maxima = np.array([1.0, 1.1, 0.9, 1.2, 50.0, 1.0])[:, None]
    kept = calibration.without_outliers(maxima)
    assert np.isnan(kept[4, 0])
    assert np.isfinite(kept).sum() == 5


def test_half_of_a_day_must_be_usable() -> None:
    days = np.repeat([0, 1], 10)
    usable = np.ones((20, 1), dtype=bool)
    usable[12:] = False
    maxima = calibration.daily_maxima(np.arange(20.0)[:, None], days, usable=usable)
    assert maxima[0, 0] == 9
    assert np.isnan(maxima[1, 0])


def test_after_an_alarm_more_is_needed_for_a_week() -> None:
    statistic = np.zeros((24 * 20, 1))
    statistic[[10, 100, 400]] = 2.0
    factors = habituation.factors(statistic, np.array([1.0]), per_hour=1, before=np.zeros(1, dtype=np.int64)).ravel()
    assert factors[10] == 1.0
    assert factors[100] == 1.5
    assert factors[101 + 3] == 2.0
    assert factors[400] == 1.0  # both were more than a week ago
    assert habituation.recent_alarms(statistic, np.array([1.0]), per_hour=1).tolist() == [1]


def test_what_stays_below_the_raised_threshold_is_no_further_alarm() -> None:
    statistic = np.zeros((200, 1))
    statistic[[10, 100]] = [2.0], [1.2]
    factors = habituation.factors(statistic, np.array([1.0]), per_hour=1, before=np.ones(1, dtype=np.int64)).ravel()
    assert factors[10] == 1.5
    assert factors[100] == factors[150] == 2.0


def fitted() -> SensorRules:
    return SensorRules().fit(healthy(days=14))


def channel(values: pd.DataFrame, name: str, *, rules: SensorRules | None = None) -> pd.DataFrame:
    return (rules or fitted()).score_channels(values)[name] >= 0.5


def test_each_rule_sees_its_own_fault() -> None:
    rules, recent = fitted(), healthy(days=3, start="2026-03-16")
    spiked, stepped, shaky, stuck, out = (recent.copy() for _ in range(5))
    spiked.iloc[200, 0] += 8
    stepped.iloc[200:, 0] += 6
    shaky.iloc[200:240, 0] += np.where(np.arange(40) % 2, 3.0, -3.0)
    stuck.iloc[200:260, 0] = stuck.iloc[200, 0]
    out.iloc[200:210, 0] = -40.0
    assert channel(spiked, "spike", rules=rules)["temp_c_1"].iloc[201]
    assert channel(stepped, "step", rules=rules)["temp_c_1"].iloc[200:206].any()
    assert channel(stepped, "kept_step", rules=rules)["temp_c_1"].iloc[218:226].any()
    assert channel(shaky, "noise", rules=rules)["temp_c_1"].iloc[240]
    assert channel(stuck, "stuck", rules=rules)["temp_c_1"].iloc[259]
    assert channel(out, "outside", rules=rules)["temp_c_1"].iloc[200:210].all()
    assert not rules.score_samples(recent).ge(0.5).to_numpy().any()


def test_noise_is_told_from_rough_readings_twice_as_soon() -> None:
    rules, recent = fitted(), healthy(days=3, start="2026-03-16")
    recent.iloc[200:212, 0] += np.random.default_rng(1).normal(0, 5, 12)
    assert channel(recent, "noise_soon", rules=rules)["temp_c_1"].iloc[200:212].any()
    assert rule_statistics.rough(column(20, 20, 20, *[25.0] * 20)).max() == 0  # a step is no noise


def side_by_side(days: int, seed: int) -> pd.DataFrame:
    """Four sensors that share a restless house, each with little noise of its own."""
    random = np.random.default_rng(seed)
    index = pd.date_range("2026-03-02", periods=days * 288, freq="5min", tz="UTC")
    shared = 22 + 3.0 * (np.arange(len(index)) % 100 < 8)  # a door that is opened now and then
    return pd.DataFrame(
        {f"temp_c_{n}": (shared + random.normal(0, 0.05, len(index))).round(1) for n in range(1, 5)}, index
    )


ALIKE = {f"temp_c_{n}": [f"temp_c_{m}" for m in range(1, 5) if m != n] for n in range(1, 5)}


def test_what_sensors_beside_each_other_share_is_no_fault_and_what_one_does_alone_is_told_sooner() -> None:
    history, recent = side_by_side(10, 1), side_by_side(3, 2)
    rules, blind = SensorRules(alike=ALIKE).fit(history), SensorRules().fit(history)
    rules = SensorRules.from_state(rules.to_state())
    alone, together = recent.copy(), recent.copy()
    alone.iloc[450:, 0] += 2.0
    together.iloc[450:] += 2.0
    assert channel(alone, "step", rules=rules)["temp_c_1"].iloc[450:456].any()
    assert not channel(alone, "step", rules=blind)["temp_c_1"].any()
    assert not channel(together, "step", rules=rules).to_numpy().any()
    assert not channel(together, "away", rules=rules).to_numpy().any()


def test_a_sensor_that_creeps_away_from_those_beside_it_is_told_within_a_day() -> None:
    rules, recent = SensorRules(alike=ALIKE).fit(side_by_side(10, 1)), side_by_side(3, 2)
    recent["temp_c_2"] += np.clip((np.arange(len(recent)) - 288) / 288, 0, 3)  # 1 K a day
    away = channel(recent, "away", rules=rules)
    assert not away.iloc[:288].to_numpy().any()
    assert away["temp_c_2"].iloc[2 * 288 :].all()
    assert not away[["temp_c_1", "temp_c_3", "temp_c_4"]].to_numpy().any()


def test_a_sensor_is_silent_only_while_others_report() -> None:
    rules, recent = fitted(), healthy(days=3, start="2026-03-16")
    one, all_of_them = recent.copy(), recent.copy()
    one.iloc[200:260, 0] = np.nan
    all_of_them.iloc[200:260] = np.nan
    assert channel(one, "silent", rules=rules)["temp_c_1"].iloc[259]
    assert not channel(all_of_them, "silent", rules=rules).to_numpy().any()


def test_what_may_rest_is_not_stuck() -> None:
    history = healthy(days=14)
    history["nh3_ppm"] = np.where(np.arange(len(history)) % 100 < 10, 1.0, 0.0)
    recent = healthy(days=4, start="2026-03-16")
    recent["nh3_ppm"] = 0.0
    assert channel(recent, "stuck", rules=SensorRules().fit(history))["nh3_ppm"].any()
    resting = SensorRules(resting={"nh3_ppm": (0.0, 0.0)}).fit(history)
    assert not channel(recent, "stuck", rules=resting)["nh3_ppm"].any()
    patient = SensorRules(least_stuck_h={"nh3_ppm": 120.0}).fit(history)
    assert not channel(recent, "stuck", rules=patient)["nh3_ppm"].any()


def test_an_empty_house_is_not_judged_and_a_short_sensor_is_in_its_grace_period() -> None:
    history = healthy(days=14)
    history["age_d"] = 20.0
    history["new"] = np.nan
    history.iloc[-200:, history.columns.get_loc("new")] = 1.0
    rules = SensorRules().fit(history)
    assert set(rules.grace_) == {"new"}
    recent = healthy(days=3, start="2026-03-16").assign(age_d=np.nan, new=5.0)
    recent.iloc[200, 0] += 8
    assert not rules.score_samples(recent).to_numpy().any()


def test_history_without_any_usable_column_is_refused() -> None:
    nothing = healthy(days=14) * np.nan
    with pytest.raises(InsufficientData, match="no column"):
        SensorRules().fit(nothing)
