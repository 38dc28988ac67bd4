from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farmlab import config, notebooks
from farmlab.config import workspace
from farmlab.errors import BadNotebook, BadParameter, UnknownName
from farmlab.notebooks import parameters
from tests.runs.kit import PARAMETERS, write_notebook

KNOWN, _ = parameters.read(PARAMETERS)


def problems(path: Path) -> str:
    return " | ".join(notebooks.inspect(path).problems)


def changed(path: Path, change: Any) -> Path:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return path


def test_a_notebook_says_what_it_is(tmp_path: Path) -> None:
    path = write_notebook(tmp_path, schedule="weekly mon 06:00", scope="house", order=3)
    found = notebooks.inspect(path)
    assert found.problems == found.remarks == ()
    assert (found.name, found.title, found.audience, found.scope) == ("warmth", "Warmth", "managers", "house")
    assert (found.schedule, found.order) == ("weekly mon 06:00", 3)
    assert [item.name for item in found.parameters][:5] == list(notebooks.STANDARD)
    assert found.parameters[3] == notebooks.Parameter("hours", "int", 24, "length of the window")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda doc: doc["cells"][0].update(source="no title"), "first cell"),
        (lambda doc: doc["cells"][1]["metadata"].clear(), "tagged 'parameters'"),
        (lambda doc: doc["cells"][2].update(source="1"), "verdict"),
        (lambda doc: doc["cells"][-1].update(source="1"), "record"),
        (lambda doc: doc["cells"].__delitem__(slice(1, 4)), "fewer than four cells"),
        (lambda doc: doc["metadata"].pop("farmlab"), "farmlab.title"),
        (lambda doc: doc["metadata"]["farmlab"].update(titel="x"), "farmlab.titel"),
        (lambda doc: doc["metadata"]["farmlab"].update(scope="barn"), "farmlab.scope"),
        (lambda doc: doc["metadata"]["farmlab"].update(schedule="at noon"), "no schedule"),
        (lambda doc: doc["metadata"]["farmlab"].update(timeout_s="60"), "farmlab.timeout_s"),
    ],
)
def test_each_break_of_the_contract_is_said(tmp_path: Path, change: Any, said: str) -> None:
    path = changed(write_notebook(tmp_path), change)
    assert said in problems(path)
    assert notebooks.inspect(path).schedule == "none"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hours = 24  # length", "is not 'name: type = value"),
        ("hours: int = 24", "is not 'name: type = value"),
        ("hours: int  # length", "is not 'name: type = value"),
        ("hours: int = (\n24)  # length", "is not 'name: type = value"),
        ("import os  # length", "is not 'name: type = value"),
        ("hours: str = ''  # length", "'hours: int' is missing or of another type"),
        ("hours: int = '24'  # length", "not a plain value of type int"),
        ("hours: int = 3 * 8  # length", "not a plain value of type int"),
        ("hours: set[int] = 24  # length", "has the type 'set[int]'"),
        ("hours: int = 24  # length\ndb_password: str = ''  # oh", "looks like a secret"),
        ("hours: int = = 24", "is not Python"),
        ("hours: int = '''", "is not Python"),
        ("hours: int = 24  # \x00", "is not Python"),
        ("hours: str = '\ud800'  # length", "is not Python"),
        ("hours: int = {[]}  # length", "not a plain value of type int"),
    ],
)
def test_each_wrong_line_of_the_parameters_is_said(tmp_path: Path, line: str, said: str) -> None:
    source = PARAMETERS.replace("hours: int = 24  # length of the window", line)
    path = changed(write_notebook(tmp_path), lambda doc: doc["cells"][1].update(source=source))
    assert said in problems(path)


def test_outputs_are_remarked_but_do_not_stop_it(tmp_path: Path) -> None:
    path = changed(write_notebook(tmp_path), lambda doc: doc["cells"][3].update(execution_count=4))
    found = notebooks.inspect(path)
    assert found.problems == ()
    assert "outputs" in found.remarks[0]


