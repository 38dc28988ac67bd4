"""``analyse failure``: tables in, a risk for each reading out; leaks, gaps and strange tables in plain words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from farmlab.analyse import failure
from farmlab.cli import analyse
from farmlab.errors import ConfigError, InsufficientData, UnreadableTable
from tests.cli.kit import Terminal

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = pd.Timestamp("2025-03-01")
DAYS = 80
UNTIL = "2025-04-28"


def fleet(*, units: int = 16, seed: int = 4) -> dict[str, pd.DataFrame]:
    """Machines read every six hours whose vibration rises for four days before each failure."""
    random = np.random.default_rng(seed)
    times = pd.date_range(START, periods=DAYS * 4, freq="6h")
    hours = 6.0 * np.arange(len(times))
    readings, failures = [], []
    for unit in range(units):
        failed = np.sort(random.uniform(48, hours[-1], 4))
        left = np.array([min((f - h for f in failed if f > h), default=np.inf) for h in hours])
        vibration = 40 + 5 * np.clip(1 - left / 96, 0, 1) + random.normal(0, 1, len(times))
        readings.append(
            pd.DataFrame(
                {
                    "unit": f"m{unit}",
                    "timestamp": times,
                    "vibration": vibration,
                    "volt": random.normal(170, 5, len(times)),
                }
            )
        )
        at = [START + pd.Timedelta(hours=float(hour)) for hour in failed]
        failures.append(pd.DataFrame({"unit": f"m{unit}", "timestamp": at, "kind": "bearing"}))
    attributes = pd.DataFrame({"unit": [f"m{unit}" for unit in range(units)], "model": ["a", "b"] * (units // 2)})
    return {"readings": pd.concat(readings), "failures": pd.concat(failures), "units": attributes}


def asked(folder: Path, tables: dict[str, pd.DataFrame], **given: Any) -> failure.Asked:
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    paths = {name: folder / f"{name}.csv" for name in tables}
    return failure.Asked(**{**paths, "train_until": UNTIL, **given})  # type: ignore[arg-type]


def judged(folder: Path, tables: dict[str, pd.DataFrame], **given: Any) -> failure.Judged:
    return failure.judge(failure.read(asked(folder, tables, **given), now=NOW))


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return fleet()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, tables: dict[str, pd.DataFrame]) -> failure.Judged:
    return judged(tmp_path_factory.mktemp("fleet"), tables)


def test_both_horizons_are_told_for_every_reading_after_the_end(
    found: failure.Judged, tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    after = tables["readings"]["timestamp"] > pd.Timestamp(UNTIL)
    assert len(found.risk) == after.sum()
    for name, told in found.figures.items():
        assert told.pr_auc > 2 * found.baseline[name].pr_auc
        assert told.pr_auc > 3 * told.prevalence
        assert told.calibration_error < 0.05
    assert found.warnings == ()
    failure.prepare(tmp_path, [])
    written = pd.read_csv(failure.write_risk(tmp_path, found))
    assert list(written.columns) == ["unit", "timestamp", "risk_0_24h", "risk_24_48h", "likely", "factors"]
    assert written[["risk_0_24h", "risk_24_48h"]].stack().between(0, 1).all()
    worst = written.sort_values("risk_0_24h").iloc[-1]
    assert "vibration" in worst["factors"]


def two_kinds(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Two of three failures are of belts, before which the voltage falls for three days."""
    failures = tables["failures"].reset_index(drop=True)
    failures["kind"] = np.where(np.arange(len(failures)) % 3 == 0, "bearing", "=belt")
    readings = tables["readings"].reset_index(drop=True)
    for unit, at in failures.loc[failures["kind"] == "=belt", ["unit", "timestamp"]].itertuples(index=False):
        left = (at - readings["timestamp"]) / pd.Timedelta(hours=1)
        readings.loc[(readings["unit"] == unit) & (left > 0) & (left < 72), "volt"] -= 12
    return {**tables, "failures": failures, "readings": readings}


