"""What must run longer than the tests may: ``make torture``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from farmlab.domain import Farm, House, Sensor
from farmlab.store import Store

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 1, 1, tzinfo=UTC)
WRITERS = 6
POLLS = 1500
SENSORS = 30


def poll(url: str, writer: int) -> None:
    """One process: polls of its own house, every fifth of them of the house of the next, too."""
    with Store.open(url) as store:
        for number in range(POLLS):
            at = START + timedelta(minutes=5 * number)
            houses = {writer, writer % WRITERS + 1} if number % 5 == 0 else {writer}
            rows = [(house, f"s{key}", at, float(number + key)) for house in houses for key in range(SENSORS)]
            store.write("Barn", pd.DataFrame(rows, columns=["house", "sensor", "time", "value"]), learned_at=at)


@pytest.mark.timeout(900)
def test_a_season_of_polls_by_several_processes_loses_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'farm.db'}"
    with Store.open(url) as store:
        store.add_farm(Farm(name="Barn"))
        for house in range(1, WRITERS + 1):
            store.save_house("Barn", House(number=house))
            store.save_sensors(
                "Barn", [Sensor(house=house, source_key=f"s{key}", metric="temp") for key in range(SENSORS)]
            )
    context = get_context("spawn")
    writers = [context.Process(target=poll, args=(url, writer)) for writer in range(1, WRITERS + 1)]
    for process in writers:
        process.start()
    for process in writers:
        process.join()
    assert [process.exitcode for process in writers] == [0] * WRITERS
    with Store.open(url) as store:
        frame = store.read("Barn")
    assert len(frame) == WRITERS * SENSORS * POLLS
    assert not frame.duplicated(["house", "sensor", "time"]).any()
