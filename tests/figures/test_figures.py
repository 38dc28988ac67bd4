from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Sensor
from farmlab.figures import Fan, Picture, coverage, evidence, fan, fans, house_day, houses, recalls, targets
from farmlab.figures.lines import dates
from farmlab.figures.style import PALETTE
from tests.figures.pages import HOSTILE, START, UNTIL, ZONE, Episode, amounts, day, parsed, texts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WINDOW = {"start": START, "until": UNTIL, "timezone": ZONE}
SENSORS = [
    Sensor(house=3, source_key="T1", metric="temp", position="1"),
    Sensor(house=3, source_key="RH", metric="rh"),
    Sensor(house=3, source_key="never", metric="nh3", name=HOSTILE),
]
NO_FLAGS = pd.DataFrame({"sensor": [], "time": pd.DatetimeIndex([], tz="UTC"), "rule": []})


def panels(picture: Picture) -> list[Axes]:
    assert picture.figure is not None
    return picture.figure.axes


def lines(panel: Axes, colour: str) -> list[np.ndarray]:
    return [np.asarray(line.get_ydata()) for line in panel.lines if line.get_color() == PALETTE[colour]]


def flock(days: int = 24) -> pd.DataFrame:
    age = np.arange(days)
    table = {"age_d": age, "complete": [*[True] * (days - 1), False], "mortality_action_pct": age / 5}
    for name, target in (("weight_g", "weight_target_g"), ("mortality_pct", "mortality_target_pct")):
        table |= {name: age * 9.0, target: age * 10.0}
    for name, target in (("water_ml_bird", "water_target_ml_bird"), ("feed_g_bird", "feed_target_g_bird")):
        table |= {name: age * 5.0, target: age * 4.0}
    return pd.DataFrame(table)


def ahead() -> pd.DataFrame:
    index = pd.date_range(UNTIL, periods=49, freq="h").floor("h")[1:]
    return pd.DataFrame({"forecast": 100.0, "lower": 90.0, "upper": 115.0}, index=index)


def found(name: str) -> pd.DataFrame:
    shares = {"recall": [0.9, np.nan], "low": [0.8, np.nan], "high": [1.0, np.nan], "chance": [0.2, np.nan]}
    return pd.DataFrame({"detector": [name, "other"], **shares, "false_per_day": [0.05, 0.0]})


def every_figure(frame: pd.DataFrame, name: str) -> list[Picture]:
    """Each figure of these data, with this name wherever a name from outside is shown."""
    marks = [Episode(name, START + timedelta(hours=3))]
    history = frame["rh_pct"].resample("1h").mean()
    return [
        house_day(frame, **WINDOW, title=name, amounts=amounts(), marks=marks),
        evidence(frame["temp_c"], metric="temp", marks=marks, **WINDOW, alt=name, label=name),
        coverage(frame, NO_FLAGS, [*SENSORS], **WINDOW, title=name),
        houses({name: pd.DataFrame({"value": frame["temp_c"]})}, metric="temp", **WINDOW, title=name),
        fan(history, ahead(), metric="water", until=UNTIL, timezone=ZONE, title=name),
        targets(flock(), title=name),
        recalls(found(name).iloc[: len(frame)], title=name),
    ]


def test_millions_leave_room_for_their_first_digit() -> None:
    power = pd.Series(np.linspace(28e6, 31e6, 48), index=pd.date_range(START, UNTIL, periods=48))
    said = texts(evidence(power, metric="power", marks=[], start=START, until=UNTIL, timezone=ZONE, alt="x"))
    assert "30 M" in said
    assert not [text for text in said if text.endswith("000\u202f000")]


@pytest.mark.parametrize("name", ["", HOSTILE + "long " * 80], ids=["empty", "hostile"])
def test_every_name_is_only_text(name: str) -> None:
    for picture in every_figure(day(), name):
        tags = {element.tag.rpartition("}")[2] for element in parsed(picture).iter()}
        assert tags <= {"svg", "title", "g", "path", "text", "defs", "clipPath", "rect", "use"}


