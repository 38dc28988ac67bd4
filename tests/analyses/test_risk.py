"""What may fail on a farm: the shipped model without records, the farm's own with enough of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from farmlab.analyses import failure_model, failure_records, risk
from farmlab.domain import Answer, Event, EventKind, Farm, Feedback, Finding, Flock, House
from farmlab.errors import InsufficientData
from farmlab.models.failure import HORIZONS, TAUGHT, health
from farmlab.scope import Scope

DAYS = 60
START = pd.Timestamp("2026-02-01", tz="UTC")


def test_a_farm_without_records_uses_the_shipped_model_and_says_so(house: Scope) -> None:
    looked = risk.look(house)
    assert looked.trained == TAUGHT
    assert "0 failures are on record, and 20 are needed" in risk.note(looked).text
    table = risk.table(looked)
    assert set(table["part"]) >= {"side fans", "drinkers", "controller"}
    assert TAUGHT in risk.risk_table(looked).html
    assert TAUGHT in risk.summary(looked, house)
    for one in looked.outlooks:
        assert set(one.risks) == set(HORIZONS)
    assert all(finding.kind.endswith("_risk") for finding in looked.findings)
    assert risk.worst(looked, house) is not None


def test_what_is_not_well_now_comes_first_and_what_is_well_needs_no_words(house: Scope) -> None:
    looked = risk.look(house)
    quiet = [replace(one, health=health(arrived=1, usable=1, level=0, slope=0)) for one in looked.outlooks]
    broken = [replace(one, health=health(arrived=1, usable=1, level=1, slope=0)) for one in quiet[-1:]]
    calm, hurt = (
        replace(looked, outlooks=quiet, findings=[]),
        replace(looked, outlooks=quiet[:-1] + broken, findings=[]),
    )
    assert risk.summary(calm, house).startswith("Nothing is likely to fail")
    first = f"house {broken[0].house} {broken[0].label}"
    assert risk.summary(hurt, house).startswith(f"Not well now: {first}. Nothing else is likely to fail")
    table = risk.table(hurt)
    assert (table["part"].iloc[0], table["state"].iloc[0]) == (broken[0].label, "act")
    usual = [one.label for one in quiet if one.known and one.times < risk.LIKELIER]
    rows = risk.table(calm).set_index("part")["why"]
    assert usual
    assert set(rows[usual]) == {""}


def test_a_room_has_no_machines_to_fail(room: Scope) -> None:
    assert risk.summary(risk.look(room), room).startswith("No house with birds")


def wearing(house: int) -> tuple[pd.DataFrame, list[Event]]:
    """A house whose two side fans lose air for three days, break, and are mended, every nine days."""
    random = np.random.default_rng(house)
    index = pd.date_range(START, periods=DAYS * 48, freq="30min", name="time")
    days = np.arange(len(index)) / 48 + house
    worn = np.clip((days % 9 - 5) / 3, 0, 1) * (days % 9 < 8)
    wide = pd.DataFrame(
        {
            "fans_exhaust_running": 2.0,
            "fans_tunnel_running": 0.0,
            "pressure_pa": 20 + random.normal(0, 1, len(index)),
            "inlet_pct_1": 25 - 10 * worn,
        },
        index=index,
    )
    failed = index[np.flatnonzero(np.diff((days % 9 >= 8).astype(int)) > 0) + 1]
    told = [
        Event(house=house, time=at.to_pydatetime(), kind=EventKind.FAILURE, equipment="side fan 2") for at in failed
    ]
    return wide, told


class Records:
    """A store with nothing but what these tests need."""

    def __init__(self, events: list[Event], answered: list[tuple[Finding, Feedback]]) -> None:
        self._events, self._answered = events, answered

    def events(self, _: str, **given: Any) -> list[Event]:
        kinds = given.get("kinds") or list(EventKind)
        return [event for event in self._events if event.kind in kinds]

    def answered(self, _: str, **__: Any) -> list[tuple[Finding, Feedback]]:
        return self._answered

    def equipment(self, _: str) -> list[Any]:
        return []

    def sensors(self, _: str) -> list[Any]:
        return []


def lab_of(houses: int, answered: list[tuple[Finding, Feedback]] | None = None) -> Any:
    made = {number: wearing(number) for number in range(1, houses + 1)}
    return SimpleNamespace(
        store=Records([event for _, told in made.values() for event in told], answered or []),
        farm=Farm(name="Hill"),
        houses=[House(number=number) for number in made],
        all_flocks=[Flock(house=number, placed_on=date(2026, 1, 20), breed="ross308") for number in made],
        until=(START + pd.Timedelta(days=DAYS)).to_pydatetime(),
        wide=lambda number, **_: made[number][0],
    )


def test_enough_records_make_a_model_of_the_farm() -> None:
    lab = lab_of(8)
    records = failure_records.on_record(lab)
    assert records.count >= 40
    model = failure_model.own(failure_model.learning_table(lab, records))
    assert model.about_["failures"] >= 40
    for name in HORIZONS:
        told = model.figures(name)
        assert told["pr_auc"] > 3 * told["prevalence"]


def test_records_that_lie_outside_of_the_readings_are_no_model() -> None:
    lab = lab_of(2)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    lab.store._events = [
        Event(house=1, time=long_ago + timedelta(days=9 * place), kind=EventKind.FAILURE, equipment="heater 1")
        for place in range(30)
    ]
    with pytest.raises(InsufficientData, match="0 failures are known, and 20 are needed"):
        failure_model.own(failure_model.learning_table(lab, failure_records.on_record(lab)))


@pytest.mark.parametrize(("answer", "kind", "count"), [("true", "fan_loss", 1), ("false", "fan_loss", 0),
                                                       ("true", "fan_belt_risk", 0)])  # fmt: skip
def test_an_answer_makes_a_finding_a_failure(answer: str, kind: str, count: int) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    finding = Finding(
        category="failure",
        kind=kind,
        house=1,
        subject="side fans",
        start=at,
        title="",
        id="F1",  # type: ignore[arg-type]
    )
    lab = lab_of(1, [(finding, Feedback(finding="F1", answer=Answer(answer), by="x", at=at))])
    lab.store._events = []
    assert failure_records.on_record(lab).count == count


def test_a_repair_belongs_to_the_failure_before_it() -> None:
    at = [pd.Timestamp("2026-03-01", tz="UTC") + pd.Timedelta(days=day) for day in range(30)]
    found = failure_records._failures([at[1], at[1] + pd.Timedelta(hours=3)], [at[2], at[4], at[20]])
    assert found == ((at[1], at[2]), (at[20], at[20])), "mended again within three days is mended, not broken again"
