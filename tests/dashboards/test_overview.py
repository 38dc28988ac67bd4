from __future__ import annotations

from datetime import timedelta

import pytest

from farmlab.dashboard import overview, render, state
from farmlab.dashboard.state import State
from farmlab.domain import Category, Farm, Finding, FindingStatus, Flock, House, Sensor, Severity, SyncRun, SyncStatus
from tests.dashboards import farms
from tests.dashboards.conftest import NOW


@pytest.fixture(scope="module")
def view(source):
    return overview.read(source, at=NOW)


def tile(view, label):
    return next(tile for panel in view.farms for tile in panel.tiles if tile.label == label)


def test_the_first_sentence_counts_those_that_need_somebody(view):
    assert view.sentence == "One house needs you today; three more want a look."
    assert view.state is State.CRITICAL


def test_the_worst_house_stands_first_and_the_empty_one_last(view):
    states = [tile.state for tile in view.farms[0].tiles]
    assert states == sorted(states, reverse=True)
    assert [view.farms[0].tiles[0].label, view.farms[0].tiles[-1].label] == ["House 3", "House 8"]


def test_farms_with_and_without_a_live_source_stand_side_by_side(view):
    hillside, room = view.farms
    assert (hillside.source, hillside.simulated) == ("rotem, last sync 2 min ago: success", True)
    assert (room.source, room.simulated) == ("by hand or from files", False)
    assert room.fresh.text == "until 6 Feb 2015 10:00"
    assert not room.fresh.late


def test_a_tile_says_temperature_target_age_and_birds(view):
    seven = tile(view, "House 7")
    value, target = 31.25 + 0.8, 31.25  # the wave ends on its crest, within noise
    assert float(seven.temperature.split("\N{NARROW NO-BREAK SPACE}")[0]) == pytest.approx(value, abs=1.0)
    assert seven.compared.startswith(f"set {target:.1f}; ")
    assert seven.stock == "5 d · 19\u202f400 of 20\u202f000 birds"
    assert seven.fresh.text == "2 min ago"


def test_a_silent_house_says_since_when(view):
    six = tile(view, "House 6")
    assert six.state is State.WARNING
    assert six.trouble == "no data since 09:42, 4 h 25 min"  # 07:42 UTC on the farm's clock


def test_an_empty_house_is_no_trouble(view):
    eight = tile(view, "House 8")
    assert (eight.state, eight.stock) == (State.NONE, "empty, room for 20\u202f000")


def test_the_plot_of_a_silent_house_ends_where_the_data_end(view):
    def end(spark):
        return max(float(point.split()[0]) for point in spark.line.replace("M", "L").split("L") if point)

    assert end(tile(view, "House 1").spark) > 985
    assert end(tile(view, "House 6").spark) == pytest.approx(1000 * (24 - 4.42) / 24, abs=12)


def test_houses_of_a_farm_share_one_scale(view):
    """House 3 swings over five kelvin, the others over two: theirs must look smaller."""

    def height(spark):
        ys = [float(point.split()[1]) for point in spark.line.replace("M", "L").split("L") if point]
        return max(ys) - min(ys)

    assert height(tile(view, "House 3").spark) > 80
    assert height(tile(view, "House 1").spark) < 50


@pytest.mark.parametrize(("poll_minutes", "allowed"), [(5.0, 15), (2.0, 15), (20.0, 60)])
def test_data_are_late_after_three_polls_and_a_quarter_of_an_hour(poll_minutes, allowed):
    farm = Farm(name="Hill", integration="rotem", poll_minutes=poll_minutes)
    age = timedelta(minutes=allowed)
    assert not state.freshness(NOW - age, NOW, farm).late
    assert state.freshness(NOW - age - timedelta(seconds=1), NOW, farm).late


def test_what_is_for_information_asks_nobody_and_is_not_counted(empty):
    farms.fill(empty.store, NOW, folder=empty.runs / "f")
    before = overview.read(empty, at=NOW)
    advice = Finding(category=Category.OPTIMISATION, kind="more_air", house=3, subject="house", title="Too little air",
                     start=NOW, severity=Severity.INFO)  # fmt: skip
    empty.store.save_findings("Hillside", [advice], source="x", at=NOW)
    after = overview.read(empty, at=NOW)
    assert [line.title for line in after.findings] == [line.title for line in before.findings]
    assert [panel.findings for panel in after.farms] == [panel.findings for panel in before.farms]


