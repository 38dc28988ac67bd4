"""Sending, over a wire that answers what a test says; nobody waits."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from farmlab.errors import BadPayload, ConfigError, SourceUnavailable
from farmlab.integrations.rotem import Rotem, RotemSettings
from farmlab.integrations.rotem.transport import RETRIES, Transport

OK = httpx.Response(200, content=b"fine")


class Wire:
    """Answers in turn; the last one again and again."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def transport(wire: Wire, sleeps: list[float], **settings: Any) -> Transport:
    told = {"base_url": "https://farm.example.test", "username": "u", "password": "p", "pause_s": 0} | settings
    return Transport(RotemSettings(**told), sleep=sleeps.append, jitter=lambda: 1.0, wire=httpx.MockTransport(wire))


def request(url: str = "https://farm.example.test/api/X") -> httpx.Request:
    return httpx.Request("POST", url, json={"a": 1}, headers={"userToken": "secret-token"})


@pytest.mark.parametrize(
    "stumble",
    [
        *(httpx.Response(status) for status in (502, 503, 504)),
        httpx.ReadTimeout("slow"),
        httpx.ConnectTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
        httpx.ReadError("gone"),
    ],
    ids=str,
)
def test_a_stumble_is_tried_again_with_growing_pauses(stumble: httpx.Response | Exception) -> None:
    wire, sleeps = Wire(stumble, stumble, stumble, OK), []
    assert transport(wire, sleeps).send(request()).content == b"fine"
    assert sleeps == [1.0, 2.0, 4.0]


def test_a_service_that_goes_on_stumbling_is_out_of_order() -> None:
    wire, sleeps = Wire(httpx.Response(503)), []
    with pytest.raises(SourceUnavailable, match="503") as caught:
        transport(wire, sleeps).send(request())
    assert len(wire.requests) == RETRIES + 1
    assert caught.value.transient
    assert caught.value.where == "farm.example.test"


def test_an_answer_that_does_not_come_says_how_long_it_was_waited_for() -> None:
    with pytest.raises(SourceUnavailable, match="no answer within 30 s"):
        transport(Wire(httpx.ReadTimeout("slow")), []).send(request())


def test_jitter_spreads_the_pauses() -> None:
    sleeps: list[float] = []
    told = RotemSettings(base_url="https://farm.example.test", username="u", password="p", pause_s=0)
    wire = httpx.MockTransport(Wire(httpx.Response(503), OK))
    for _ in range(20):
        Transport(told, sleep=sleeps.append, wire=wire).send(request())
        wire.handler.answers[:] = [httpx.Response(503), OK]  # type: ignore[union-attr]
    assert len(set(sleeps)) > 10
    assert all(0.5 <= pause <= 1.5 for pause in sleeps)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("[Errno 111] Connection refused", "refused"),
        ("[Errno -2] Name or service not known", "name of the host"),
        ("[SSL] certificate verify failed", "certificate"),
        ("[Errno 101] Network is unreachable", "out of reach"),
    ],
)
def test_nobody_there_is_said_at_once_and_why(said: str, shown: str) -> None:
    wire, sleeps = Wire(httpx.ConnectError(said)), []
    with pytest.raises(SourceUnavailable, match=shown):
        transport(wire, sleeps).send(request())
    assert (len(wire.requests), sleeps) == (1, [])


def test_an_answer_that_cannot_be_unpacked_is_a_bad_payload() -> None:
    def garbled(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))

    told = RotemSettings(base_url="https://farm.example.test", username="u", password="p")
    with pytest.raises(BadPayload, match="unpacked"):
        Transport(told, wire=httpx.MockTransport(garbled)).send(request())


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_within_the_allowed_hosts_is_followed_with_everything(status: int) -> None:
    wire = Wire(httpx.Response(status, headers={"location": "/Host2/X"}), OK)
    transport(wire, []).send(request())
    assert str(wire.requests[1].url) == "https://farm.example.test/Host2/X"
    assert wire.requests[1].headers["userToken"] == "secret-token"
    assert wire.requests[1].content == b'{"a":1}'


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/X",
        "http://farm.example.test/X",
        "http://farm.example.test:443/X",
        "https://farm.example.test:8443/X",
        "https://farm.example.test.evil.example/X",
        "https://farm.example.test@evil.example/X",
        "//evil.example/X",
        "file:///etc/passwd",
    ],
)
def test_no_token_goes_to_another_host(target: str) -> None:
    wire = Wire(httpx.Response(307, headers={"location": target}), OK)
    with pytest.raises(BadPayload) as caught:
        transport(wire, []).send(request())
    assert len(wire.requests) == 1
    assert "secret-token" not in str(caught.value)


def test_a_redirect_to_no_address_is_not_followed() -> None:
    wire = Wire(httpx.Response(307, headers={"location": "https://farm.example.test:port"}))
    with pytest.raises(SourceUnavailable, match="broke"):
        transport(wire, []).send(request())


def test_a_redirect_that_httpx_itself_cannot_read_is_a_bad_answer() -> None:
    wire = Wire(httpx.Response(302, headers={"location": "javascript:1"}))
    with pytest.raises(BadPayload, match="redirects to an address that is none"):
        transport(wire, []).send(request())


def test_redirects_in_circles_end() -> None:
    wire = Wire(httpx.Response(307, headers={"location": "/X"}))
    with pytest.raises(BadPayload, match="circles"):
        transport(wire, []).send(request())


def test_a_request_to_another_host_is_never_sent() -> None:
    wire = Wire(OK)
    with pytest.raises(BadPayload):
        transport(wire, []).send(request("https://evil.example/X"))
    assert wire.requests == []


def test_calls_after_the_first_wait_politely() -> None:
    sleeps: list[float] = []
    sender = transport(Wire(OK), sleeps, pause_s=0.5)
    for _ in range(3):
        sender.send(request())
    assert sleeps == [0.5, 0.5]


@pytest.mark.parametrize(
    ("base_url", "pause_s", "pause"),
    [
        ("https://rotemnetweb.com", None, 0.5),
        ("http://127.0.0.1:8080", None, 0.0),
        ("http://localhost", None, 0.0),
        ("http://127.0.0.1:8080", 2, 2.0),
    ],
)
def test_the_pause_is_half_a_second_but_on_this_machine(base_url: str, pause_s: float | None, pause: float) -> None:
    assert RotemSettings(base_url=base_url, username="u", password="p", pause_s=pause_s).pause == pause


@pytest.mark.parametrize(
    "setting",
    [
        {"base_url": "rotemnetweb.com"},
        {"base_url": "ftp://rotemnetweb.com"},
        {"base_url": "https://"},
        {"base_url": "https://host:port"},
        {"base_url": "https://user:hunter22@rotemnetweb.com"},
        {"generation": "new"},
        {"parallel": 8},
        {"allowed_hosts": "https://rotemnetweb.asia"},
        {"allowed_hosts": ["a b"]},
        {"pause_s": -1},
        {"username": ""},
        {"user": "x"},
    ],
    ids=str,
)
def test_a_wrong_setting_is_refused_without_showing_secrets(setting: dict[str, Any]) -> None:
    told = {"base_url": "https://rotemnetweb.com", "username": "u", "password": "hunter22"} | setting
    with pytest.raises(ConfigError) as caught:
        Rotem.configure(told, timezone="UTC")
    assert next(iter(setting)) in str(caught.value)
    assert "hunter22" not in str(caught.value)


def test_settings_do_not_show_the_password() -> None:
    told = RotemSettings(username="u", password="hunter22")
    assert "hunter22" not in repr(told)
    assert "hunter22" not in str(told.model_dump())
