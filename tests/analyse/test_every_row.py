"""However a table is mixed up, every value that has a time comes out once, on its own row."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from farmlab import analyse
from tests.analyse.kit import read, scores

CELL = st.one_of(st.integers(-999, 999).map(str), st.sampled_from(["", "NA", "inf", "1e3", "-0.5"]))
ROW = st.tuples(st.integers(0, 40), st.sampled_from("AB"), CELL, CELL)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(ROW, min_size=4, max_size=40), long=st.booleans(), house=st.booleans())
def test_every_value_comes_out_once(rows: list[tuple[int, str, str, str]], long: bool, house: bool) -> None:
    start = pd.Timestamp("2026-03-01")
    frame = pd.DataFrame(rows, columns=["time", "house", "x", "y"])
    frame["time"] = (start + pd.to_timedelta(10 * frame["time"], unit="min")).dt.strftime("%Y-%m-%d %H:%M")
    frame.loc[0, ["x", "y"]], frame.loc[1, ["x", "y"]] = "1", "2"
    frame.loc[:1, "time"] = ["2026-03-01 00:00", "2026-03-01 01:00"]
    table = frame if house else frame.drop(columns="house")
    shown = table.melt([name for name in ("time", "house") if name in table], var_name="sensor") if long else table
    with tempfile.TemporaryDirectory() as folder:
        data = read(Path(folder), shown)
        out = scores(Path(folder), data, analyse.look(data, model="sensor_rules"))
    expected = frame.melt(["time", "house"])["value"]
    numbers = pd.to_numeric(expected, errors="coerce").replace([np.inf, -np.inf], np.nan)
    assert len(out) == len(expected)
    assert sorted(out["value"].dropna()) == sorted(numbers.dropna())
    assert not out["is_anomaly"].any()
    assert set(out["timestamp"].str[:16]) == set(frame["time"])
