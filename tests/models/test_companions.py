from __future__ import annotations

import numpy as np
import pytest

from farmlab.models import companions
from farmlab.models.companions import Courses

RANDOM = np.random.default_rng(4)


def test_a_jump_is_told_and_a_ramp_counts_half() -> None:
    jump = np.r_[np.full(30, 20.0), np.full(30, 22.0)][:, None]
    ramp = np.r_[np.full(30, 20.0), np.linspace(20, 22, 12), np.full(18, 22.0)][:, None]

    assert companions.jump(jump).max() == 2.0
    assert companions.jump(ramp).max() <= 0.6


def test_a_swing_goes_both_ways() -> None:
    quiet = np.full((60, 1), 20.0)
    spike, jump, noise = quiet.copy(), quiet.copy(), quiet + RANDOM.normal(0, 1, (60, 1))
    spike[30] += 9
    jump[30:] += 9

    assert companions.swing(spike).max() == 0
    assert companions.swing(jump).max() == 0
    assert companions.swing(noise)[20:].max() > 0.5


def test_a_change_counts_only_as_far_as_both_show_it() -> None:
    shown = np.r_[np.full(30, 20.0), np.full(30, 23.0)][:, None]
    explained, still = np.full((60, 1), 5.0), np.ones((60, 1))

    assert not Courses(shown, explained, still).jumps().any()
    assert not Courses(np.full((60, 1), 20.0), shown, still).jumps().any()
    assert Courses(shown, shown - 20, still).jumps().max() == 3.0


def test_missing_readings_are_no_change() -> None:
    shown = np.r_[np.full(30, 20.0), np.full(30, np.nan), np.full(3, 25.0)][:, None]

    assert not Courses(shown, shown, np.ones(shown.shape)).jumps().any()


def test_what_is_rare_but_explains_is_learned_and_a_fault_is_not() -> None:
    lights = np.zeros(3000)
    for start in range(100, 3000, 288):
        lights[start : start + 100] = 1.0
    fan = np.cumsum(RANDOM.normal(0, 0.02, 3000))
    signal = 0.3 * lights - 0.8 * fan + RANDOM.normal(0, 0.01, 3000)
    signal[2000:2050] += 5.0  # a sensor that was displaced for hours

    found = companions.weights(signal, np.column_stack([lights, fan]))

    assert found == pytest.approx([0.3, -0.8], abs=0.06)


def test_the_limit_stands_days_with_a_fault_and_needs_some_days() -> None:
    clean = RANDOM.normal(2.0, 0.2, 20)
    faulty = clean.copy()
    faulty[:3] = 50.0

    assert companions.limit(faulty, times=1.6, floor=0.1) < 1.2 * companions.limit(clean, times=1.6, floor=0.1)
    assert companions.limit(clean, times=1.6, floor=9.0) == 9.0
    assert companions.limit(clean[:3], times=1.6, floor=0.1) == float("inf")
