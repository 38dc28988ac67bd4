from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab.errors import AuthError, BadPayload, IntegrationError, SourceUnavailable
from farmlab.integrations.rotem.parse import Meaning, integer, listed, parse
from farmlab.integrations.rotem.protocol import decode, one_line
from farmlab.integrations.rotem.signs import Units


def response(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("key", ["reponseObj", "responseObj"])
def test_an_answer_is_read_with_and_without_bom_in_both_spellings(bom: bytes, key: str) -> None:
    body = bom + json.dumps({key: {"a": 1}, "isSucceed": True, "contextId": "x"}).encode()
    answer = decode(response(body), where="h")
    assert answer.required(dict, where="h") == {"a": 1}
    assert answer.in_session
    assert answer.beside["contextId"] == "x"
    assert json.loads(answer.text)[key] == {"a": 1}


@pytest.mark.parametrize(
    ("flags", "in_session"),
    [({"isInSession": False}, False), ({"isAuthorize": False}, False), ({"isSucceed": False}, True), ({}, True)],
)
def test_a_session_is_lost_by_its_own_flags_only(flags: dict[str, bool], in_session: bool) -> None:
    assert decode(response(flags), where="h").in_session is in_session


@pytest.mark.parametrize(
    ("body", "status", "kind", "said"),
    [
        (b"", 401, AuthError, "401"),
        (b"", 403, AuthError, "403"),
        (b"", 404, BadPayload, "no RotemNet service"),
        (b"", 500, SourceUnavailable, "500"),
        (b"", 302, BadPayload, "302"),
        (b"<html><TITLE>Down\n for repair</TITLE>", 200, BadPayload, r"web page \(Down for repair\)"),
        (b"  <p>", 200, BadPayload, "web page"),
        (b'{"reponseObj": [1, 2', 200, BadPayload, "breaks off"),
        (b"", 200, BadPayload, "breaks off"),
        (b"[1]", 200, BadPayload, "envelope"),
        (b"\xff\xfe", 200, BadPayload, "no JSON"),
    ],
)
def test_what_is_no_answer_is_a_named_error(body: bytes, status: int, kind: type[IntegrationError], said: str) -> None:
    with pytest.raises(kind, match=said) as caught:
        decode(response(body, status), where="host")
    assert caught.value.where == "host"
    assert caught.value.next_step


def test_an_answer_that_cannot_be_read_is_kept() -> None:
    with pytest.raises(BadPayload) as caught:
        decode(response(b'{"reponseObj": [1, 2'), where="h")
    assert caught.value.answer == '{"reponseObj": [1, 2'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"isSucceed": False, "exceptionMessage": "Server Error Occured."}, SourceUnavailable),
        ({"isSucceed": False, "ErrorObj": {"ErrorMessage": "You don't have permission"}}, AuthError),
        ({"isSucceed": False, "ErrorObj": "odd"}, SourceUnavailable),
        ({"reponseObj": None}, SourceUnavailable),
        ({"reponseObj": "text"}, BadPayload),
    ],
)
def test_a_payload_that_is_required_and_not_there(body: dict[str, Any], kind: type[IntegrationError]) -> None:
    with pytest.raises(kind):
        decode(response(body), where="h").required(dict, where="h")


def test_a_message_from_outside_is_one_harmless_line() -> None:
    answer = decode(response({"isSucceed": False, "exceptionMessage": "a\nb\x1b[31m" + "c" * 500}), where="h")
    assert "\n" not in answer.message
    assert "\x1b" not in answer.message
    assert len(answer.message) <= 160
    assert one_line(None) == "None"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("29.71", 29.71),
        ("115,532", 115532.0),
        ("1,115,532.5", 1115532.5),
        ("-2", -2.0),
        (" 7 ", 7.0),
        (".5", 0.5),
        (29.5, 29.5),
        (0, 0.0),
        (True, 1.0),
        ("LangKey_Off", 0.0),
        ("LangKey_On", 1.0),
        ("False", 0.0),
        ("LangKey_ParametersOnly_3||$LangKey_On||/||17", 17.0),
    ],
)
def test_texts_that_say_a_number(said: object, value: float) -> None:
    parsed = parse(said)
    assert (parsed.meaning, parsed.value) == (Meaning.NUMBER, value)
    assert parsed.lossy == str(said).startswith("LangKey_Par")


