from __future__ import annotations

import base64
import html
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farmlab.errors import SecretLeak
from farmlab.runs.scan import REMOVED, Scanner

SECRETS = st.text(min_size=8, max_size=40).filter(str.strip)


@settings(deadline=None)
@given(
    SECRETS,
    st.sampled_from(
        [
            str,
            json.dumps,
            lambda text: json.dumps(text, ensure_ascii=False),
            lambda text: json.dumps(json.dumps(text)),
            html.escape,
            lambda text: quote(text, safe=""),
        ]
    ),
)
def test_a_secret_is_found_however_it_is_written(secret: str, write: object) -> None:
    text = f"before {write(secret)} after"  # type: ignore[operator]
    scanner = Scanner([secret])
    assert scanner.found_in(text)
    assert not scanner.found_in(scanner.redact(text))


def test_base64_too() -> None:
    assert Scanner(["correct horse"]).found_in(base64.b64encode(b"correct horse").decode())


def test_a_short_secret_counts_as_a_word_only() -> None:
    scanner = Scanner(["1234"])
    assert scanner.found_in("pin=1234;")
    assert not scanner.found_in("12345.6")


def test_nothing_is_found_where_nothing_is_secret() -> None:
    for scanner in (Scanner([]), Scanner([""]), Scanner(["hunter2-hunter2"])):
        scanner.refuse("all is well", where="page")
        assert scanner.redact("all is well") == "all is well"


def test_the_refusal_does_not_repeat_it() -> None:
    with pytest.raises(SecretLeak) as caught:
        Scanner(["hunter2-hunter2"]).refuse("hunter2-hunter2", where="anomaly")
    assert "hunter2" not in str(caught.value)


def test_files_of_a_run_are_blacked_out(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    leaking = tmp_path / "tables" / "rows.csv"
    leaking.write_text("a,hunter2-hunter2\n")
    (tmp_path / "results.json").write_text("{}")
    scanner = Scanner(["hunter2-hunter2"])
    with pytest.raises(SecretLeak, match=r"rows\.csv"):
        scanner.refuse_folder(tmp_path)
    assert leaking.read_text() == f"a,{REMOVED}\n"
    scanner.refuse_folder(tmp_path)
