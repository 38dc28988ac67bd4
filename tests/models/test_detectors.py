"""The battery over every registered detector."""

from __future__ import annotations

import pytest

from farmlab.models import checks, registry

DETECTORS = [entry.name for entry in registry.entries(task="anomaly")]


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_keeps_the_contract(name: str, check) -> None:
    check(registry.find(name))
