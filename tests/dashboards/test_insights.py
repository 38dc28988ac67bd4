from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from farmlab import results
from farmlab.dashboard import render
from farmlab.dashboard.insights import TABS, named
from farmlab.dashboard.state import State
from farmlab.domain import Category, Farm, Finding, FindingStatus, House, Hypothesis, Run, RunStatus, Severity
from tests.dashboards import farms
from tests.dashboards.conftest import NOW


def tab(source, key, *, at=NOW):
    return named(key).read(source, at)


def html(source, key):
    return render.insights(named(key), tab(source, key))


def test_the_address_chooses_the_tab_and_nonsense_the_first():
    assert [named(key).title for key in ("causes", "", "<script>")] == ["Causes", "Overview", "Overview"]
    assert len({one.key for one in TABS}) == len(TABS)


def test_the_overview_says_what_each_analysis_said_and_how_old_that_is(source):
    view = tab(source, "overview")
    assert view.head.sentence == "One finding needs you today; 2 more want a look."
    hillside = next(farm for farm in view.farms if farm.name == "Hillside")
    said = {one.title: one for one in hillside.analyses}
    assert (said["Anomaly"].text, said["Anomaly"].age) == ("anomaly said this.", "7 min ago, 14:00")
    assert hillside.open == "3 open findings (1 critical, 2 warning)"


def test_a_farm_that_went_silent_is_said_on_every_list_of_findings(source):
    later = NOW + timedelta(hours=2)
    notes = {key: tab(source, key, at=later).head.note for key in ("overview", "anomalies", "causes")}
    assert set(notes.values()) == {"Hillside: no data since 14:05, 2 h 2 min."}
    assert tab(source, "overview").head.note == ""


def test_what_is_older_than_a_day_is_called_stale(source):
    later = tab(source, "overview", at=NOW + timedelta(hours=30))
    hillside = next(farm for farm in later.farms if farm.name == "Hillside")
    assert {one.word for one in hillside.analyses} == {"stale"}
    assert "older than it should be" in render.insights(
        named("performance"), tab(source, "performance", at=NOW + timedelta(hours=30))
    )


def test_a_failed_analysis_shows_the_last_good_words(empty):
    empty.store.add_farm(Farm(name="Hill", integration="rotem"))
    good = Run(notebook="anomaly", farm="Hill", house=0, slot=NOW - timedelta(hours=1), status=RunStatus.DONE,
               page="p", results={"summary": "All well."})  # fmt: skip
    empty.store.save_run(good)
    empty.store.save_run(Run(notebook="anomaly", farm="Hill", house=0, slot=NOW, status=RunStatus.FAILED, error="no"))
    [said] = tab(empty, "overview").farms[0].analyses
    assert (said.word, said.text, said.state) == ("failed since", "All well.", State.WARNING)


def test_open_findings_stand_with_the_drawing_that_their_analysis_made(source):
    view = tab(source, "anomalies")
    assert view.head.sentence == "3 findings open, 3 of them new in 24 hours."
    assert view.cards[0].where == "Hillside, house 3"
    assert "<path" in view.cards[0].drawing
    assert "script" not in view.cards[0].drawing
    assert (view.cards[0].why, view.cards[0].check[:4]) == ("Broken belt (70%)", "Look")
    assert (view.cards[0].harm, view.cards[0].also) == ("harm within about 6 h", ("Temperature 2 K over set",))
    assert view.cards[1].harm == ""
    [episodes] = view.episodes
    assert episodes.text == "2 spike · 1 stuck"


def test_the_week_shows_each_finding_at_its_time(source):
    rows = {row.label: row.spans for row in tab(source, "anomalies").rows}
    [span] = rows["Hillside, house 3"]
    assert span.left == pytest.approx(100 - 100 * 3 / 168, abs=0.1)
    assert span.width == pytest.approx(100 * 3 / 168, abs=0.1)


