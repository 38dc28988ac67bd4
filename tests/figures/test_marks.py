from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Annotation

from farmlab.figures import evidence, picture
from farmlab.figures.marks import OTHER_SHAPE, SHAPES, end_labels, now_line, spans
from farmlab.figures.style import sheet
from farmlab.figures.timeaxis import span
from tests.figures.pages import HOSTILE, START, UNTIL, ZONE, Episode, texts


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
@settings(deadline=None, max_examples=15)
def test_labels_at_line_ends_never_lie_upon_each_other(values: list[float]) -> None:
    _, (panel,) = sheet([120])
    panel.set_ylim(0, 1)
    end_labels(panel, [(value, f"label {value}", "ink") for value in values])
    words = [child for child in panel.get_children() if isinstance(child, Annotation) and child.get_text() != "●"]
    places = sorted(word.xyann[1] for word in words)
    assert len(places) == len(values)
    assert all(step >= 14 - 1e-6 for step in np.diff(places))
    assert np.mean(places) == pytest.approx(np.mean(values) * 120, abs=60)


def test_a_label_without_a_value_is_left_out() -> None:
    _, (panel,) = sheet([120])
    end_labels(panel, [(float("nan"), "nothing", "ink")])
    assert not [child for child in panel.get_children() if isinstance(child, Annotation)]


def drawn(*marks: Episode) -> tuple[list[str], list[str], list[tuple[float, float]]]:
    figure, panels = sheet([80, 60])
    span(panels, START, UNTIL, timezone=ZONE)
    spans(panels, marks, until=UNTIL)
    markers = [str(line.get_marker()) for line in panels[0].lines]
    shaded = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in panels[1].patches]
    return markers, texts(picture(figure, "x")), shaded


def test_the_shape_says_the_kind_and_the_name_stands_beside() -> None:
    hours = [START + timedelta(hours=hour) for hour in (2, 8, 14)]
    marks = [
        Episode(kind, at, at + timedelta(hours=2))
        for kind, at in zip(("stuck", "drift", "fan_loss"), hours, strict=True)
    ]
    markers, said, shaded = drawn(*marks)
    assert markers == [SHAPES["stuck"], SHAPES["drift"], OTHER_SHAPE]
    assert {"stuck", "drift", "fan loss"} <= set(said)
    assert [round((right - left) * 24, 6) for left, right in shaded] == [2, 2, 2]
    assert OTHER_SHAPE not in SHAPES.values()


def test_an_episode_that_goes_on_reaches_the_present_and_a_short_one_can_be_seen() -> None:
    _, _, shaded = drawn(Episode("stuck", START + timedelta(hours=12)), Episode("spike", START + timedelta(hours=2)))
    assert round((shaded[1][1] - shaded[1][0]) * 24, 6) == 12
    moment = START + timedelta(hours=2)
    _, _, [(left, right)] = drawn(Episode("spike", moment, moment))
    assert right - left == pytest.approx(1 / 400)


def test_what_lies_outside_of_the_window_is_not_drawn_and_what_began_before_begins_at_its_edge() -> None:
    gone = Episode("stuck", START - timedelta(hours=9), START - timedelta(hours=8))
    later = Episode("stuck", UNTIL + timedelta(hours=1))
    markers, said, shaded = drawn(gone, later, Episode("drift", START - timedelta(hours=9), START + timedelta(hours=6)))
    assert markers == [], "where it began is not there to see"
    assert "◂ drift" in said
    assert round((shaded[0][1] - shaded[0][0]) * 24, 6) == 6


def test_names_of_what_began_before_stand_together_and_give_way_to_the_next_marker() -> None:
    before = [Episode(kind, START - timedelta(hours=9)) for kind in ("drift", "fan_loss", "drift")]
    assert "◂ drift, fan loss" in drawn(*before)[1]
    names = [text for text in drawn(*before, Episode("stuck", START + timedelta(hours=3)))[1] if text.startswith("◂")]
    assert names == ["◂ drif…"]


@pytest.mark.parametrize("back", [timedelta(hours=100), timedelta(hours=47)])
def test_marks_at_the_left_do_not_lie_upon_what_the_panel_shows(back: timedelta) -> None:
    start = UNTIL - timedelta(hours=48)
    series = pd.Series(29.5, index=pd.date_range(start, UNTIL, freq="30min"))
    shown = evidence(series, metric="temp", marks=[Episode("stuck", UNTIL - back)], start=start, until=UNTIL,
                     timezone=ZONE, alt="x", label="temperature 2")  # fmt: skip
    assert shown.figure is not None
    shown.figure.canvas.draw()
    [panel] = shown.figure.axes
    notes = [child for child in panel.get_children() if isinstance(child, Annotation)]
    head, name = (
        next(note.get_window_extent() for note in notes if word in note.get_text()) for word in ("temperature", "stuck")
    )
    assert not head.overlaps(name)


def test_a_name_gives_way_to_the_next_marker() -> None:
    marks = [Episode("noise", START + timedelta(hours=hour)) for hour in (4, 4.2)]
    markers, said, _ = drawn(*marks)
    assert len(markers) == 2
    assert said.count("noise") == 1


def test_a_hostile_kind_is_text() -> None:
    _, said, _ = drawn(Episode(HOSTILE, START + timedelta(hours=4)))
    assert any("alert" in text for text in said)


def test_the_present_is_named_once_and_crosses_all_panels() -> None:
    figure, panels = sheet([60, 60])
    span(panels, START, UNTIL, timezone=ZONE)
    now_line(panels, UNTIL - timedelta(hours=6))
    assert [len(panel.lines) for panel in panels] == [1, 1]
    assert texts(picture(figure, "x")).count("now") == 1
