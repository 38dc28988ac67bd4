"""The four analyses on the sample farms: what they say is so, and it is said the way pages need it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from farmlab.analyses import anomaly, arrivals, blocks, coming, daily
from farmlab.domain import Category, Finding, Hypothesis, Sensor, Severity, Verdict, VerdictState
from farmlab.figures import Picture
from farmlab.findings import seen
from farmlab.text import signed

if TYPE_CHECKING:
    from farmlab.scope import Scope


def test_coverage_of_the_house_is_what_came_of_what_was_expected(house: Scope) -> None:
    rows = arrivals.houses(house)
    came = house.wide(1)
    expected = (house.until - house.start) / house.step
    assert rows["house"].tolist() == [1]
    assert rows["coverage"].iloc[0] == pytest.approx(came.notna().sum().mean() / expected, abs=0.02)
    assert arrivals.values(rows)["coverage"] == round(rows["coverage"].iloc[0], 4)


def test_faults_name_the_sensor_that_a_rule_marked(house: Scope) -> None:
    rows = arrivals.faults(house)
    marked = arrivals.flags(house, house.houses[0])
    bad = set(marked.loc[marked["rule"].isin(["range", "spike", "stuck"]), "sensor"])
    labels = {sensor.source_key: sensor.label for sensor in house.sensors(1)}
    assert {labels[key] for key in bad} <= set(rows["sensor"])
    assert "<table>" in arrivals.fault_table(rows, house).html


def test_a_house_that_only_lost_single_readings_has_no_fault(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = arrivals.flags(house, house.houses[0])
    single = marked.iloc[:1].assign(rule="missing", value=1.0)
    monkeypatch.setattr(arrivals, "flags", lambda *_: single)
    assert arrivals.faults(house).empty


def test_the_room_is_in_order_and_its_strip_says_so(room: Scope) -> None:
    picture = arrivals.picture(room, room.houses[0])
    assert "100 % of the expected readings" in picture.alt
    assert arrivals.faults(room).empty


def test_of_several_houses_the_strips_of_those_in_order_are_folded(
    house: Scope, room: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Picture] = []
    monkeypatch.setattr(blocks, "display", shown.append)
    arrivals.show(room)
    assert room.verdict_of(room.houses[0]).state is VerdictState.OK
    arrivals.show(replace(room, houses=room.houses * 2))
    arrivals.show(replace(house, houses=house.houses * 2))
    bad = house.verdict_of(house.houses[0]).state is not VerdictState.OK
    assert [picture.folded for picture in shown] == [False, True, True, not bad, not bad]


def test_detection_agrees_with_its_own_summary(house: Scope) -> None:
    detected = anomaly.detect(house)
    urgent = [item for item in detected.findings if item.severity is not Severity.INFO]
    said = anomaly.summary(detected, house)
    assert (said.startswith("Nothing unusual")) == (not urgent)
    assert len(anomaly.episode_table(detected)) == detected.count
    assert set(detected.expected_per_day) == {1}


def test_an_injected_stuck_sensor_becomes_an_episode(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    read = type(house).wide

    def broken(self: Scope, number: int, *, history_hours: float = 0, metric: object = None) -> pd.DataFrame:
        wide = read(self, number, history_hours=history_hours, metric=metric).copy()  # type: ignore[arg-type]
        wide.loc[self.until - timedelta(hours=12) :, "temp_c_4"] = 24.4
        return wide

    monkeypatch.setattr(type(house), "wide", broken)
    table = anomaly.episode_table(anomaly.detect(house))
    assert "stuck" in set(table.loc[table["sensor"] == "temp_c_4", "kind"])


@pytest.fixture(scope="module")
def ahead(house: Scope) -> list[coming.Coming]:
    return coming.coming(house)


def test_forecasts_follow_the_present_and_hold_an_interval(house: Scope, ahead: list[coming.Coming]) -> None:
    assert {item.metric for item in ahead} == {"temp", "rh", "water", "feed", "co2", "nh3"}
    table = coming.table_of(ahead)
    assert (table["time"] > pd.Timestamp(house.until).floor("h")).all()
    assert (table["lower"] <= table["forecast"]).all()
    assert (table["forecast"] <= table["upper"]).all()
    assert (table.loc[table["metric"] == "water", "lower"] >= 0).all()
    totals = coming.values(ahead)
    water = table[table["metric"] == "water"].head(24)["forecast"].sum()
    assert totals["water/1"] == pytest.approx(water, abs=0.1)
    assert f"{water:.0f} l of water" in coming.summary(ahead)


def test_back_test_stands_beside_yesterdays_value(ahead: list[coming.Coming]) -> None:
    tested = coming.backtest(ahead)
    naive = tested[tested["model"] == "seasonal-naive"]
    assert np.allclose(naive["ratio"], 1.0)
    shown = coming.backtest_table(tested)
    assert len(shown) == 2 * len(ahead)
    assert set(shown["model"]) <= {"ensemble", "seasonal-naive"}
    assert coming.backtest_table(tested.iloc[:0]).empty
    shares = coming.members_table(ahead).drop(columns=["house", "series"])
    assert shares.sum(axis=1).between(97, 103).all()


def test_what_forecasts_warn_of_is_said_first_and_carries_its_figure(house: Scope, ahead: list[coming.Coming]) -> None:
    found = coming.warnings(ahead, house)
    assert all(item.category is Category.FORECAST for item in found)
    warned = replace(finding(Severity.WARNING, 1, house, title="Heat stress likely tomorrow"), subject="temp")
    assert coming.summary(ahead, [warned]) == "House 1: Heat stress likely tomorrow"
    assert coming.summary(ahead, [finding(Severity.INFO, 1, house)]).startswith("The next 24 hours")
    (drawn,) = coming.show(ahead, [warned], house)
    assert "<svg" in drawn.data["drawing"]
    assert coming.show(ahead, [], house) == []


def test_a_series_without_history_is_refused_in_a_sentence(house: Scope) -> None:
    items = [coming.Coming(house.houses[0], house.sensors(1)[0], None, refusal="too short")]
    assert coming.show(items, [], house) == []
    assert "too short" in coming.refusals(items).html
    assert coming.summary(items).startswith("No forecast could be made")
    assert coming.table_of(items).empty
    assert coming.values(items) == {}


def test_house_row_compares_with_targets(house: Scope) -> None:
    days = daily.flocks(house)
    days[1]["mortality_pct"] = 1.25
    row = daily.house_table(house, days).iloc[0]
    assert row["age"] == f"{house.age_days(1)} d"
    assert "set" in row["temp"]
    assert row["spark"].startswith("<svg")
    day = days[1][days[1]["complete"]].iloc[-1]
    over = round(100 * (day["weight_g"] / day["weight_target_g"] - 1))
    assert over != 0
    assert row["weight_vs_target"] == f"{signed(over)} %"
    assert row["mortality"] == f"{day['mortality_pct']:.2f} % (target {day['mortality_target_pct']:.2f})"
    targets = daily.target_table(house, days).iloc[0]
    assert targets["weight, g"] == f"{day['weight_g']:.0f} (target {day['weight_target_g']:.0f})"
    assert targets["mortality, %"] == f"{day['mortality_pct']:.2f} (target {day['mortality_target_pct']:.2f})"
    assert daily.values(daily.target_table(house, days)) == {"days_behind/1": targets["days behind"]}


def test_the_next_24_hours_are_those_of_a_forecast_that_reaches_so_far(
    house: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = pd.date_range(house.until + timedelta(hours=1), periods=48, freq="h")
    both = [pd.DataFrame({"house": 1, "metric": metric, "time": times, "forecast": value}) for metric, value in
            (("water", np.r_[np.full(24, 10.0), np.full(24, 99.0)]), ("temp", 21.0))]  # fmt: skip

    def run(rows: pd.DataFrame) -> SimpleNamespace:
        return SimpleNamespace(tables={"forecast": rows}, table=lambda name: rows.copy())

    fresh, old = run(pd.concat(both)), run(pd.concat([rows.head(20) for rows in both]))
    monkeypatch.setattr(daily, "last", lambda lab, notebook: fresh)
    [row] = daily.next_days(house).to_dict("records")
    assert row == {"house": 1, "temperature, °C": "21.0 to 21.0", "water, l": "240"}
    monkeypatch.setattr(daily, "last", lambda lab, notebook: old)
    assert daily.next_days(house).to_dict("records") == [{"house": 1}]


def test_steps_are_planned_only_when_somebody_has_planned_them(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = pd.DataFrame({"house": 1, "step": ["a", "b", "c"], "status": ["recommended", "scheduled", "overdue"]})
    monkeypatch.setattr(daily.actions, "table", lambda *a, **k: steps)
    assert daily.planned(house)["step"].tolist() == ["b", "c"]


def test_what_silos_hold_is_their_sum_by_their_newest_readings(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    times = pd.date_range(house.start, periods=3, freq="h")
    silos = pd.DataFrame({"silo_kg_1": [900.0, 800.0, np.nan], "silo_kg_2": [500.0, np.nan, 450.0]}, index=times)
    monkeypatch.setattr(type(house), "wide", lambda self, number, **more: silos)
    monkeypatch.setattr(type(house), "sensors", lambda self, number: [Sensor(house=1, source_key="s", metric="silo")])
    assert coming._silo(house, house.houses[0]) == 1250.0
    monkeypatch.setattr(type(house), "sensors", lambda self, number: [])
    assert coming._silo(house, house.houses[0]) is None


def test_sensors_at_fault_are_counted_once_whatever_rules_marked_them(house: Scope) -> None:
    rows = pd.DataFrame({"house": [1, 1, 2], "sensor": "CO₂", "rule": ["stuck", "range", "stuck"], "times": 3,
                         "first": house.start, "last": house.until})  # fmt: skip
    assert arrivals.fault_table(rows, house).text.startswith("2 sensors at fault")
    assert arrivals.fault_table(rows.head(2), house).text.startswith("1 sensor at fault")
    assert arrivals.fault_table(rows.head(0), house).text.startswith("No sensor is at fault")


def test_a_room_has_no_flock_and_no_target(room: Scope) -> None:
    assert daily.flocks(room) == {}
    assert daily.target_table(room, {}).empty
    assert daily.values(daily.target_table(room, {})) == {}
    assert daily.house_table(room, {}).iloc[0]["age"] == ""


@pytest.mark.parametrize(
    ("weight_g", "mortality_pct", "said"),
    [
        (960, 1.0, ""),
        (930, 1.0, "7 % lighter than its target"),
        (np.nan, 3.2, "mortality 3.2 %, above 3.0 %, where somebody should act"),
        (1100, np.nan, ""),
    ],
)
def test_a_flock_is_off_target_by_its_last_complete_day(weight_g: float, mortality_pct: float, said: str) -> None:
    target = {"weight_target_g": 1000.0, "mortality_action_pct": 3.0}
    whole = {"complete": True, "weight_g": weight_g, "mortality_pct": mortality_pct, **target}
    running = {"complete": False, "weight_g": 10.0, "mortality_pct": 90.0, **target}
    assert daily.off_target(pd.DataFrame([whole, running])) == said


def finding(severity: Severity, house: int, scope: Scope, title: str = "Something") -> Finding:
    return Finding(
        category=Category.ANOMALY, kind="stuck", house=house, subject="temp_c_1", start=scope.start, title=title,
        severity=severity, score=0.9, why=(Hypothesis(cause="a cable", confidence=0.7, evidence="it repeats"),),
        check=("Look at the cable.",),
    )  # fmt: skip


def test_first_sentence_counts_houses_not_findings(house: Scope) -> None:
    assert daily.sentence([], house) == "1 house in order"
    twice = [finding(Severity.WARNING, 1, house), finding(Severity.CRITICAL, 1, house)]
    assert daily.sentence(twice, house) == "1 house of 1 needs you today: 1"
    assert daily.sentence([finding(Severity.INFO, 1, house)], house) == "1 house in order"


def test_what_may_come_asks_for_somebody_too_as_it_does_on_the_first_page(
    house: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    silo = replace(finding(Severity.WARNING, 1, house), category=Category.FORECAST, kind="silo_ahead")
    monkeypatch.setattr(type(house.store), "findings", lambda self, *a, **k: [silo])
    assert daily.sentence([], house) == "1 house of 1 wants a look: 1; nothing is urgent"
    monkeypatch.setattr(type(house.store), "findings", lambda self, *a, **k: [replace(silo, severity=Severity.INFO)])
    assert daily.sentence([], house) == "1 house in order"


def test_what_is_wrong_with_the_farm_itself_is_said_although_every_house_is_in_order(house: Scope) -> None:
    farm = finding(Severity.WARNING, 0, house, title="No readings could be fetched")
    assert daily.sentence([farm], house) == "No readings could be fetched"
    detected = anomaly.Detected([farm], {}, {}, pd.DataFrame())
    assert anomaly.summary(detected, house) == "No readings could be fetched."


@pytest.mark.parametrize(
    ("weight_g", "said"), [(1010.0, "weight and mortality on target"), (1160.0, "16 % heavier than its target")]
)
def test_a_flock_that_is_not_off_target_is_folded_under_what_is_true_of_it(
    house: Scope, monkeypatch: pytest.MonkeyPatch, weight_g: float, said: str
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(blocks, "display", shown.append)
    days = daily.flocks(house)[1]
    days["weight_g"], days["weight_target_g"] = weight_g, 1000.0
    daily.show_targets(house, {1: days})
    assert (shown[0].alt, shown[0].folded) == (f"House 1: {said}", True)


def test_blocks_escape_what_comes_from_outside(house: Scope) -> None:
    hostile = finding(Severity.WARNING, 1, house, title="<script>alert(1)</script>")
    html = blocks.block(hostile, house).html
    assert "<script>" not in html
    assert "Look at the cable." in html
    assert "70 %" in html
    assert "&lt;script&gt;" in blocks.others([hostile], house).html
    assert blocks.others([], house).html == ""


def test_urgent_findings_become_blocks_and_the_rest_a_list(house: Scope) -> None:
    many = [finding(Severity.WARNING, 1, house) for _ in range(10)] + [finding(Severity.INFO, 1, house)]
    detected = anomaly.Detected(many, {}, {}, pd.DataFrame())
    assert len(anomaly.urgent(detected)) == 8
    assert len(anomaly.others(detected)) == 3


def test_shown_findings_carry_their_figure(house: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    (drawn,) = blocks.show([finding(Severity.WARNING, 1, house)], house)
    assert "<svg" in drawn.data["drawing"]
    assert blocks.show([], house) == []


def test_evidence_shows_the_sensor_that_is_named(house: Scope) -> None:
    picture = blocks.evidence(finding(Severity.WARNING, 1, house), house)
    assert picture is not None
    assert "temperature 1" in picture.svg
    nothing = replace(finding(Severity.WARNING, 1, house), subject="nothing", kind="other")
    assert blocks.evidence(nothing, house) is None


def test_evidence_shows_what_a_finding_was_judged_by(house: Scope) -> None:
    found = finding(Severity.WARNING, 1, house)
    times = pd.date_range(found.start, house.until, freq="5min")
    judged = pd.DataFrame({"seen": 50.0, "lower": 0.0, "upper": 20.0}, index=times)
    kept = seen.kept(judged, since=times[0], label="missing air", unit="%")
    picture = blocks.evidence(replace(found, data={seen.SEEN: kept}), house)
    assert "missing air, %" in picture.svg
    assert "50 %" in picture.svg
    assert "temperature 1" not in picture.svg


def test_verdict_is_said_with_shape_word_and_reason() -> None:
    table = blocks.verdict(Verdict(state=VerdictState.WARNING, reasons=("a <b> reason",), simulated=True))
    assert "▲ warning" in table.html
    assert "a &lt;b&gt; reason" in table.html
    assert "simulated" in table.html
    assert "in order" in blocks.verdict(Verdict(state=VerdictState.OK)).html


def test_what_comes_next_is_told_the_likeliest_first_and_advice_last(house: Scope, monkeypatch) -> None:
    def found(kind: str, category: Category, score: float, step: str) -> Finding:
        return Finding(category=category, kind=kind, house=1, subject="x", start=house.until, title=kind, score=score,
                       check=(step,))  # fmt: skip

    known = [
        found("more_air", Category.OPTIMISATION, 0.6, "Raise it. Expected: much."),
        found("heat_ahead", Category.FORECAST, 0.7, "Check fans."),
        found("fan_belt_risk", Category.FAILURE, 0.9, "Check the belt."),
        found("fan_loss", Category.FAILURE, 0.99, "now, not next"),
    ]
    monkeypatch.setattr(type(house.store), "findings", lambda self, *a, **k: known)
    table = daily.next_table(daily.comes_next(house))
    assert table["what"].tolist() == ["fan_belt_risk", "heat_ahead", "more_air"]
    assert table["what to do"].tolist() == ["Check the belt.", "Check fans.", "Raise it."]
    assert table["how sure"].iloc[-1] == "advice"
