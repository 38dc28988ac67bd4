from __future__ import annotations

from datetime import timedelta

import pytest

from farmlab import clock, config
from farmlab.config import Settings
from farmlab.domain import Category, Farm, Finding, House, Hypothesis, Severity
from farmlab.store import Store

HOSTILE = "<img src=x onerror=window.evil=1>"


def fill(store: Store) -> None:
    """A farm with a broken fan and a name that an enemy gave, nothing else."""
    now = clock.now()
    store.add_farm(Farm(name="Hillside", timezone="Europe/Berlin", integration="rotem"))
    store.save_house("Hillside", House(number=3))
    fan = Finding(
        category=Category.FAILURE, kind="fan_loss", house=3, subject="tunnel fans", severity=Severity.CRITICAL,
        title=f"Tunnel fan 2 is not moving air {HOSTILE}", start=now - timedelta(hours=3), score=0.9,
        why=(Hypothesis(cause="Broken belt", confidence=0.7, evidence=f"pressure 8 Pa under set {HOSTILE}"),),
        check=("Look at the belt and the breaker", f"Open the curtain by hand {HOSTILE}"),
    )  # fmt: skip
    store.save_findings("Hillside", [fan], source="test", at=now)


@pytest.fixture
def settings() -> Settings:
    """The home of this test, with the farm."""
    settings = config.load()
    with Store.open(settings) as store:
        fill(store)
    return settings
