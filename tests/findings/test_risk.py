"""Outlooks and findings of risk, on a house that is well and on one of which the fans wear."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Category, Flock, House, Severity
from farmlab.features import wear
from farmlab.findings import outlook, risk
from farmlab.models.failure import HORIZONS, TAUGHT, taught
from tests.features.test_wear import house

FLOCK = Flock(house=1, placed_on=date(2026, 2, 20), breed="ross308")


def looked(wide: pd.DataFrame) -> dict[str, outlook.Outlook]:
    until = wide.index[-1].to_pydatetime()
    found = outlook.outlooks(
        wide, House(number=1), [FLOCK], until=until, timezone="UTC", model=taught(), trained=TAUGHT, rarer=4.0
    )
    return {one.part: one for one in found}


@pytest.fixture(scope="module")
def well() -> dict[str, outlook.Outlook]:
    return looked(house())


@pytest.fixture(scope="module")
def worn() -> dict[str, outlook.Outlook]:
    return looked(house(worn=0.13))


def test_worn_fans_are_more_likely_to_fail_and_less_healthy(
    well: dict[str, outlook.Outlook], worn: dict[str, outlook.Outlook]
) -> None:
    before, after = well["side_fans"], worn["side_fans"]
    assert max(after.risks.values()) > 2 * max(before.risks.values())
    assert after.health.score < 70 < before.health.score
    assert after.health_trend < 0
    assert after.reasons[0].name == "side_air"
    assert "worse than usual" in after.reasons[0].says


def test_what_nothing_tells_of_has_neither_risk_nor_health(well: dict[str, outlook.Outlook]) -> None:
    pads = well["cooling_pad"]
    assert not pads.known
    assert pads.health.band == "unknown"
    assert np.isnan(pads.health.score)


def test_a_trend_becomes_a_finding_with_a_step(
    well: dict[str, outlook.Outlook], worn: dict[str, outlook.Outlook]
) -> None:
    until = pd.Timestamp("2026-03-18", tz="UTC").to_pydatetime()
    assert risk.findings(list(well.values()), start=until, until=until) == []
    found = risk.findings(list(worn.values()), start=until, until=until, farm="Hill")
    assert [(one.category, one.kind, one.subject) for one in found] == [
        (Category.FAILURE, "fan_belt_risk", "side fans")
    ]
    (finding,) = found
    assert finding.severity is not Severity.CRITICAL
    assert finding.check[0].startswith("Check belt")
    assert finding.data["trained_on"] == TAUGHT
    assert set(HORIZONS) <= set(finding.data)


def test_a_short_silent_or_empty_house_says_nothing() -> None:
    wide = house()
    given = {"until": wide.index[-1].to_pydatetime(), "timezone": "UTC", "model": taught(), "trained": TAUGHT}
    assert outlook.outlooks(wide.iloc[:0], House(number=1), [FLOCK], **given) == []
    assert outlook.outlooks(wide, House(number=1), [], **given) == []
    young = outlook.outlooks(wide.iloc[-144:], House(number=1), [FLOCK], **given)
    assert all(one.health.band == "unknown" for one in young if one.part != "controller")
    assert risk.findings(young, start=given["until"], until=given["until"]) == []


def test_constant_readings_are_no_trend() -> None:
    wide = house()
    still = pd.DataFrame(np.tile(wide.iloc[0].to_numpy(), (len(wide), 1)), index=wide.index, columns=wide.columns)
    found = looked(still)
    assert all(one.crossing is None for one in found.values())
    assert not any(risk.calls(one) for one in found.values())


def test_a_fan_that_has_just_stopped_makes_the_group_unwell_before_the_day_is_over() -> None:
    wide = house()
    wide.iloc[-4 * 6 :, wide.columns.get_loc("inlet_pct_1")] *= 0.4  # half of the air, for some hours of the day
    assert looked(wide)["side_fans"].health.band == "act"


def test_what_swings_as_it_always_does_is_no_wear() -> None:
    rough = pd.Series({"level": 0.9, "now": 1.1, "spread": 1.2})
    assert wear.beyond(rough) == 0
    assert wear.beyond(rough.replace(1.2, 0.1)) == pytest.approx(1.0)
