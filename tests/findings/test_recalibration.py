"""What people answer moves limits: of that rule for that sensor, within bounds, once an answer, from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab import watch
from farmlab.domain import Answer, Category, Feedback, Finding, Severity
from farmlab.findings import recalibration
from farmlab.models import registry
from farmlab.store import Store
from tests.store.farmyard import settle

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def finding(number: int = 1, **more: object) -> Finding:
    words = {"category": Category.SENSOR, "kind": "stuck", "house": 1, "subject": "temp_c_1", "title": "Stuck"}
    return Finding(start=NOON, id=f"F{number}", **(words | more))


def answer(number: int, word: Answer, minute: int = 0) -> Feedback:
    return Feedback(finding=f"F{number}", answer=word, by="Ann", at=NOON + timedelta(minutes=minute))


def told(*words: Answer, subject: str = "temp_c_1") -> float:
    pairs = [(finding(number), answer(number, word, number)) for number, word in enumerate(words)]
    return recalibration.factor(recalibration.factors(pairs).get(1, {}), subject, "stuck")


@given(st.lists(st.sampled_from(list(Answer)), max_size=40))
def test_limits_stay_between_the_start_and_three_times_it(words: list[Answer]) -> None:
    before = told(*words)
    assert 1.0 <= before <= 3.0
    assert before <= told(*words, Answer.FALSE) <= before * 1.25 + 1e-3
    assert told(*words, Answer.TRUE) <= before
    assert told(*words, Answer.KNOWN) == before


def test_a_false_alarm_raises_and_a_true_one_lowers_down_to_the_start() -> None:
    assert told(Answer.FALSE, Answer.FALSE) == pytest.approx(1.5625)
    assert told(Answer.FALSE, Answer.TRUE) == pytest.approx(1.125)
    assert told(Answer.TRUE, Answer.TRUE, Answer.FALSE) == 1.25


def test_of_several_answers_to_one_finding_the_last_counts_once() -> None:
    pairs = [(finding(), answer(1, Answer.FALSE, minute)) for minute in range(5)]
    assert recalibration.factors(pairs)[1]["temp_c_1"]["stuck"] == 1.25
    assert recalibration.factors([*pairs, (finding(), answer(1, Answer.TRUE, 9))])[1]["temp_c_1"]["stuck"] == 1.0


def test_other_rules_houses_and_sensors_are_left_as_they_are() -> None:
    moved = recalibration.factors([(finding(), answer(1, Answer.FALSE))])
    assert list(moved) == [1]
    raised = recalibration.of_channels(moved[1], ["temp_c_1", "rh_pct"])
    assert {channel: times for channel, times in raised["temp_c_1"].items() if times != 1} == {"stuck": 1.25}
    assert set(raised["rh_pct"].values()) == {1.0}


def test_offset_drift_and_trend_are_one_rule() -> None:
    moved = recalibration.factors([(finding(kind="offset"), answer(1, Answer.FALSE))])[1]
    raised = recalibration.of_channels(moved, ["temp_c_1"])["temp_c_1"]
    of_the_level = {"offset", "kept_step", "drift", "away", "trend"}
    assert {channel for channel, times in raised.items() if times == 1.25} == of_the_level


@pytest.mark.parametrize(
    ("score", "factor", "more", "stays"),
    [
        (0.59, 1.25, {}, False),
        (0.61, 1.25, {}, True),
        (0.59, 1.0, {}, True),
        (0.51, 3.0, {"severity": Severity.CRITICAL}, True),
        (0.51, 3.0, {"subject": "nh3"}, True),
        (0.51, 3.0, {"kind": "stuck"}, True),
    ],
)
def test_a_rule_tells_what_is_as_far_beyond_its_limit_as_answers_ask_for(
    score: float, factor: float, more: dict[str, object], stays: bool
) -> None:
    low = finding(**({"kind": "water_low", "subject": "water", "score": score} | more))
    moved = {"water": {"water_low": factor, "stuck": factor}}
    assert recalibration.kept([low], moved) == ([low] if stays else [])


@pytest.fixture(scope="module")
def room() -> pd.DataFrame:
    """Three weeks of four thermometers."""
    random = np.random.default_rng(3)
    times = pd.date_range("2026-06-01", periods=21 * 144, freq="10min", tz="UTC")
    wave = 22 + np.sin(np.arange(len(times)) / 144 * 2 * np.pi)
    return pd.DataFrame({f"temp_c_{n}": (wave + random.normal(0, 0.1, len(times))).round(1) for n in range(4)}, times)


def test_raised_thresholds_lower_the_scores_of_that_sensor_and_channel_only(room: pd.DataFrame) -> None:
    state = registry.default("anomaly")().fit(room.iloc[: -3 * 144]).to_state()
    hit = room.iloc[-6 * 144 :].copy()
    hit.iloc[-144:, [0, 1]] += 0.9
    hit.iloc[-288:-286] += 4
    usual, raised = registry.restore(state), registry.restore(state)
    for channel, before in usual.score_channels(hit).items():
        if channel == "outside":
            continue  # far out of all that was ever shown: a physical limit, which nobody's word moves
        fresh = registry.restore(state).raise_thresholds({"temp_c_0": {channel: 2.0}})
        after = fresh.score_channels(hit)[channel]
        learned = 1e-3  # what is no longer flagged is learned from, which moves what is near 0
        assert (after["temp_c_0"] <= before["temp_c_0"] + learned).all(), channel
        if (before["temp_c_0"] > 0.02).any():
            assert (after["temp_c_0"] < before["temp_c_0"]).any(), channel
            assert fresh.expected_rate_["temp_c_0"] < usual.expected_rate_["temp_c_0"]
        if channel in ("spike", "stuck", "noise"):
            pd.testing.assert_frame_equal(after.iloc[:, 1:], before.iloc[:, 1:])
    raised.raise_thresholds({})
    pd.testing.assert_frame_equal(raised.score_samples(hit), usual.score_samples(hit))


def test_an_answer_counts_from_when_it_was_known(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_each", lambda scope, keep: iter([(1, {"detector": {}})]))
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        settle(store)
        (kept,) = store.save_findings("Hillside", [replace(finding(), id="")], source="x", at=NOON)
        store.answer(Feedback(finding=kept.id, answer=Answer.FALSE, by="Ann", at=NOON, learned_at=NOON + DAY))
        known = [watch.calibrations(watch.at(store, "Hillside", NOON + days * DAY))[1]["factors"] for days in (0.9, 1)]
    assert known == [{}, {"temp_c_1": {"stuck": 1.25}}]