@pytest.mark.parametrize(
    "frame", [day().iloc[:0], day().iloc[:1], day() * np.nan], ids=["no rows", "one row", "unknown"]
)
def test_with_next_to_nothing_there_is_still_a_figure(frame: pd.DataFrame) -> None:
    for picture in every_figure(frame, "House 3"):
        assert picture.alt == "House 3"
        assert parsed(picture).get("role") == "img"


def test_what_detectors_found_stands_beside_chance_and_its_cost() -> None:
    picture = recalls(found("layered"), title="Found")
    (panel,) = panels(picture)
    assert [tuple(line.get_xdata()[:1]) for line in panel.lines] == [(0.9,), (0.2,)]
    assert {"layered", "0.05", "false/day"} <= set(texts(picture))


def test_the_day_of_a_house_shows_what_is_there_with_units_and_newest_values() -> None:
    frame = day()
    picture = house_day(frame, **WINDOW, title="In order", amounts=amounts())
    said = texts(picture)
    for text in ("temperature, °C", "relative humidity, %", "CO₂, ppm", "temperature outside, °C", "water per hour, l"):
        assert text in said
    assert f"house {frame['temp_c'].iloc[-1]:.1f}" in said
    assert "set 29.5" in said
    assert "sum 2\u202f400 l" in said
    assert "NH₃, ppm" not in said
    assert [text for text in said if text in ("tunnel fans", "heaters", "light")] == ["tunnel fans", "heaters", "light"]
    assert "off" in said
    assert "clock: Berlin" in said
    assert {panel.get_xlim() for panel in panels(picture)} == {tuple(dates(pd.DatetimeIndex([START, UNTIL])))}


def test_raw_counters_are_not_drawn_as_water() -> None:
    assert "water per hour, l" not in texts(house_day(day(), **WINDOW, title="x"))


def test_single_sensors_are_thin_and_gaps_stay_open() -> None:
    frame = day()
    frame.iloc[100:120] = np.nan
    temperature = panels(house_day(frame, **WINDOW, title="x"))[0]
    assert len(lines(temperature, "thin")) == 6
    [house] = lines(temperature, "series_1")
    assert np.isnan(house).sum() == 1
    assert len(house) == len(frame) - 20 + 1


def test_episodes_cross_all_panels_of_the_day() -> None:
    picture = house_day(day(), **WINDOW, title="x", marks=[Episode("stuck", START + timedelta(hours=9))])
    for panel in panels(picture):
        assert [
            patch for patch in panel.patches if patch.get_facecolor()[:3] == pytest.approx(_rgb("episode"), abs=0.01)
        ]


def _rgb(name: str) -> tuple[float, ...]:
    return tuple(int(PALETTE[name][place : place + 2], 16) / 255 for place in (1, 3, 5))


def test_evidence_shows_what_was_expected_beside_what_came() -> None:
    frame = day()
    expected = pd.DataFrame({"expected": 29.6, "lower": 29.0, "upper": 30.2}, index=frame.index)
    mark = [Episode("stuck", START + timedelta(hours=9))]
    picture = evidence(frame["temp_c_4"], metric="temp", marks=mark, **WINDOW, alt="T4", expected=expected, label="T4")
    said = texts(picture)
    assert "T4, °C" in said
    assert "expected 29.6" in said
    assert f"{frame['temp_c_4'].iloc[-1]:.1f} °C" in said
    assert len(panels(picture)[0].collections) == 2
    line_only = evidence(
        frame["temp_c"], metric="temp", marks=[], **WINDOW, alt="x", expected=expected[["lower", "upper"]]
    )
    assert not any(text.startswith("expected") for text in texts(line_only))


