"""Whatever way a table is written down, the same readings come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from farmlab.errors import FarmLabError
from farmlab.integrations import recognise
from farmlab.integrations.recognise import Hints

STAMPS = {
    "iso": "%Y-%m-%dT%H:%M:%S",
    "blank": "%Y-%m-%d %H:%M",
    "german": "%d.%m.%Y %H:%M",
    "american": "%m/%d/%Y %I:%M %p",
    "british": "%d/%m/%Y %H:%M",
    "letters": "%d %b %Y %H:%M",
}
HEADERS = {"temp": "Temp (°F)", "rh": "Humidity", "co2": "CO2 [ppm]"}
FACTORS = {"temp": (5 / 9, -160 / 9), "rh": (1.0, 0.0), "co2": (1.0, 0.0)}


@dataclass(frozen=True)
class Dialect:
    """A way to write a table down."""

    delimiter: str
    decimal: str
    stamp: str
    zone: str
    quoted: bool
    long: bool
    houses: bool
    newline: str
    encoding: str
    row_numbers: bool
    comment: bool


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    return Dialect(
        delimiter=delimiter,
        decimal=draw(st.sampled_from([".", ","] if delimiter != "," else ["."])),
        stamp=draw(st.sampled_from([*STAMPS, "epoch", "epoch_ms", "offset"])),
        zone=draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])),
        quoted=draw(st.booleans()),
        long=draw(st.booleans()),
        houses=draw(st.booleans()),
        newline=draw(st.sampled_from(["\n", "\r\n"])),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
        row_numbers=draw(st.booleans()),
        comment=draw(st.booleans()),
    )


tables = st.lists(
    st.tuples(st.integers(-400, 1400), st.integers(10, 1000), st.one_of(st.none(), st.integers(3000, 99999))),
    min_size=12,
    max_size=24,
)
LETTERS = st.characters(codec="utf-8", exclude_characters="\x00\x1f")
starts = st.datetimes(datetime(2023, 1, 1), datetime(2025, 12, 31)).map(lambda t: t.replace(second=0, microsecond=0))


def stamp(moment: datetime, dialect: Dialect) -> str:
    if dialect.stamp.startswith("epoch"):
        return str(int(moment.timestamp()) * (1000 if dialect.stamp == "epoch_ms" else 1))
    local = moment.astimezone(ZoneInfo(dialect.zone))
    return local.isoformat() if dialect.stamp == "offset" else local.strftime(STAMPS[dialect.stamp])


def render(rows: list[tuple[datetime, int, dict[str, float | None]]], dialect: Dialect) -> str:
    def number(value: float | None) -> str:
        return "" if value is None else f"{value:.2f}".replace(".", dialect.decimal)

    def line(cells: list[str]) -> str:
        return dialect.delimiter.join(f'"{cell}"' if dialect.quoted else cell for cell in cells)

    house = ["house"] if dialect.houses else []
    lines = ["# made by a logger"] if dialect.comment else []
    if dialect.long:
        lines.append(line(["time", *house, "sensor", "value"]))
    else:
        lines.append(line(["time", *house, *HEADERS.values()]))
    count = 0
    for moment, where, values in rows:
        own = [stamp(moment, dialect), *([f"House {where}"] if dialect.houses else [])]
        cells = (
            [[*own, HEADERS[m], number(v)] for m, v in values.items()]
            if dialect.long
            else [[*own, *map(number, values.values())]]
        )
        for row in cells:
            count += 1
            lines.append(line([str(count), *row] if dialect.row_numbers else row))
    return dialect.newline.join(lines) + dialect.newline


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dialect=dialects(), table=tables, start=starts, step=st.sampled_from([5, 15, 60, 240]))
def test_a_table_comes_back_whatever_its_dialect(
    folder: Path, dialect: Dialect, table: list[tuple[int, int, int | None]], start: datetime, step: int
) -> None:
    rows = []
    expected: dict[tuple[int, str], list[tuple[datetime, float]]] = {}
    for i, (temp, rh, co2) in enumerate(table):
        moment = start.replace(tzinfo=UTC) + timedelta(minutes=step * i)
        for house in (1, 2) if dialect.houses else (1,):
            values = {"temp": temp / 10 + 60, "rh": rh / 10 + house, "co2": None if co2 is None else co2 / 10}
            rows.append((moment, house, values))
            for metric, value in values.items():
                if value is not None:
                    factor, offset = FACTORS[metric]
                    si = round(round(value, 2) * factor + offset, 9)
                    expected.setdefault((house, metric), []).append((moment, si))
    path = folder / "table.csv"
    path.write_bytes(render(rows, dialect).encode(dialect.encoding))

    order = {"german": "dmy", "british": "dmy", "american": "mdy"}.get(dialect.stamp)
    made = recognise.open_table(path, Hints(timezone=dialect.zone, dates=order))
    frame, rejected = recognise.read_table(made)

    metrics = {column.name: column.metric for column in made.recognised.columns}
    assert rejected.empty
    assert made.recognised.layout == ("long" if dialect.long else "wide")
    found = {
        (int(house), metrics[str(name)]): group
        for (house, name), group in frame.groupby(["house", "sensor"], observed=True)
    }
    assert found.keys() == expected.keys()
    for key, pairs in expected.items():
        assert found[key]["time"].tolist() == [moment for moment, _ in pairs]
        np.testing.assert_allclose(found[key]["value"], [value for _, value in pairs], atol=2e-9)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused_in_a_sentence(folder: Path, data: bytes) -> None:
    path = folder / "noise.csv"
    path.write_bytes(data)
    refused = None
    try:
        recognise.read_table(recognise.open_table(path, Hints(keep_unknown=True)))
    except FarmLabError as error:
        refused = error
    assert refused is None or (refused.next_step and "\n" not in str(refused))


def without_blank_end(row: str) -> str:
    """The row without what is blank at its end: cells too many are left out when nothing is in them."""
    cells = row.split(",")
    while cells and not cells[-1].strip():
        cells.pop()
    return ",".join(cells).rstrip()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.lists(st.text(LETTERS, max_size=12), min_size=2, max_size=4),
        max_size=8,
    )
)
@example(cells=[["", ""], ["", "", "0", "\x0c"]])
def test_nothing_is_lost_of_what_is_appended_to_a_table(folder: Path, cells: list[list[str]]) -> None:
    """Each line of rubbish costs at most itself: the good rows before it are read, and it is a reject or a reading."""
    good = [f"2024-01-{day:02},20.5,50" for day in range(1, 29)]
    rubbish = [",".join(row).replace("\r", " ").replace("\n", " ").replace('"', "'") for row in cells]
    kept = [row for row in rubbish if row.strip() and not row.startswith(("#", "//"))]
    path = folder / "rubbish.csv"
    path.write_bytes("\n".join(["time,temp,rh", *good, *rubbish]).encode("utf-8"))
    frame, rejected = recognise.read_table(recognise.open_table(path))
    first = frame[frame["time"] <= "2024-01-28"]
    assert (first.groupby("sensor", observed=True)["value"].count() >= 28).all()
    told = {without_blank_end(row) for row in rejected["row"]}
    for row in kept:
        assert without_blank_end(row) in told or not any(cell.strip() for cell in row.split(",")[1:]) or len(frame) > 56