@pytest.mark.parametrize("said", ["-9999", -9999, "-9999.0", "- - -", "N/A", "LangKey_NA", "-8888", float("nan")])
def test_texts_that_say_that_there_is_no_value(said: object) -> None:
    assert parse(said).meaning is Meaning.MISSING


@pytest.mark.parametrize("said", [None, "", "  ", "LangKey_ParametersOnly_3||$LangKey_Off||/||- - -"])
def test_texts_that_say_that_nothing_is_installed(said: object) -> None:
    assert parse(said).meaning is Meaning.ABSENT


@pytest.mark.parametrize("said", ["warm", "29,5", "1,15", "12:30", "=1+1", "0x10", "1e5", "inf", [1], {}])
def test_texts_that_cannot_be_read(said: object) -> None:
    assert parse(said).meaning is Meaning.UNREADABLE


@given(st.floats(min_value=-8000, max_value=1e9).map(lambda value: round(value, 2)))
def test_a_number_is_the_same_with_and_without_thousands_commas(value: float) -> None:
    assert parse(f"{value:,.2f}").value == parse(f"{value:.2f}").value == value


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.lists(st.text())))
def test_nothing_that_comes_is_a_crash(said: object) -> None:
    parsed = parse(said)
    assert (parsed.value is not None) == (parsed.meaning is Meaning.NUMBER)


def test_whole_numbers_and_lists_are_read_tolerantly() -> None:
    assert integer("21.0") == 21
    assert integer("x") is None
    assert listed([{"a": 1}, 3, None]) == [{"a": 1}]
    assert listed("no list") == []


@pytest.mark.parametrize(
    ("units", "value", "metric", "si"),
    [
        (Units(temp="F"), 86.0, "temp", 30.0),
        (Units(temp="F°"), 32.0, "temp_set", 0.0),
        (Units(pressure="IN.W.C"), 0.1, "pressure", 24.9089),
        (Units(weight="LB"), 2.0, "feed", 0.90718474),
        (Units(weight="kg"), 1.012, "weight", 1012.0),
        (Units(airflow="CFM"), 1000.0, "airflow", 1699.011),
        (Units(water="gal"), 10.0, "water", 37.85412),
        (Units(temp="F"), 64.0, "rh", 64.0),
    ],
)
def test_values_become_si(units: Units, value: float, metric: str, si: float) -> None:
    assert units.to_si(value, metric) == pytest.approx(si)


def test_units_are_read_from_the_settings_of_the_account() -> None:
    codes = {"TemperatureUnit": 1, "WeightUnit": 1, "PressureUnit": 5, "CapacityUnit": 1, "VolumeFluidUnit": 1}
    assert Units.of_settings(codes) == Units("F", "lb", "bar", "cfm", "gal")
    assert Units.of_settings({"TemperatureUnit": 0, "PressureUnit": 99}) == Units()
    assert Units.of_settings({"TemperatureUnit": "1", "WeightUnit": [1]}) == Units(temp="F")
    assert Units.of_settings(None) is None
    assert Units.of_settings({}) is None


def test_what_a_house_states_corrects_the_settings() -> None:
    stated = Units().with_signs({"Average_Temperature_Sign": "F°", "Static_Pressure_Sign": "furlong"})
    assert stated == Units(temp="F°")
    assert Units().with_signs({"Average_Temperature_Sign": "%", "Feed_Consumption_Sign": "lt"}) == Units()
    assert Units(temp="F").with_signs([]) == Units(temp="F")