def test_causes_are_ranked_with_what_speaks_for_and_against(source):
    view = tab(source, "causes")
    assert view.head.sentence == "House 3: Tunnel fan 2 is not moving air – most likely Broken belt."
    [one] = view.reasoned
    assert [(cause.text, cause.percent) for cause in one.causes] == [("Broken belt", 70)]
    assert (one.speaks_for, one.speaks_against) == (("Pressure fell with the fan",), ("No alarm",))
    assert [(common.text, common.many) for common in view.common] == [("Broken belt", 1)]


def test_performance_is_what_was_measured_last(source):
    view = tab(source, "performance")
    assert view.head.sentence == "Hillside: syncs – not as it should be."
    hillside, room = sorted(view.farms, key=lambda part: part.name)
    first = hillside.checks[0]
    assert (first.word, first.said) == ("needs a look", "97.0 % of 2016 attempts")
    assert [plot.title for plot in hillside.by_day][:2] == ["Syncs that succeeded", "Readings that came"]
    assert "at least 93.0 %" in hillside.by_day[1].sentence
    assert hillside.alerts == (("2026-06", "fan loss", "3", "2", "50", "0"),)
    assert room.note.startswith("Not measured yet")


@pytest.mark.parametrize("key", [one.key for one in TABS])
def test_an_empty_store_is_said_and_not_an_error(empty, key):
    assert "<h1>" in html(empty, key)
    empty.store.add_farm(Farm(name=farms.HOSTILE))
    empty.store.save_house(farms.HOSTILE, House(number=1))
    page = html(empty, key)
    assert "<script" not in page


def test_what_is_settled_is_no_longer_open(empty):
    farms.fill(empty.store, NOW, folder=empty.runs / "f", houses=3)
    [fan] = empty.store.findings("Hillside")
    empty.store.set_status(fan.id, FindingStatus.FALSE_ALARM, by="ann", at=NOW)
    assert tab(empty, "overview").head.sentence == "Nothing that was found is open."
    assert tab(empty, "anomalies").rows == ()
    assert tab(empty, "causes").common == ()


def expected(kind, category, title, **more):
    return Finding(category=category, kind=kind, house=3, subject=kind, start=NOW - timedelta(hours=1), title=title,
                   severity=Severity.INFO, check=("Do this.",), **more)  # fmt: skip


def filled(empty):
    """Farms of its own, for a test that changes them."""
    farms.fill(empty.store, NOW, folder=empty.runs / "f")
    return empty


def test_what_is_to_come_stands_in_three_tabs_with_the_tables_of_the_last_runs(empty):
    source = filled(empty)
    told = [
        expected("heat_ahead", Category.FORECAST, "Heat stress likely tomorrow", score=0.8),
        expected("fan_belt_risk", Category.FAILURE, "Side fans may fail", score=0.7),
        expected("more_air", Category.OPTIMISATION, "Too little air", score=0.6),
    ]
    source.store.save_findings("Hillside", told, source="x", at=NOW)
    run = source.runs / "risk"
    table = pd.DataFrame({"house": [3], "part": ["side fans"], "next 24 h, %": [4.2], "24–48 h, %": [7.0],
                          "health": [float("nan")], "why": ["air <b>falls</b>"]})  # fmt: skip
    results.record(run, tables={"risk": table})
    source.store.save_run(Run(notebook="failure", farm="Hillside", house=0, slot=NOW, status=RunStatus.DONE,
                              folder="risk", page="p.html"))  # fmt: skip
    titles = {key: [card.title for card in tab(source, key).cards] for key in ("forecast", "risk", "advice")}
    assert titles == {"forecast": ["Heat stress likely tomorrow"], "risk": ["Side fans may fail"],
                      "advice": ["Too little air"]}  # fmt: skip
    rows = {part.name: part.rows for part in tab(source, "risk").parts}
    assert rows["Hillside"] == (("3", "side fans", "4.2", "7.0", "–", "air <b>falls</b>"),)
    assert "&lt;b&gt;falls" in html(source, "risk")
    [day] = next(part.rows for part in tab(source, "forecast").parts if part.name == "Hillside")
    assert (day[0], day[1]) == ("3", "23.0 to 25.0")
    head = next(part.head for part in tab(source, "forecast").parts if part.name == "Hillside")
    assert head == ("house", "temperature, °C", "humidity, %", "CO₂, ppm", "NH₃, ppm", "water, l")
    assert day[3:5] == ("1899 to 1901", "8 to 10")