def test_findings_are_listed_worst_first_with_what_to_check(view):
    assert [line.where for line in view.findings] == ["Hillside, house 3", "Hillside, house 4", "Hillside, house 5"]
    first = view.findings[0]
    assert (first.since, first.check) == ("since 11:07", "Look at the belt and the breaker of tunnel fan 2")


def test_the_verdict_is_that_of_the_data(view):
    assert view.farms[0].verdict.startswith("No data from House 6")


def test_a_verdict_is_judged_again_when_data_come_in_or_time_passes(source):
    farm, houses = source.store.farm("Hillside"), tuple(source.store.houses("Hillside"))
    first = source.verdict(farm, houses, NOW)
    assert source.verdict(farm, houses, NOW + timedelta(minutes=4)) is first
    later = source.verdict(farm, houses, NOW + timedelta(hours=5))
    assert later.state > first.state or later.sentence != first.sentence


def test_what_people_said_of_a_finding_counts(empty):
    store = empty.store
    store.add_farm(Farm(name="Hill"))
    store.save_house("Hill", House(number=1))
    store.save_flock("Hill", Flock(house=1, placed_on=NOW.date()))
    made = Finding(category=Category.FAILURE, kind="heater", house=1, subject="heater", start=NOW, title="Cold",
                   severity=Severity.CRITICAL)  # fmt: skip
    [kept] = store.save_findings("Hill", [made], source="test", at=NOW)
    assert overview.read(empty, at=NOW).sentence == "One house needs you today."
    store.set_status(kept.id, FindingStatus.ACKNOWLEDGED, by="ann", at=NOW)
    assert overview.read(empty, at=NOW).findings[0].since.endswith(", acknowledged")
    store.set_status(kept.id, FindingStatus.FALSE_ALARM, by="ann", at=NOW)
    seen = overview.read(empty, at=NOW)
    assert (seen.sentence, seen.findings) == ("The house is in order.", ())


def test_a_farm_whose_source_failed_says_so(empty):
    store = empty.store
    store.add_farm(Farm(name="Hill", integration="rotem"))
    store.save_house("Hill", House(number=1))
    assert overview.read(empty, at=NOW).farms[0].source == "rotem, not asked yet"
    sync = store.start_sync(SyncRun(farm="Hill", source="rotem", started_at=NOW))
    store.finish_sync(SyncRun(**farms._fields(sync) | {"status": SyncStatus.FAILED, "ended_at": NOW, "error": "no"}))
    panel = overview.read(empty, at=NOW + timedelta(minutes=3)).farms[0]
    assert panel.source == "rotem, last sync 3 min ago: failed"
    assert (panel.fresh.text, panel.fresh.late, panel.state) == ("no data yet", True, State.CRITICAL)


def test_no_farm_and_no_house_are_said_with_the_next_step(empty):
    view = overview.read(empty, at=NOW)
    assert view.sentence == "There is no farm yet."
    assert "farmlab farm add" in render.overview(view)
    empty.store.add_farm(Farm(name="Hill"))
    view = overview.read(empty, at=NOW)
    assert view.sentence == "There is no house yet."
    assert "farmlab house add" in render.overview(view)


def test_a_house_without_a_single_reading_is_drawn(empty):
    empty.store.add_farm(Farm(name="Hill"))
    empty.store.save_house("Hill", House(number=1))
    empty.store.save_sensors("Hill", [Sensor(house=1, source_key="T", metric="temp")])
    view = overview.read(empty, at=NOW)
    assert view.farms[0].tiles[0].temperature == "–"
    assert "No temperature in the last 24 hours." in render.overview(view)


def test_hostile_names_are_text(empty):
    farms.fill(empty.store, NOW, folder=empty.runs / "f", houses=1, named=farms.HOSTILE + "{}")
    empty.store.add_farm(Farm(name=farms.HOSTILE))
    html = render.overview(overview.read(empty, at=NOW))
    assert "<script" not in html
    assert html.count("&lt;script&gt;window.evil") >= 2
