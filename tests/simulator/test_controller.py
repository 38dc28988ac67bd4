from __future__ import annotations

import pytest

from farmlab.simulator import controller


@pytest.mark.parametrize(
    ("running", "warmer", "expected"),
    [(0, 0.0, 0), (0, -0.59, 0), (0, -0.7, 4), (4, -0.3, 1), (4, -0.1, 0), (0, -5.0, 8)],
)
def test_heaters_start_late_and_stop_late(running: float, warmer: float, expected: float) -> None:
    assert controller.heaters(running, warmer) == expected


def test_ventilation_goes_up_and_down_one_step_a_minute() -> None:
    steps, seen = 0.0, []
    for warmer in (3.0, 3.0, 3.0, -1.0, -1.0):
        steps = controller.steps(steps, warmer, band=0.5, most=10)
        seen.append(steps)
    assert seen == [1, 2, 3, 2, 1]


def test_ventilation_holds_within_its_hysteresis() -> None:
    assert controller.steps(1.0, 0.25, band=0.5, most=10) == 1
    assert controller.steps(1.0, 0.0, band=0.5, most=10) == 0
    assert controller.steps(0.0, 0.25, band=0.5, most=10) == 0


def test_age_limits_the_ventilation() -> None:
    assert controller.steps(3.0, 9.0, band=0.5, most=3) == 3
    assert controller.steps(5.0, 9.0, band=0.5, most=3) == 4