def test_the_next_day_is_the_day_of_the_report(empty):
    source = filled(empty)
    times = pd.date_range(NOW + timedelta(minutes=53), periods=48, freq="h")
    water = pd.DataFrame({"house": 3, "metric": "water", "time": times, "forecast": 10.0, "lower": 9.0, "upper": 11.0})
    results.record(source.runs / "two days", tables={"forecast": water})
    source.store.save_run(Run(notebook="forecast", farm="Hillside", house=0, slot=NOW, status=RunStatus.DONE,
                              folder="two days", page="p.html"))  # fmt: skip
    [day] = next(part.rows for part in tab(source, "forecast").parts if part.name == "Hillside")
    assert day == ("3", "240")


def test_what_is_foretold_is_nothing_unusual_has_no_cause_and_says_for_when(empty):
    source = filled(empty)
    window = {"from": (NOW + timedelta(hours=2)).isoformat(), "to": (NOW + timedelta(hours=6)).isoformat()}
    silo = replace(expected("silo_ahead", Category.FORECAST, "Silo empty likely", data=window),
                   severity=Severity.CRITICAL, why=(Hypothesis(cause="the days before", confidence=0.9),))  # fmt: skip
    source.store.save_findings("Hillside", [silo], source="x", at=NOW)
    assert tab(source, "anomalies").head.sentence.startswith("3 findings open")
    assert "Silo empty likely" not in {span.title for row in tab(source, "anomalies").rows for span in row.spans}
    causes = tab(source, "causes")
    assert causes.head.sentence.startswith("House 3: Tunnel fan 2 is not moving air")
    assert [common.text for common in causes.common] == ["Broken belt"]
    [card] = tab(source, "forecast").cards
    assert card.since == "expected Wed 1 Jul 16:07 – 20:07"


def test_what_has_never_run_says_how_to_run_it(source):
    parts = {part.name: part for part in tab(source, "advice").parts}
    assert parts["Hillside"].none == "Has not run yet: farmlab run optimisation."


def test_models_in_use_stand_with_their_age_their_last_trainings_and_what_has_moved(source):
    view = tab(source, "models")
    assert view.head.sentence == "2 models are in use."
    hillside, room = sorted(view.farms, key=lambda part: part.name)
    assert hillside.champions == (
        ("anomaly", "house 3", "1", "3 d ago", "sensors judged: 21"),
        ("failure", "farm", "1", "3 d ago", "PR-AUC 24–48 h: 0.12"),
    )
    assert [row[3] for row in hillside.trainings] == ["kept out", "promoted", "promoted"]
    assert hillside.trainings[0][4] == "PR-AUC .10 against .12"
    assert hillside.moved == (
        ("forecast", "House 3, temperature", "1.62 × the error before", "worse"),
        ("input", "House 3, CO2", "PSI 0.40", "shifted"),
    )
    assert "1 of 2 inputs has shifted" in hillside.looked
    assert (room.champions, room.moved) == ((), ())
    assert room.looked == "Not looked at yet; it is done weekly, or by: farmlab run model_training."
    assert "the shipped ones serve" in html(source, "models")


def test_a_model_that_cannot_be_used_is_said_first(empty):
    source = filled(empty)
    known = next(one for one in source.store.models(farm="Hillside") if one.task == "failure")
    changed = source.store.save_model(replace(known, id=0, version=0, libraries={"numpy": "0.1"}))
    source.store.promote(changed.id, at=NOW)
    head = tab(source, "models").head
    assert head.state is State.WARNING
    assert head.sentence.startswith("One model cannot be used. First: Hillside, farm: it was made with numpy 0.1")