def test_the_likely_kind_is_told_where_kinds_are_on_record(
    found: failure.Judged, tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    assert set(found.risk["likely"]) == {"bearing"}
    parted = two_kinds(tables)
    told = judged(tmp_path, parted)
    failure.prepare(tmp_path / "out", [])
    written = pd.read_csv(failure.write_risk(tmp_path / "out", told), parse_dates=["timestamp"])
    assert set(written["likely"]) == {"bearing", "'=belt"}
    right, always = [], []
    for unit, at, kind in parted["failures"][["unit", "timestamp", "kind"]].itertuples(index=False):
        ahead = pd.Timestamp(at, tz="UTC") - written["timestamp"]
        day = written[(written["unit"] == unit) & (ahead > pd.Timedelta(0)) & (ahead <= pd.Timedelta(hours=24))]
        right += list(day["likely"].str.lstrip("'") == kind)
        always += [kind == "=belt"] * len(day)
    assert np.mean(right) > np.mean(always) + 0.1
    note = next(note for note in told.notes if note.startswith("The likely kind"))
    assert "random forest" in note
    assert "always saying =belt in" in note


def test_kinds_that_nothing_tells_are_told_by_their_frequency(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    failures = tables["failures"].reset_index(drop=True)
    failures["kind"] = np.random.default_rng(0).choice(["bearing", "belt"], len(failures), p=[0.3, 0.7])
    told = judged(tmp_path, {**tables, "failures": failures})
    assert set(told.risk["likely"]) == {"belt"}
    assert any("told by how frequent each kind is" in note for note in told.notes)
    none = judged(tmp_path, {**tables, "failures": failures.drop(columns="kind")})
    assert set(none.risk["likely"]) == {""}


def test_the_page_shows_how_far_to_trust_the_risks(
    found: failure.Judged, tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    from farmlab.analyse.failure.report import pictures

    read = failure.read(asked(tmp_path, tables), now=NOW)
    first, second = pictures(read, found)
    for said in ("next 24 h: precision over recall", "24–48 h: what was said came true", "age and duty alone"):
        assert said in first.svg
    worst = found.risk.groupby("unit")["risk_0_24h"].max().nlargest(6).index
    assert all(f">{unit}<" in second.svg for unit in worst)
    assert "● failed" in second.svg
    unknown = failure.Judged(found.risk, {}, {}, found.held_out, found.model, found.train_until, (), ())
    assert len(pictures(read, unknown)) == 1


def test_what_comes_after_the_end_is_never_learned_from(
    found: failure.Judged, tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    late = tables["failures"]["timestamp"] > pd.Timestamp(UNTIL)
    moved = tables["failures"].assign(
        timestamp=tables["failures"]["timestamp"].where(~late, tables["failures"]["timestamp"] + pd.Timedelta("30h"))
    )
    other = judged(tmp_path, {**tables, "failures": moved})
    first = found.risk[found.risk["timestamp"] < pd.Timestamp("2025-04-29", tz="UTC")]
    again = other.risk[other.risk["timestamp"] < pd.Timestamp("2025-04-29", tz="UTC")]
    pd.testing.assert_frame_equal(first.reset_index(drop=True), again.reset_index(drop=True))


def test_a_record_that_ends_earlier_is_told_the_same(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Kinds that turn up or become frequent later, and columns that begin to change, say nothing of earlier risks."""
    end, readings = pd.Timestamp("2025-05-06"), tables["readings"]
    late = readings["timestamp"] > end
    told = readings.assign(valve=np.where(late, readings["volt"], 1.0))
    seen = readings[["unit", "timestamp"]].iloc[::20]
    usual = np.where(np.arange(len(seen)) % 3 == 0, "leak", "heat")
    events = seen.assign(kind=np.where(seen["timestamp"] > end, "leak", usual)).reset_index(drop=True)
    new = seen[seen["timestamp"] > end].assign(kind="noise")
    whole = {**tables, "readings": told, "events": pd.concat([events, new])}
    cut = {name: t[t["timestamp"] <= end] if "timestamp" in t else t for name, t in whole.items()}
    full, part = (judged(tmp_path, given).risk for given in (whole, cut))
    same = full[full["timestamp"] <= part["timestamp"].max()].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, same)


WRITTEN = {
    "day, month, year, and decimal commas": ("%d.%m.%Y %H:%M", {"sep": ";", "decimal": ","}),
    "slashes, the day first": ("%d/%m/%Y %H:%M:%S", {}),
    "slashes, the month first": ("%m/%d/%Y %I:%M %p", {"sep": "\t"}),
    "ISO 8601 with an offset": ("%Y-%m-%dT%H:%M:%S+00:00", {}),
}


@pytest.mark.parametrize("way", [*WRITTEN, "milliseconds since 1970", "date and time of day"])
def test_tables_are_read_as_people_write_them(tables: dict[str, pd.DataFrame], tmp_path: Path, way: str) -> None:
    form, options = WRITTEN.get(way, ("%Y-%m-%d %H:%M:%S", {}))
    plain = failure.read(asked(tmp_path, tables), now=NOW)
    for name, table in tables.items():
        shown = table
        if "timestamp" in table:
            times = pd.to_datetime(table["timestamp"]).dt.floor("min")
            shown = table.assign(timestamp=times.dt.strftime(form))
            if way.startswith("milliseconds"):
                shown["timestamp"] = times.astype("datetime64[ms]").astype("int64")
            if way.startswith("date"):
                shown = shown.assign(Date=times.dt.strftime("%d.%m.%y"), Time=times.dt.strftime("%H:%M"))
                shown = shown.drop(columns="timestamp")
        shown.to_csv(tmp_path / f"{name}.csv", index=False, **options)
    paths = {name: tmp_path / f"{name}.csv" for name in tables}
    read = failure.read(failure.Asked(**paths), now=NOW)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(read.readings, plain.readings)
    pd.testing.assert_frame_equal(read.attributes, plain.attributes)
    assert read.failures == {u: [t.floor("min") for t in times] for u, times in plain.failures.items()}
    assert read.warnings == ()


def test_units_are_the_same_however_their_number_is_written(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    number = {name: table["unit"].str[1:].astype(int) for name, table in tables.items()}
    told = {
        "readings": tables["readings"].assign(unit=number["readings"].astype(float)),
        "failures": tables["failures"].assign(unit=number["failures"].map("{:03d}".format), kind=None),
        "units": tables["units"].assign(unit=number["units"]),
    }
    told["failures"].iloc[3, told["failures"].columns.get_loc("unit")] = None
    read = failure.read(asked(tmp_path, told), now=NOW)
    assert list(read.failures) == sorted(map(str, range(16)))
    assert sum(map(len, read.failures.values())) == len(told["failures"]) - 1
    assert read.attributes["model"].notna().all()
    assert read.warnings == ("failures.csv: 1 rows name no unit and were left out.",)
    assert not any(read.kinds.values())


def test_an_order_of_dates_that_few_rows_do_not_tell_is_that_of_the_readings(
    tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    failures = pd.DataFrame({"unit": "m1", "timestamp": ["04/05/2025 06:00"], "kind": "bearing"})
    written = {**tables, "failures": failures}
    for form, day in (("%d/%m/%Y %H:%M", "2025-05-04"), ("%m/%d/%Y %H:%M", "2025-04-05")):
        written["readings"] = tables["readings"].assign(timestamp=tables["readings"]["timestamp"].dt.strftime(form))
        read = failure.read(asked(tmp_path, written), now=NOW)
        assert read.failures["m1"] == [pd.Timestamp(f"{day} 06:00", tz="UTC")]
    said = failure.read(asked(tmp_path, {**written, "readings": tables["readings"]}, dates="dmy"), now=NOW)
    assert said.failures["m1"] == [pd.Timestamp("2025-05-04 06:00", tz="UTC")]


def test_columns_that_hold_the_answer_are_left_out_and_named(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    readings = tables["readings"].sort_values(["unit", "timestamp"])
    left = np.full(len(readings), 999.0)
    for _, row in tables["failures"].iterrows():
        ahead = (row["timestamp"] - readings["timestamp"]) / pd.Timedelta(hours=1)
        mine = ((readings["unit"] == row["unit"]) & (ahead > 0)).to_numpy()
        left[mine] = np.minimum(left[mine], ahead.to_numpy()[mine])
    leaking = readings.assign(secret=left, failure_flag=(left < 10).astype(int))
    told = judged(tmp_path, {**tables, "readings": leaking})
    said = " ".join(told.warnings)
    assert "failure_flag reads like an answer" in said
    assert "secret tells every failure" in said
    assert not any("secret" in name or "flag" in name for name in told.model.columns_)


def test_strange_rows_are_left_out_and_said(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    readings = pd.concat([tables["readings"], tables["readings"].iloc[:7]]).astype({"timestamp": str})
    readings.iloc[20, 1] = "tomorrow"
    readings.iloc[30, 1] = "2031-01-01"
    readings = readings.assign(constant=1, nothing=np.nan)
    strangers = pd.DataFrame({"unit": ["who"], "timestamp": [START], "kind": ["x"]})
    failures = pd.concat([tables["failures"], strangers])
    never = tables["readings"][tables["readings"]["unit"] == "m0"].assign(unit="sound").astype({"timestamp": str})
    readings = pd.concat([readings, never])
    read = failure.read(asked(tmp_path, {**tables, "readings": readings, "failures": failures}), now=NOW)
    said = " ".join(read.warnings)
    for part in ("7 readings repeat", "1 rows have no readable time", "1 rows lie in the future", "without readings"):
        assert part in said
    assert "constant, nothing" in " ".join(read.notes)
    assert "1 of 17 units never failed." in read.notes


def test_too_little_is_refused_in_a_sentence(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    day = tables["readings"]["timestamp"] < START + pd.Timedelta(days=1)
    with pytest.raises(InsufficientData, match="7 are needed"):
        judged(tmp_path, {**tables, "readings": tables["readings"][day]})
    with pytest.raises(InsufficientData, match="5 failures lie within the readings, and 20 are needed"):
        judged(tmp_path, {**tables, "failures": tables["failures"].iloc[:5]})
    with pytest.raises(InsufficientData, match="0 failures"):
        judged(tmp_path, {"readings": tables["readings"]})
    with pytest.raises(InsufficientData, match="no column holds numbers that change"):
        judged(tmp_path, {**tables, "readings": tables["readings"].assign(vibration=np.nan, volt=3)})
    with pytest.raises(InsufficientData, match="failures come before the end of learning"):
        judged(tmp_path, tables, train_until="2025-03-04")
    with pytest.raises(InsufficientData, match="no reading comes after the end of learning"):
        judged(tmp_path, tables, train_until="2025-12-31")
    with pytest.raises(UnreadableTable, match="no column holds times"):
        judged(tmp_path, {**tables, "readings": tables["readings"].rename(columns={"timestamp": "hmm"})})
    (tmp_path / "readings.csv").write_text("")
    with pytest.raises(UnreadableTable):
        failure.read(failure.Asked(readings=tmp_path / "readings.csv"), now=NOW)


def test_a_person_is_told_what_is_wrong_first(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    readings = tables["readings"][tables["readings"]["unit"].isin(["m1", "m2", "m3", "m4"])]
    gap = readings["timestamp"].between(pd.Timestamp("2025-03-20"), pd.Timestamp("2025-03-27"))
    given = asked(tmp_path, {**tables, "readings": readings[~gap].assign(label=1), "failures": many(readings)})
    words = ["--readings", str(given.readings), "--failures", str(given.failures), "--train-until", UNTIL]
    out = tmp_path / "out"
    said = Terminal.of(tmp_path / "nowhere", analyse).type("analyse", "failure", *words, "--out", str(out))
    lines = [line for line in said.splitlines() if not line.startswith("  ")]
    assert lines[0].startswith("Warning: Leak: label reads like an answer")
    assert lines[1].startswith("Warning: Only 4 units")
    assert any("age and duty alone: PR-AUC" in line for line in lines)
    page = (out / "report.html").read_text()
    assert "Leak: label" in page
    assert "age and duty alone" in page
    assert {path.name for path in out.iterdir()} == {"risk.csv", "report.html"}


def many(readings: pd.DataFrame) -> pd.DataFrame:
    """A failure of each unit every eight days."""
    times = pd.date_range(START + pd.Timedelta(days=6), periods=9, freq="8D")
    return pd.concat([pd.DataFrame({"unit": unit, "timestamp": times}) for unit in readings["unit"].unique()])


def test_few_units_and_copies_are_warned_of(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    few = tables["readings"]["unit"].isin(["m0", "m1"])
    read = failure.read(asked(tmp_path, {**tables, "readings": tables["readings"][few]}), now=NOW)
    assert read.warnings[-2].startswith("Only 2 units") or "Only 2 units" in " ".join(read.warnings)
    readings = tables["readings"]
    late = readings["timestamp"] > pd.Timestamp("2025-05-12")
    early = readings[readings["timestamp"] <= pd.Timestamp("2025-05-12")].iloc[: late.sum()]
    copied = readings.copy()
    copied.loc[late.to_numpy(), ["vibration", "volt"]] = early[["vibration", "volt"]].to_numpy()
    told = judged(tmp_path, {**tables, "readings": copied})
    assert any("copies of earlier ones" in warning for warning in told.warnings)


def test_the_work_of_others_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "risk.csv").write_text("mine\n1\n")
    with pytest.raises(ConfigError, match=r"risk\.csv that is not of this command"):
        failure.prepare(tmp_path, [])
