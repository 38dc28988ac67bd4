"""What is left behind: tables for programs, and only our own files are overwritten."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from farmlab import analyse
from farmlab.analyse import tables
from farmlab.errors import ConfigError
from tests.analyse.kit import DAY, FAST, NOW, read, room, scores, stuck, written

HOSTILE = "=cmd|' /C calc'!A0"


def test_the_columns_are_those_that_were_promised(tmp_path: Path) -> None:
    data = read(tmp_path, stuck(room()))
    looked = analyse.look(data, model=FAST)
    table = pd.read_csv(analyse.write_scores(tmp_path, data, looked))
    assert list(table) == ["timestamp", "sensor", "value", "score", "is_anomaly", "kind"]
    assert table["is_anomaly"].dtype == bool
    assert ((table["score"] >= 0.5) == table["is_anomaly"]).all()
    found = pd.read_csv(analyse.write_episodes(tmp_path, data, looked))
    assert list(found) == ["sensor", "kind", "start", "end", "detected_at", "severity", "score", "why"]
    assert found.iloc[0]["start"] == "2026-03-07 00:00:00"
    assert found.iloc[0]["detected_at"] > found.iloc[0]["start"]


def test_without_episodes_there_is_a_table_without_rows(tmp_path: Path) -> None:
    data = read(tmp_path, room(2))
    found = pd.read_csv(analyse.write_episodes(tmp_path, data, analyse.look(data, model=FAST)))
    assert list(found) == list(tables.EPISODES)
    assert found.empty


def test_formulas_are_neutralised_and_numbers_stay_numbers(tmp_path: Path) -> None:
    frame = stuck(room(columns=(HOSTILE, "T2")), HOSTILE)
    frame["T2"] = -frame["T2"]
    data = read(tmp_path, frame)
    looked = analyse.look(data, model=FAST)
    table = scores(tmp_path, data, looked)
    assert set(table["sensor"]) == {f"'{HOSTILE}", "T2"}
    assert (table.loc[table["sensor"] == "T2", "value"] < 0).all()
    assert set(pd.read_csv(analyse.write_episodes(tmp_path, data, looked))["sensor"]) <= {f"'{HOSTILE}", "T2"}


def test_rows_that_could_not_be_read_are_kept_and_an_old_list_goes(tmp_path: Path) -> None:
    good = room(1)
    bad = pd.concat([good, pd.DataFrame({"time": ["=1+1"], "T1": ["x"], "T2": [1.5]})])
    data = read(tmp_path, bad)
    path = analyse.write_rejected(tmp_path, data)
    assert path is not None
    (row,) = pd.read_csv(path).to_dict("records")
    assert row == {"line": DAY + 2, "reason": "no time can be read from it", "row": "'=1+1,x,1.5"}
    assert analyse.write_rejected(tmp_path, read(tmp_path, good)) is None
    assert not path.exists()


def test_only_our_own_files_are_overwritten(tmp_path: Path) -> None:
    source = written(tmp_path, stuck(room()))
    out = tmp_path / "out"
    data = analyse.read(analyse.Asked(path=source), now=NOW)
    looked = analyse.look(data, model=FAST)
    for _ in range(2):
        analyse.prepare(out, source)
        analyse.write_scores(out, data, looked)
        analyse.write_episodes(out, data, looked)
        analyse.write_report(out, data, looked, at=NOW)
    assert sorted(path.name for path in out.iterdir()) == ["episodes.csv", "report.html", "scores.csv"]
    for name in ("scores.csv", "episodes.csv", "report.html"):
        kept = (out / name).read_text()
        (out / name).write_text("my thesis\n")
        with pytest.raises(ConfigError, match=rf"already a {name} that is not of this command.*--out"):
            analyse.prepare(out, source)
        (out / name).write_text(kept)
    with pytest.raises(ConfigError, match=r"scores\.csv"):
        analyse.prepare(out, out / "scores.csv")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    taken = written(tmp_path, "x", name="file")
    with pytest.raises(ConfigError, match=r"nothing can be written there.*Choose another --out"):
        analyse.prepare(taken, tmp_path / "t.csv")
    with pytest.raises(ConfigError, match="nothing can be written there"):
        analyse.prepare(taken / "below", tmp_path / "t.csv")
