"""Files taken in: what was recognised, when it counts as known, what was rejected."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from farmlab import ingest
from farmlab.config import Settings
from farmlab.domain import Flock, SyncRun, SyncStatus
from farmlab.errors import UnknownName, UnreadableTable
from farmlab.store import Store
from tests.ingest.conftest import FARM, Site

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"


@pytest.fixture
def farm(store: Store, settings: Settings) -> Store:
    ingest.add_farm(store, settings, "Barn", at=AT, houses=2, timezone=ZONE)
    return store


@pytest.fixture
def file(tmp_path: Path):
    def make(text: str, name: str = "readings.csv") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return make


GOOD = "time,temp,rh\n2026-02-01 00:00,21.5,50\n2026-02-01 00:05,21.6,51\n"


def take(store: Store, settings: Settings, path: Path, **options: object) -> ingest.Import:
    return ingest.import_file(store, settings, path, **{"farm": "Barn", "at": AT, "house": 1, **options})


def test_readings_go_in_once(farm: Store, settings: Settings, file) -> None:
    done = take(farm, settings, file(GOOD))
    assert (done.run.source, done.run.status, done.run.new) == ("import", SyncStatus.SUCCESS, 4)
    wide = farm.wide("Barn", 1)
    assert wide["temp_c"].tolist() == [21.5, 21.6]
    assert wide.index[0] == pd.Timestamp("2026-01-31 23:00", tz="UTC")
    assert any(ZONE in sentence for sentence in done.said)
    again = take(farm, settings, file(GOOD))
    assert (again.run.new, again.run.seen, again.run.changed) == (0, 4, 0)


@pytest.mark.parametrize(
    ("known_as", "expected"),
    [
        ("polling", datetime(2026, 1, 31, 23, 5, tzinfo=UTC)),
        ("measured", datetime(2026, 1, 31, 23, 0, tzinfo=UTC)),
        ("now", AT),
    ],
)
def test_when_a_history_counts_as_known(
    farm: Store, settings: Settings, file, known_as: str, expected: datetime
) -> None:
    done = take(farm, settings, file(GOOD), known_as=known_as)
    assert farm.read("Barn", sensor="temp")["learned_at"].iloc[0] == expected
    assert farm.syncs("Barn")[0].known_as == done.run.known_as == known_as


def test_nothing_counts_as_known_before_it_came(farm: Store, settings: Settings, file) -> None:
    take(farm, settings, file(GOOD), at=datetime(2026, 1, 31, 23, 6, tzinfo=UTC))
    assert farm.read("Barn")["learned_at"].max() == datetime(2026, 1, 31, 23, 6, tzinfo=UTC)


def test_rejected_rows_are_kept_with_the_reason_and_without_formulas(farm: Store, settings: Settings, file) -> None:
    done = take(farm, settings, file(GOOD + "2026-02-01 00:10,=cmd(),52\n=1+1,20,50\n2026-02-01 00:15,20\n"))
    assert (done.run.new, done.run.rejected, done.run.status) == (5, 3, SyncStatus.SUCCESS)
    with done.quarantine.open() as told:
        rows = list(csv.DictReader(told))
    assert [(row["line"], row["row"]) for row in rows] == [
        ("4", "2026-02-01 00:10,=cmd(),52"),
        ("5", "'=1+1,20,50"),
        ("6", "2026-02-01 00:15,20"),
    ]
    assert rows[0]["reason"] == "temp: '=cmd()' is no number"
    assert str(done.quarantine) in done.said[-1]


def test_a_clock_may_be_a_little_ahead(farm: Store, settings: Settings, file) -> None:
    done = take(farm, settings, file("time,temp\n2026-03-01 13:10,20\n2026-03-01 13:11,21\n"))
    assert (done.run.new, done.run.rejected) == (1, 1)
    assert farm.read("Barn")["learned_at"].tolist() == [AT]


def test_readings_of_the_future_are_rejected(farm: Store, settings: Settings, file) -> None:
    done = take(farm, settings, file(GOOD + "2027-02-01 00:10,20,52\n"))
    assert (done.run.new, done.run.rejected) == (4, 2)
    assert "lies in the future" in done.quarantine.read_text()


def test_impossible_values_are_marked(farm: Store, settings: Settings, file) -> None:
    rows = "2026-02-01 00:00,21.5,250\n2026-02-01 00:05,99,50\n2026-02-01 00:10,-41,1\n2026-02-01 00:15,60,0\n"
    take(farm, settings, file(f"time,temp_c,rh\n{rows}"))
    tidy = farm.read("Barn")
    assert tidy.groupby("sensor", observed=True)["quality"].agg(list).to_dict() == {
        "rh": ["suspect", "ok", "ok", "suspect"],
        "temp_c": ["ok", "suspect", "suspect", "ok"],
    }


def test_the_house_has_to_be_clear(farm: Store, settings: Settings, file) -> None:
    with pytest.raises(UnknownName, match=r"which of the 2 houses.*--house N"):
        take(farm, settings, file(GOOD), house=None)
    with pytest.raises(UnknownName, match=r"no house 7.*farmlab house add"):
        take(farm, settings, file(GOOD), house=7)
    with pytest.raises(UnknownName, match="no house 9"):
        take(farm, settings, file("time,House 9 temp\n2026-02-01,20\n2026-02-02,20\n"))
    ingest.add_farm(farm, settings, "One", at=AT, houses=1)
    assert take(farm, settings, file(GOOD), farm="One", house=None).run.new == 4


def test_rows_of_houses_that_are_not_there_are_rejected(farm: Store, settings: Settings, file) -> None:
    done = take(
        farm, settings, file("time,house,temp\n2026-02-01,1,20\n2026-02-01,2,21\n2026-02-01,3,22\n"), house=None
    )
    assert (done.run.new, done.run.rejected) == (2, 1)
    assert set(farm.newest("Barn")) == {1, 2}


def test_a_file_that_is_no_table_is_a_failed_sync(farm: Store, settings: Settings, file) -> None:
    with pytest.raises(UnreadableTable):
        take(farm, settings, file("temp\n1\n2\n"))
    run = farm.syncs("Barn")[0]
    assert run.status == SyncStatus.FAILED
    assert "readings.csv" in run.error


def test_a_source_key_that_is_recorded_as_something_else_is_kept_out(farm: Store, settings: Settings, file) -> None:
    take(farm, settings, file(GOOD))
    done = take(
        farm,
        settings,
        file("time,temp,rh\n2026-02-02 00:00,900,52\n2026-02-02 00:05,901,53\n"),
        mapping={"temp": "co2"},
    )
    assert (done.run.new, done.run.rejected) == (2, 1)
    assert "recorded as temperature, but comes as CO₂" in done.quarantine.read_text()


def test_another_sensor_of_the_same_quantity_has_a_column_of_its_own(farm: Store, settings: Settings, file) -> None:
    take(farm, settings, file(GOOD))
    take(farm, settings, file("time,Temperature\n2026-02-01 00:00,19\n2026-02-01 00:05,19\n", "b.csv"))
    assert {"temp_c", "temp_c_2"} <= set(farm.wide("Barn", 1).columns)


def growth(first: date, days: int, start_day: int) -> str:
    rows = []
    for day in range(days):
        for hour in (1, 13):
            rows.append(f"{first + timedelta(days=day)} {hour:02}:00,1,{start_day + day}")
    return "\n".join(rows) + "\n"


def test_flocks_of_the_past_are_found_in_the_growth_days(farm: Store, settings: Settings, file) -> None:
    text = "time,house,Growth_Day\n" + growth(date(2026, 1, 1), 20, 10) + growth(date(2026, 1, 28), 33, -2)
    done = take(farm, settings, file(text), house=None)
    assert [(flock.placed_on, flock.ended_on) for flock in farm.flocks("Barn")] == [
        (date(2025, 12, 22), date(2026, 1, 20)),
        (date(2026, 1, 30), None),
    ]
    assert any("placed on 2025-12-22" in sentence for sentence in done.said)
    assert take(farm, settings, file(text), house=None).run.new == 0
    assert len(farm.flocks("Barn")) == 2


def test_a_flock_that_is_recorded_is_not_found_again(farm: Store, settings: Settings, file) -> None:
    known = farm.save_flock("Barn", Flock(house=1, placed_on=date(2025, 12, 20), ended_on=date(2026, 1, 25)))
    take(farm, settings, file("time,house,Growth_Day\n" + growth(date(2026, 1, 1), 20, 10)), house=None)
    assert farm.flocks("Barn") == [known]


def test_an_import_that_was_killed_is_closed_by_the_next(farm: Store, settings: Settings, file) -> None:
    farm.start_sync(SyncRun(farm="Barn", source="import", started_at=AT - timedelta(hours=1)))
    take(farm, settings, file(GOOD))
    assert farm.syncs("Barn")[1].status == SyncStatus.FAILED


def test_an_archive_and_polls_of_a_farm_are_one_series(site: Site, file) -> None:
    site.add()
    first = site.hand.at + timedelta(minutes=5)
    archive = file(
        f"time,house,Average_Temperature,CO2\n{site.hand.at.isoformat()},1,29.5,1800\n{first.isoformat()},1,29.7,1850\n"
    )
    done = ingest.import_file(site.store, site.settings, archive, farm=FARM, at=first)
    assert done.run.new == 4
    run = site.sync()
    assert run.seen == 2
    assert len(site.store.read(FARM, house=1, sensor="Average_Temperature")) == 2
    assert "temp_c" in site.store.wide(FARM, 1).columns


def test_a_correction_beside_a_row_that_cannot_be_read_is_no_failure(farm: Store, settings: Settings, file) -> None:
    take(farm, settings, file("time,temp\n2026-02-01 00:00,21.5\n"))
    run = take(farm, settings, file("time,temp\n2026-02-01 00:00,22.5\nTotal,44\n")).run
    assert (run.status, run.new, run.changed, run.rejected, run.error) == (SyncStatus.SUCCESS, 0, 1, 1, "")


def test_a_file_from_the_future_fails_and_says_so(farm: Store, settings: Settings, file) -> None:
    run = take(farm, settings, file("time,temp\n2036-02-01 00:00,21.5\n")).run
    assert (run.status, run.error) == (SyncStatus.FAILED, "no reading could be taken in")


def test_a_growing_file_of_which_nothing_can_be_taken_in_is_a_failure(store: Store, settings: Settings, file) -> None:
    path = file("time,barn,temp\n2026-02-01 00:00,North,21.5\n2026-02-01 00:00,South,21.6\n")
    ingest.add_farm(
        store, settings, "Logger", at=AT, integration="csv_file", options={"path": str(path)}, timezone=ZONE
    )
    run = ingest.sync(store, settings, "Logger", at=AT)
    assert (run.status, run.rejected) == (SyncStatus.FAILED, 2)
    assert "its house has no number" in run.error


def test_a_growing_file_is_taken_in_at_each_sync(store: Store, settings: Settings, file) -> None:
    path = file(GOOD)
    ingest.add_farm(
        store, settings, "Logger", at=AT, integration="csv_file", options={"path": str(path)}, timezone=ZONE
    )
    first = ingest.sync(store, settings, "Logger", at=AT)
    assert (first.new, first.known_as) == (4, "polling")
    assert store.read("Logger")["learned_at"].iloc[0] == pd.Timestamp("2026-01-31 23:05", tz="UTC")
    with path.open("a") as more:
        more.write("2026-03-01 13:00,22,53\n")
    later = AT + timedelta(minutes=5)
    second = ingest.sync(store, settings, "Logger", at=later)
    assert (second.new, second.seen, second.known_as) == (2, 4, "receipt")
    assert store.read("Logger")["learned_at"].max() == later
    path.unlink()
    assert "the file is not there" in ingest.sync(store, settings, "Logger", at=later).error
