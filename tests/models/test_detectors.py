"""The battery over every registered detector."""

from __future__ import annotations

import pytest

from farmlab.models import checks, registry

DETECTORS = [entry.name for entry in registry.entries(task="anomaly")]


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_keeps_the_contract(name: str, check) -> None:
    check(registry.find(name))


def test_the_default_detector_restarts_after_a_gap_and_a_change_that_stays() -> None:
    checks.check_restarts(registry.default("anomaly"))  # type: ignore[arg-type]


def test_a_fixed_picture_of_what_is_usual_does_not() -> None:
    with pytest.raises(AssertionError, match="10 days after the offset"):
        checks.check_restarts(registry.find("z_score"))  # type: ignore[arg-type]
