from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from farmlab.dashboard import house, render
from farmlab.dashboard.insights import named
from farmlab.dashboard.state import State
from farmlab.domain import Category, Farm, Finding, House, Hypothesis, Run, RunStatus, Sensor, Severity
from farmlab.errors import UnknownName
from tests.dashboards import farms
from tests.dashboards.conftest import NOW

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def page(source):
    return house.read(source, "Hillside", 3, at=NOW)


def live(page, label):
    return next(one for one in page.live if one.label == label)


def titled(plots, title):
    return next(plot for plot in plots if plot.title == title)


def test_the_first_sentence_is_the_worst_finding(page):
    assert (page.sentence, page.state) == ("House 3: Tunnel fan 2 is not moving air", State.CRITICAL)


def test_sentences_of_houses_without_findings(source):
    sentences = {number: house.read(source, "Hillside", number, at=NOW).sentence for number in (1, 6, 8)}
    assert sentences == {
        1: "House 1 is in order.",
        6: "House 6: no data since 09:42, 4 h 25 min",
        8: "House 8 stands empty.",
    }


def test_a_value_stands_beside_its_target_and_its_last_hour(page):
    pressure = live(page, "Static pressure")
    assert pressure.compared.startswith("set 25; ")
    assert pressure.change.endswith(" in 1 h")
    temperature = live(page, "Temperature")
    assert temperature.compared.startswith("set 23.2; +")


def test_water_of_today_stands_beside_yesterday_at_the_same_time(page):
    water = live(page, "Water today")
    hours = (NOW - timedelta(minutes=2)).hour + 2 + 5 / 60  # on the farm's clock
    assert water.value == f"{round(190 * hours):,}".replace(",", THIN) + f"{THIN}l"
    assert water.compared.startswith(f"yesterday by now {water.value[:3]}")
    assert water.change == "+190 in 1 h"


def test_yesterday_by_now_is_what_the_meter_showed_then(empty):
    empty.store.add_farm(Farm(name="Hill", integration="rotem"))
    empty.store.save_house("Hill", House(number=1))
    empty.store.save_sensors("Hill", [Sensor(house=1, source_key="W", metric="water")])
    times = [NOW - timedelta(hours=hours, minutes=2) for hours in (24, 23, 1, 0)]
    water = pd.DataFrame({"house": 1, "sensor": "W", "time": times, "value": [500.0, 540.0, 850.0, 900.0]})
    empty.store.write("Hill", water, learned_at=NOW)
    [tile] = [one for one in house.read(empty, "Hill", 1, at=NOW).live if one.label == "Water today"]
    assert (tile.value, tile.compared) == (f"900{THIN}l", f"yesterday by now 500{THIN}l")


def test_a_sensor_at_fault_is_marked(source):
    page = house.read(source, "Hillside", 5, at=NOW)
    assert (live(page, "Temperature").state, live(page, "CO₂").state) == (State.WARNING, State.OK)


def test_plots_share_one_time_axis_on_the_farms_clock(page):
    assert [plot.title for plot in page.plots][:3] == ["Temperature", "Relative humidity", "CO₂"]
    six = next(tick for tick in page.hours if tick.text == "06:00")
    start = NOW - timedelta(hours=24)  # 14:07 on the farm
    assert six.at == pytest.approx((16 - 7 / 60) / 24 * 100, abs=0.2)
    assert start.hour == 12


def test_the_day_change_carries_the_date(page):
    assert "1 Jul" in [tick.text for tick in page.hours]


def test_a_finding_spans_its_time(page):
    [span] = page.spans
    assert span.left == pytest.approx(100 * 21 / 24, abs=0.1)
    assert span.width == pytest.approx(100 * 3 / 24, abs=0.1)


def test_a_finding_that_was_over_before_spans_nothing(empty):
    empty.store.add_farm(Farm(name="Hill"))
    empty.store.save_house("Hill", House(number=1))
    ended = Finding(category=Category.SENSOR, kind="noise", house=1, subject="rh_pct", title="It was noisy",
                    start=NOW - timedelta(hours=60), end=NOW - timedelta(hours=40))  # fmt: skip
    empty.store.save_findings("Hill", [ended], source="test", at=NOW)
    page = house.read(empty, "Hill", 1, at=NOW)
    assert (page.spans, len(page.findings)) == ((), 1)


