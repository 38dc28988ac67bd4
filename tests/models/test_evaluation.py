"""What the figures of detectors mean, by examples counted by hand and by what must hold for any of them."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farmlab.errors import InsufficientData
from farmlab.models.checks import healthy
from farmlab.models.evaluation import Event, Trial, figures, inject, interval, outcome, outcomes, quieter, vus_pr
from farmlab.models.evaluation.trial import again

HOUR = pd.Timedelta(hours=1)


def hours(count: int) -> pd.DatetimeIndex:
    return pd.date_range("2026-07-01", periods=count, freq="1h", tz="UTC")


def flags(count: int, *at: int) -> pd.Series:
    scores = pd.Series(0.1, index=hours(count))
    scores.iloc[list(at)] = 0.9
    return scores


class TestEvents:
    def test_counted_by_hand(self) -> None:
        """Hours 0–9 are history; an event at 20–23; flags at 5 (history), 22, 27 (recovery), 35, 36 and 40."""
        times = hours(50)
        event = Event("stuck", times[20], times[23])
        seen = outcome(flags(50, 5, 22, 27, 35, 36, 40), [event], start=times[10])
        assert [(found.kind, found.delay_h) for found in seen.found] == [("stuck", 2.0)]
        assert seen.false_episodes == 2
        assert seen.false_flags == 3
        assert seen.clean_days == pytest.approx((40 - 10) / 24)
        # Windows of four hours from 10 on that are free of the ten hours 20–29: they begin at 10–16 and 30–45.
        # Of these 23, those that begin at 32–40 hold one of the flags.
        assert seen.found[0].chance == pytest.approx(9 / 23)

    def test_a_spike_may_be_told_within_the_hour_after_it_and_nothing_else_may(self) -> None:
        times = hours(50)
        for kind, found in (("spike", True), ("stuck", False)):
            event = Event(kind, times[20], times[21])
            assert outcome(flags(50, 22), [event], start=times[0]).found[0].found is found

    def test_knowing_everything_is_worth_one(self) -> None:
        times = hours(100)
        seen = outcome(flags(100, *range(40, 50)), [Event("drift", times[40], times[49])], start=times[0])
        assert (seen.auc_pr, seen.found[0].delay_h, seen.false_episodes) == (1.0, 0.0, 0)

    @given(seed=st.integers(0, 10_000), rate=st.sampled_from([0.005, 0.02, 0.05]))
    @settings(max_examples=6, deadline=None)
    def test_a_detector_that_guesses_finds_what_chance_says(self, seed: int, rate: float) -> None:
        random = np.random.default_rng(seed)
        times = hours(600)
        units = []
        for _ in range(15):
            begins = [60 + 90 * at + int(random.integers(0, 40)) for at in range(6)]
            known = [Event("drift", times[at], times[at + 19]) for at in begins]
            scores = pd.Series(np.where(random.random(600) < rate, 0.9, 0.1), index=times)
            units.append(outcome(scores, known, start=times[0]))
        told = figures(units)
        assert told.recall.value == pytest.approx(told.chance, abs=0.2)
        assert told.chance == pytest.approx(1 - (1 - rate) ** 20, abs=0.15)


class TestVolume:
    def test_counted_by_hand(self) -> None:
        """One label at sample 1, the neighbour before it ranked first.

        Without a margin (l = 0 and 1) precision is .5 at full recall. With l = 2 both neighbours weigh √.5: the
        first sample gives recall √.5 / (1 + √.5/2) at precision √.5, the second all of it at (1 + √.5) / 2.
        """
        half = 0.5**0.5
        first = half / (1 + half / 2)
        expected = (0.5 + 0.5 + first * half + (1 - first) * (1 + half) / 2) / 3
        labels = np.array([False, True, False, False])
        assert vus_pr(labels, np.array([0.9, 0.5, 0.1, 0.2]), window=2) == pytest.approx(expected)

    def test_guessing_gives_about_the_share_of_labels(self) -> None:
        random = np.random.default_rng(3)
        labels = np.arange(4000) // 100 % 10 == 4
        assert vus_pr(labels, random.random(4000), window=50) == pytest.approx(0.1, abs=0.03)

    def test_a_near_miss_is_worth_more_than_a_far_one(self) -> None:
        labels = np.zeros(400, bool)
        labels[200:220] = True
        near, far = np.zeros(400), np.zeros(400)
        near[222:240], far[300:318] = 1.0, 1.0
        assert vus_pr(labels, near, window=40) > 2 * vus_pr(labels, far, window=40)

    @given(st.lists(st.integers(0, 50), min_size=40, max_size=80), st.integers(0, 12))
    @settings(max_examples=30, deadline=None)
    def test_only_the_order_of_scores_counts(self, scores: list[int], window: int) -> None:
        values, labels = np.array(scores, float), np.arange(len(scores)) // 6 % 4 == 1
        volume = vus_pr(labels, values, window=window)
        assert 0 <= volume <= 1
        assert vus_pr(labels, np.exp(values / 10), window=window) == pytest.approx(volume)


class TestIntervals:
    def test_they_narrow_with_more_units_and_hold_the_figure(self) -> None:
        random = np.random.default_rng(1)
        few, many = (
            interval(list(random.normal(5, 1, count)), lambda drawn: float(np.mean(drawn))) for count in (8, 200)
        )
        for told in (few, many):
            assert told.low < told.value < told.high
        assert many.high - many.low < (few.high - few.low) / 2

    def test_one_unit_has_none(self) -> None:
        assert np.isnan(interval([1.0], lambda drawn: drawn[0]).low)


class TestInjection:
    def test_only_what_is_labelled_is_changed_and_the_grain_stays(self) -> None:
        table = healthy(days=21)
        start = table.index[10 * 144]
        faulty, events = inject(table, start=start, each=3, seed=5)
        for column in table:
            inside = np.zeros(len(table), bool)
            for event in events[column]:
                inside |= (table.index >= event.start) & (table.index <= event.end)
            changed = faulty[column] != table[column]
            assert len(events[column]) == 3
            assert changed.any()
            assert not changed[~inside].any()
            assert table.index[changed][0] >= start
        grain = faulty["temp_c_1"].dropna() / 0.1
        assert np.allclose(grain, grain.round(), atol=1e-6)

    def test_another_seed_breaks_other_things_and_too_many_are_refused(self) -> None:
        table = healthy(days=14)
        start = table.index[5 * 144]
        assert inject(table, start=start, seed=1)[1] != inject(table, start=start, seed=2)[1]
        with pytest.raises(InsufficientData, match="do not fit"):
            inject(table, start=table.index[-100])


class Oracle:
    """Scores 0.75 from the jump on, and expects 0.3 false episodes a day; it needs five days."""

    expected_rate_ = pd.Series({"temp_c": 0.3})

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        if X.index[-1] - X.index[0] < 5 * 24 * HOUR:
            raise InsufficientData("too short")
        return self

    def score_samples(self, X: pd.DataFrame) -> pd.DataFrame:
        return (X > 30) * 0.75


class TestTrial:
    @pytest.fixture
    def trial(self) -> Trial:
        table = pd.DataFrame({"temp_c": 20.0}, index=hours(20 * 24))
        table.iloc[300:310] = 40.0
        table.iloc[60:70] = 40.0
        event = Event("offset", table.index[300], table.index[309])
        return Trial("room", table, {"temp_c": (event,)}, table.index[2 * 24], settling="14D")

    def test_a_detector_is_walked_forward_and_silent_until_it_can_judge(self, trial: Trial) -> None:
        (seen,), scores = outcomes(Oracle, trial, volume=True)  # type: ignore[arg-type]
        assert (seen.found[0].delay_h, seen.false_episodes, seen.intended) == (0.0, 0, pytest.approx(0.3))
        assert scores["temp_c"].iloc[60:70].max() == 0.0
        assert seen.vus_pr > 0.5

    def test_at_a_quieter_point_less_is_intended(self, trial: Trial) -> None:
        found, scores = outcomes(Oracle, trial)  # type: ignore[arg-type]
        (quiet,) = again(found, scores, trial, threshold=quieter(1 / 4))
        assert quiet.intended == pytest.approx(0.3 / 4)
        assert not quiet.found[0].found

    def test_what_a_detector_achieves_is_set_against_what_it_intends(self, trial: Trial) -> None:
        found, _ = outcomes(Oracle, Trial("none", trial.table, {}, trial.judged_from))  # type: ignore[arg-type]
        told = figures(found)
        assert told.ratio == pytest.approx(1 / found[0].clean_days / 0.3)
        assert told.events == 0
        assert np.isnan(told.recall.value)
