from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from farmlab import findings
from farmlab.domain import Category, Event, EventKind, Finding, Severity
from farmlab.findings import cause_rules, facts, similar
from farmlab.findings.causes import ranked
from farmlab.findings.facts import Fact
from tests.findings.houses import START, UNTIL, ZONE, house, last, look


def found(wide: object, kind: str, **options: object) -> Finding:
    mine = [finding for finding in look(wide, **options) if finding.kind == kind]  # type: ignore[arg-type]
    assert len(mine) == 1
    return mine[0]


def test_the_tree_is_whole() -> None:
    """Every cause that a kind or a question names is described, every question can be answered and is asked."""
    named = {code for behind in cause_rules.BEHIND.values() for code in behind}
    weighed = {code for asked in cause_rules.QUESTIONS.values() for code in (*asked.yes, *asked.no)}
    assert named == set(cause_rules.CAUSES)
    assert weighed <= named
    assert set(cause_rules.QUESTIONS) == set(facts.ANSWERS)
    assert all(share > 0 for behind in cause_rules.BEHIND.values() for share in behind.values())


@pytest.mark.parametrize("kind", cause_rules.BEHIND)
def test_confidence_is_a_share_and_something_is_left_for_the_unknown(kind: str) -> None:
    shares = ranked(kind, {name: Fact(True, "") for name in cause_rules.QUESTIONS})
    assert sum(shares.values()) == pytest.approx(0.95)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_an_alarm_of_the_power_is_believed() -> None:
    wide = house()
    rows = last(wide, 0.7) & ~last(wide, 0.2)
    wide.loc[rows, "pressure_pa"] = 0.0
    alarm = Event(house=1, time=UNTIL - timedelta(minutes=40), kind=EventKind.ALARM, message="Power failure")
    finding = found(wide, "power_cut", events=[alarm])
    assert finding.data["causes"][0] == "power_cut"
    assert finding.severity is Severity.CRITICAL
    assert any('"Power failure"' in item["text"] and item["for"] for item in finding.data["evidence"])


def test_inlets_that_hang_are_told_from_fans_that_stand() -> None:
    wide = house()
    wide["pressure_set_pa"] = 20.0
    rows = last(wide, 3)
    wide.loc[rows, "inlet_pct_1"] = 60.0
    wide.loc[rows, "pressure_pa"] = 2.0
    finding = found(wide, "inlet")
    assert finding.data["causes"][0] == "inlet"


def test_one_end_of_the_house_grows_warmer() -> None:
    wide = house()
    rows = last(wide, 8)
    for number, warmer in enumerate((-1.2, -0.4, 0.4, 1.2), start=1):
        wide.loc[rows, f"temp_c_{number}"] += warmer
    assert any(f.kind == "uneven" or "One end" in str(f.data.get("also")) for f in look(wide))


def test_more_heaters_than_yesterday_and_a_cooler_house() -> None:
    wide = house()
    wide["heaters_running"] = 2.0 + np.arange(len(wide)) % 2
    rows = last(wide, 3)
    wide.loc[rows, "heaters_running"] = 7.0
    wide.loc[rows, [f"temp_c_{n}" for n in range(1, 5)]] -= 0.6
    finding = found(wide, "heater")
    assert finding.data["causes"][0] == "heater"
    assert "usual" in finding.title


def test_a_pad_that_runs_and_does_not_cool() -> None:
    wide = house()
    wide["temp_c_outside"] = 31.0
    rows, cools = last(wide, 3), last(wide, 30) & ~last(wide, 27)
    wide["pad_on"] = 0.0
    wide.loc[rows | cools, "pad_on"] = 1.0
    wide.loc[cools, [f"temp_c_{n}" for n in range(1, 5)]] -= 5.0
    assert found(wide, "cooling_pad").data["causes"][0] == "cooling_pad"
    wide.loc[rows, [f"temp_c_{n}" for n in range(1, 5)]] -= 5.0
    assert "cooling_pad" not in {finding.kind for finding in look(wide)}


def test_what_was_mended_teaches() -> None:
    told = found_fan_loss()
    at = told.start + timedelta(hours=5)
    mended = Event(house=1, time=at, kind=EventKind.MAINTENANCE_DONE, message="belt replaced")
    past = similar.labelled([told], [mended], timezone=ZONE)
    assert [episode.code for episode in past] == ["fan_belt"]
    again = found_fan_loss(past=past)
    assert again.data["like"].startswith(f"like {told.start.date()} in house 1, which was: a fan belt")
    share = dict(zip(told.data["causes"], told.data["confidence"], strict=True))
    later = dict(zip(again.data["causes"], again.data["confidence"], strict=True))
    assert later["fan_belt"] > share["fan_belt"]


def found_fan_loss(**options: object) -> Finding:
    wide = house()
    rows = last(wide, 3)
    wide.loc[rows, "inlet_pct_1"] = (wide.loc[rows, "inlet_pct_1"] * 0.5).round()
    return found(wide, "fan_loss", **options)


def test_a_repair_elsewhere_or_much_later_teaches_nothing() -> None:
    told = found_fan_loss()
    late = Event(house=1, time=told.start + timedelta(days=9), kind=EventKind.MAINTENANCE_DONE, message="belt replaced")
    elsewhere = Event(house=2, time=told.start, kind=EventKind.MAINTENANCE_DONE, message="belt replaced")
    assert similar.labelled([told], [late, elsewhere], timezone=ZONE) == []


def test_an_episode_is_called_by_its_day_on_the_farm() -> None:
    told = replace(found_fan_loss(), start=datetime(2026, 6, 29, 22, 30, tzinfo=UTC))
    mended = Event(house=1, time=told.start, kind=EventKind.MAINTENANCE_DONE, message="belt replaced")
    [episode] = similar.labelled([told], [mended], timezone="Europe/Berlin")
    assert episode.day == date(2026, 6, 30)


def test_air_that_is_missing_is_said_with_one_number() -> None:
    told = found_fan_loss()
    said = f"{100 * told.data['deficit']:.0f} % less air than asked"
    assert said in told.title
    assert said in told.data["evidence"][0]["text"] or said in told.why[0].evidence


def test_what_harms_birds_sooner_comes_first() -> None:
    def finding(kind: str, harm_h: float, **more: object) -> Finding:
        given = {"category": Category.FAILURE, "house": 1, "subject": kind, "title": "", "start": START} | more
        return Finding(kind=kind, data={"harm_h": harm_h}, **given)  # type: ignore[arg-type]

    over = finding("over", 1.0, end=datetime(2026, 6, 30, tzinfo=UTC))
    slow, soon = finding("water_leak", 48.0), finding("fan_loss", 3.0)
    critical = finding("no_water", 60.0, severity=Severity.CRITICAL)
    assert findings.ranked([slow, over, soon, critical]) == [critical, soon, slow, over]


def test_a_finding_does_not_flicker_at_its_limit() -> None:
    wide = house()
    rows = last(wide, 4)
    wide.loc[rows, [f"temp_c_{n}" for n in range(1, 5)]] += 5.0
    dip = last(wide, 2.0) & ~last(wide, 1.5)
    wide.loc[dip, [f"temp_c_{n}" for n in range(1, 5)]] -= 1.8
    assert found(wide, "temperature_high", calibrated=False).start < UNTIL - timedelta(hours=3)
