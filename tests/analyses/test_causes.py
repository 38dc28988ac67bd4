from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from farmlab.analyses import blocks, causes
from farmlab.domain import Severity

if TYPE_CHECKING:
    from farmlab.scope import Scope


def test_the_stuck_sensor_and_the_fan_of_the_sample_are_explained(
    house: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []
    monkeypatch.setattr(blocks, "display", shown.append)
    explained = causes.explain(house)
    first = {item.kind: item.data["causes"][0] for item in explained}
    assert first["fan_loss"] == "fan_loss"
    assert first["stuck"] == "sensor_stuck"
    drawn = causes.show(explained, house)
    assert len(shown) == 2 * len(drawn)
    assert all("<svg" in item.data["drawing"] for item in drawn)
    assert len(drawn) + len(causes.others(explained)) == len(explained)
    assert drawn[0].why[0].cause in causes.summary(explained)
    assert len(causes.table(explained)) == len(explained)
    assert all(item.data["harm_h"] > 0 for item in explained if item.severity is not Severity.INFO)


def test_a_quiet_room_needs_no_explanation() -> None:
    assert causes.summary([]) == "Nothing needs an explanation."
    assert causes.table([]).empty