def test_mere_information_is_called_that_and_marks_no_time(empty):
    empty.store.add_farm(Farm(name="Hill"))
    empty.store.save_house("Hill", House(number=1))
    advice = Finding(category=Category.OPTIMISATION, kind="more_air", house=1, subject="house", title="More air",
                     start=NOW - timedelta(hours=60), severity=Severity.INFO,
                     why=(Hypothesis(cause="CO₂ 3200 ppm", confidence=0.7),))  # fmt: skip
    empty.store.save_findings("Hill", [advice], source="test", at=NOW)
    page = house.read(empty, "Hill", 1, at=NOW)
    assert page.spans == ()
    assert (page.findings[0].sure, page.findings[0].why) == ("why", "CO₂ 3200 ppm"), "what was measured is not likely"
    assert named("advice").read(empty, NOW).cards[0].why == "CO₂ 3200 ppm"
    assert [one.word for one in page.findings] == ["for information"]


def test_counters_are_drawn_as_amounts_an_hour(page):
    water = titled(page.plots, "Water an hour")
    total = float(water.value.removesuffix(f"{THIN}l in 24 hours").replace(THIN, ""))
    assert total == pytest.approx(24 * 190, rel=0.01)  # the counter begins anew at midnight, the amounts do not
    assert water.paths[0].d.count("Z") == 24


def test_a_finding_says_why_how_sure_and_what_to_check(page):
    [block] = page.findings
    assert block.why == "Broken belt: 3 of 4 fans run, pressure 8 Pa under set"
    assert (block.sure, len(block.check)) == ("likely (70%)", 2)


def test_the_forecast_is_that_of_the_last_run(page):
    assert page.ahead.note.startswith("Made 7 min ago")
    titles = ["Temperature", "Relative humidity", "CO₂", "NH₃", "Water an hour"]
    assert [fan.title for fan in page.ahead.fans] == titles


def test_an_old_forecast_is_called_old(source):
    page = house.read(source, "Hillside", 3, at=NOW + timedelta(hours=10))
    assert "older than it should be" in page.ahead.note


def test_a_forecast_that_is_over_or_of_other_houses_is_not_shown(source):
    over = house.read(source, "Hillside", 3, at=NOW + timedelta(days=3)).ahead
    others = house.read(source, "Hillside", 4, at=NOW).ahead
    assert (over.fans, others.fans) == ((), ())
    assert "says nothing about the hours to come" in over.note


def test_without_a_forecast_it_says_what_is_needed(source):
    assert "needs at least three days" in house.read(source, "Room", 1, at=NOW).ahead.note


def test_a_forecast_without_results_is_said(empty):
    empty.store.add_farm(Farm(name="Hill"))
    empty.store.save_house("Hill", House(number=1))
    run = Run(notebook="forecast", farm="Hill", house=0, slot=NOW, status=RunStatus.DONE, folder="gone")
    empty.store.save_run(run)
    page = house.read(empty, "Hill", 1, at=NOW)
    assert page.ahead.note.startswith("The last forecast cannot be shown")
    assert "No readings in the last 24 hours" in render.house(page)


def test_a_room_shows_what_it_measures(source):
    page = house.read(source, "Room", 1, at=NOW)
    assert [one.label for one in page.live] == ["Temperature", "Relative humidity", "CO₂", "Illuminance"]
    assert (page.sentence, page.stock) == ("Office is in order.", "room")


def test_an_unknown_house_is_an_error_that_names_it(source):
    with pytest.raises(UnknownName, match="9"):
        house.read(source, "Hillside", 9, at=NOW)


def test_every_house_can_be_chosen(source):
    assert house.choices(source.store)[0] == ("Hillside · House 1", ("Hillside", 1))
    assert len(house.choices(source.store)) == 9


def test_hostile_names_are_text(empty):
    farms.fill(empty.store, NOW, folder=empty.runs / "f", houses=3, named=farms.HOSTILE + "{}")
    html = render.house(house.read(empty, "Hillside", 3, at=NOW))
    assert "<script" not in html
    assert "&lt;script&gt;window.evil" in html


def test_every_plot_has_its_sentence(page):
    html = render.house(page)
    assert html.count('role="img"') == html.count('aria-label="') == len(page.plots) + len(page.ahead.fans)