def test_coverage_tells_present_flagged_and_missing_apart_by_shape() -> None:
    frame = day()
    frame.loc[frame.index[:72], "rh_pct"] = np.nan
    frame = frame.drop(frame.index[260:275])
    flags = pd.DataFrame(
        {"sensor": "T1", "time": frame.index[200:250], "rule": ["stuck"] * 40 + ["missing"] * 10},
    )
    picture = coverage(frame, flags, SENSORS, **WINDOW, title="x")
    said = texts(picture)
    assert [text for text in said if text.endswith(" %")] == ["94 %", "69 %", "0 %"]
    [panel] = panels(picture)
    shapes = [polygon for patch in panel.patches for polygon in patch.get_path().to_polygons()]
    tall = [shape for shape in shapes if np.ptp(shape[:, 1]) > 0.8]
    assert len(tall) == 1
    assert np.ptp(tall[0][:, 0]) * 24 * 60 == pytest.approx(40 * 5)
    assert all(shape[:, 1].max() < 2 for shape in shapes)


def test_houses_share_one_scale_and_say_their_distance_from_the_target() -> None:
    index = day().index
    frames = {
        f"House {number}": pd.DataFrame({"value": 28.0 + number, "target": 30.0}, index=index) for number in range(1, 7)
    }
    frames["House 7"] = pd.DataFrame({"value": np.nan, "target": 30.0}, index=index)
    picture = houses(frames, metric="temp", **WINDOW, title="x")
    assert len(panels(picture)) == 7
    assert len({panel.get_ylim() for panel in panels(picture)}) == 1
    low, high = panels(picture)[0].get_ylim()
    assert low < 30 < 34 < high
    said = texts(picture)
    assert {"House 6", "34.0 °C (+4.0)", "30.0 °C (±0.0)", "29.0 °C (−1.0)", "no data"} <= set(said)


def test_the_fan_begins_at_the_present_and_what_was_said_stands_beside_what_came() -> None:
    hours = pd.date_range(UNTIL - timedelta(hours=100), UNTIL + timedelta(hours=60), freq="h").floor("h")
    series = pd.Series(np.arange(len(hours), dtype=float), index=hours)
    origins = pd.DatetimeIndex([pd.Timestamp(UNTIL).floor("h") - timedelta(hours=back) for back in (75, 51, 27)])
    ahead_of = [pd.date_range(origin, periods=49, freq="h")[1:] for origin in origins]
    issued = pd.DataFrame({"origin": origins.repeat(48), "time": np.concatenate(ahead_of)}).assign(
        forecast=99.0, lower=90.0, upper=120.0
    )
    issued["time"] = pd.to_datetime(issued["time"], utc=True)
    picture = fan(
        series[: pd.Timestamp(UNTIL)], ahead(), metric="water", until=UNTIL, timezone=ZONE, title="x", issued=issued
    )
    [panel] = panels(picture)
    assert panel.get_xlim() == pytest.approx(dates(pd.DatetimeIndex([UNTIL - timedelta(hours=72), ahead().index[-1]])))
    assert "now" in texts(picture)
    assert {"forecast", "80 % interval", "said before", "water per hour, l"} <= set(texts(picture))
    assert lines(panel, "series_1")[0].tolist() == [100.0] * 48
    assert 3 * 20 < np.isfinite(lines(panel, "series_2")[0]).sum() <= 72
    part = Fan(series[: pd.Timestamp(UNTIL)], ahead(), "temp", issued.iloc[:0], series)
    both = fans([part, part], until=UNTIL, timezone=ZONE, title="x")
    assert len(panels(both)) == 2
    assert "said before" not in texts(both)


def test_a_flock_is_drawn_beside_its_target_without_the_running_day() -> None:
    days = flock()
    days.loc[5, "water_ml_bird"] = np.nan
    days["feed_g_bird"] = np.nan
    picture = targets(days, title="x")
    said = texts(picture)
    assert {
        "bird weight, g",
        "mortality since placement, %",
        "207 g",
        "target 230",
        "110 ml",
        "no data",
        "target 92",
        "age, days",
    } <= set(said)
    weight, _, water, _ = panels(picture)
    assert np.isfinite(lines(weight, "series_1")[0]).sum() == 24
    assert np.isfinite(lines(water, "series_1")[0]).sum() == 22