@pytest.mark.parametrize(
    "text",
    [
        *("", "[1]", "{", '{"nbformat": 3}', "[" * 100_000),
        '{"nbformat": 4, "metadata": [], "cells": []}',
        '{"nbformat": 4, "metadata": null, "cells": []}',
        '{"nbformat": 4, "cells": null}',
        '{"nbformat": 4, "cells": [1, 2, 3, 4]}',
        '{"nbformat": 4, "cells": [{"source": 5}, {}, {}, {}]}',
        '{"nbformat": 4, "cells": [{"source": [5]}, {}, {}, {}]}',
        '{"nbformat": 4, "cells": [{"metadata": null}, {}, {}, {}]}',
        '{"nbformat": 4, "cells": [{"metadata": {"tags": 3}}, {}, {}, {}]}',
    ],
    ids=lambda text: text[:60],
)
def test_what_is_no_notebook_is_listed_as_such(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.ipynb"
    path.write_text(text)
    found = notebooks.inspect(path)
    assert found.problems
    assert (found.title, found.audience, found.scope, found.schedule) == ("odd", "", "farm", "none")


def test_the_catalogue_is_in_order_and_finds_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARMLAB_NOTEBOOKS", str(tmp_path))
    home = config.load(tmp_path / "home")
    assert notebooks.catalogue(home) == []
    with pytest.raises(UnknownName, match="Put one into"):
        notebooks.find(home, "warmth")
    for name, order in (("b", 2), ("a", 2), ("z", 1)):
        write_notebook(tmp_path / "analyses", name, order=order)
    write_notebook(tmp_path / "analyses", "bad", record="1")
    assert [item.name for item in notebooks.catalogue(home)] == ["z", "a", "b", "bad"]
    assert notebooks.find(home, "a").name == "a"
    with pytest.raises(BadNotebook, match="bad: the last cell"):
        notebooks.find(home, "bad")


@pytest.mark.parametrize("path", sorted((workspace() / "notebooks" / "analyses").glob("*.ipynb")), ids=lambda p: p.stem)
def test_every_analysis_of_the_workspace_keeps_the_contract(path: Path) -> None:
    found = notebooks.inspect(path)
    assert found.problems == ()
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("hours=48", "hours", 48),
        ("share=1", "share", 1.0),
        ("deep=True", "deep", True),
        ("farm=Hill=side", "farm", "Hill=side"),
        ("farm=", "farm", ""),
    ],
)
def test_texts_become_values_of_the_right_type(text: str, name: str, value: Any) -> None:
    assert parameters.from_text(KNOWN, [text], notebook="warmth") == {name: value}


@pytest.mark.parametrize("text", ["hours=4.5", "hours=", "hours=x", "deep=1", "share=[]", "hours"])
def test_texts_of_another_type_are_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="warmth"):
        parameters.from_text(KNOWN, [text], notebook="warmth")


def test_a_misspelt_parameter_names_the_right_one() -> None:
    with pytest.raises(BadParameter, match=r"no parameter 'huose'\. Did you mean 'house'\?"):
        parameters.from_text(KNOWN, ["huose=1"], notebook="anomaly")
    with pytest.raises(BadParameter, match="It has: farm, house"):
        parameters.from_text(KNOWN, ["zzz=1"], notebook="anomaly")


def test_optional_texts_may_be_null_or_plain() -> None:
    known, wrong = parameters.read("note: str | None = None  # a note")
    assert wrong == ()
    assert parameters.from_text(known, ["note=null"], notebook="n") == {"note": None}
    assert parameters.from_text(known, ["note=hello"], notebook="n") == {"note": "hello"}


def test_numbers_of_numpy_arrive_as_numbers() -> None:
    checked = parameters.check(KNOWN, {"hours": np.int64(48), "share": np.float64(0.25)}, notebook="n")
    assert checked == {"hours": 48, "share": 0.25}
    assert [type(value) for value in checked.values()] == [int, float]


@settings(deadline=None)
@given(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_a_value_of_the_right_type_is_kept(hours: int, share: float, deep: bool) -> None:
    given_values = {"hours": hours, "share": share, "deep": deep}
    assert parameters.check(KNOWN, given_values, notebook="n") == given_values
