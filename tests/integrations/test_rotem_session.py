"""The login flow, without a network: requests come out of a conversation, hand-made responses go in."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest

from farmlab.errors import AuthError, BadPayload, IntegrationError, SourceUnavailable
from farmlab.integrations.rotem import RotemSettings
from farmlab.integrations.rotem.calls import BUNDLE, SITE, table
from farmlab.integrations.rotem.protocol import Answer
from farmlab.integrations.rotem.service import Service
from farmlab.integrations.rotem.session import Session
from farmlab.integrations.rotem.transport import Transport

OK = {"isInSession": True, "isAuthorize": True, "isSucceed": True, "ErrorObj": None, "exceptionMessage": None}
LOST = OK | {"isInSession": False, "isAuthorize": False, "isSucceed": False, "reponseObj": None}


def settings(**changes: Any) -> RotemSettings:
    told = {"base_url": "https://rotemnetweb.com", "username": "u@example.test", "password": "hunter22"}
    return RotemSettings(**(told | changes))


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    content = body if isinstance(body, bytes) else b"\xef\xbb\xbf" + json.dumps(body).encode()
    return httpx.Response(status, content=content, headers=headers)


def welcome(token: str = "t1", *, service: str | None = None, code: str | None = "abcd12345678", **more: Any) -> Any:
    payload = {
        "FarmUser": {"UserToken": token},
        "FarmConnectionInfo": {"ConnectionToken": f"c-{token}", "GatewayName": code},
        "WebServerUrl": service,
    }
    return reply(OK | {"reponseObj": payload | more}, headers={"Set-Cookie": f"ASP.NET_SessionId=s-{token}; path=/"})


def values(rows: Any = 1) -> httpx.Response:
    return reply(OK | {"reponseObj": rows})


def talk(session: Session, *responses: httpx.Response, call: Any = SITE) -> tuple[list[httpx.Request], Answer]:
    """The requests of a conversation that is given these responses, and its answer."""
    conversation = session.ask(call)
    sent = [next(conversation)]
    try:
        for response in responses:
            sent.append(conversation.send(response))
    except StopIteration as end:
        return sent, end.value
    finally:
        conversation.close()
    raise AssertionError(f"it goes on asking: {sent[-1].url}")


def test_first_a_login_then_the_call_with_what_the_login_gave() -> None:
    session = Session(settings(generation="legacy"))
    (login, call), answer = talk(session, welcome(service="https://rotemnetweb.com/Host6_V1/"), values([1, 2]))

    assert str(login.url) == "https://rotemnetweb.com/Latest/Services/AllServices.svc/Login"
    assert json.loads(login.content) == {
        "prmUsername": "u@example.test",
        "prmPassword": "hunter22",
        "prmIsNativeAppLogin": False,
        "prmIsKeepMeSignedIn": False,
    }
    assert login.headers["userToken"] == "null"
    assert login.headers["authorization"] == ""
    assert str(call.url) == "https://rotemnetweb.com/Host6_V1/Services/AllServices.svc/GetSiteControllersInfo"
    assert json.loads(call.content) == {"prmSiteControllersInfoParams": {"GatewayCode": "abcd12345678"}}
    assert call.headers["userToken"] == "t1"
    assert call.headers["farmConnectionToken"] == "c-t1"
    assert call.headers["Cookie"] == "ASP.NET_SessionId=s-t1"
    assert call.headers["authorization"] == ""
    assert len(call.headers["contextId"]) == 36
    assert answer.payload == [1, 2]


def test_the_new_generation_sends_a_bearer_token() -> None:
    (login, call), _ = talk(Session(settings(generation="api")), welcome(), values())
    assert str(login.url) == "https://rotemnetweb.com/api/Login"
    assert str(call.url) == "https://rotemnetweb.com/api/GetSiteControllersInfo"
    assert call.headers["authorization"] == "Bearer t1"
    assert call.headers["Origin"] == "https://ui.rotemnetweb.com"


def test_the_second_call_needs_no_login() -> None:
    session = Session(settings())
    talk(session, welcome(), values())
    sent, answer = talk(session, values([3]))
    assert [request.url.path for request in sent] == ["/api/GetSiteControllersInfo"]
    assert answer.payload == [3]


@pytest.mark.parametrize("status", [404, 405])
def test_auto_tries_the_old_addresses_when_the_new_ones_are_not_there(status: int) -> None:
    session = Session(settings())
    sent, _ = talk(session, reply(b"", status), welcome(service="Host3_V1"), values())
    assert [request.url.path for request in sent] == [
        "/api/Login",
        "/Latest/Services/AllServices.svc/Login",
        "/Host3_V1/Services/AllServices.svc/GetSiteControllersInfo",
    ]


def test_a_renewal_stays_with_the_addresses_that_worked() -> None:
    session = Session(settings())
    talk(session, reply(b"", 404), welcome(), values())
    sent, _ = talk(session, reply(LOST), welcome("t2"), values())
    assert sent[1].url.path == "/Latest/Services/AllServices.svc/Login"


def test_a_lost_session_is_renewed_once_and_the_call_repeated() -> None:
    session = Session(settings())
    talk(session, welcome("t1"), values())
    read = "RNBL_GetCommandData"
    sent, answer = talk(session, reply(LOST), welcome("t2"), values([7]), call=table(BUNDLE, 3))
    assert [request.url.path.rpartition("/")[2] for request in sent] == [read, "Login", read]
    assert [request.headers["userToken"] for request in sent] == ["t1", "null", "t2"]
    assert sent[0].content == sent[2].content
    assert answer.payload == [7]


def test_a_session_that_is_lost_again_at_once_is_not_renewed_for_ever() -> None:
    with pytest.raises(AuthError, match="its own login"):
        talk(Session(settings()), welcome(), reply(LOST), welcome("t2"), reply(LOST))


def test_a_login_that_forgets_the_gateway_is_repeated() -> None:
    sent, _ = talk(Session(settings()), welcome(code=None), welcome(code=""), welcome("t3"), values())
    assert [request.url.path.rpartition("/")[2] for request in sent] == ["Login"] * 3 + ["GetSiteControllersInfo"]


def test_a_gateway_that_is_never_named_is_out_of_reach() -> None:
    with pytest.raises(SourceUnavailable, match="gateway_code"):
        talk(Session(settings()), *[welcome(code=None)] * 3)


def test_a_configured_gateway_code_wins() -> None:
    sent, _ = talk(Session(settings(gateway_code="mine00000001")), welcome(), values())
    assert "mine00000001" in sent[1].content.decode()


@pytest.mark.parametrize("place", ["beside", "payload", "FarmUser", "FarmConnectionInfo"])
def test_the_address_of_the_service_is_found_wherever_it_stands(place: str) -> None:
    address = "https://rotemnetweb.com/Host9"
    user, connection = {"UserToken": "t"}, {"GatewayName": "g"}
    payload: dict[str, Any] = {"FarmUser": user, "FarmConnectionInfo": connection}
    body: dict[str, Any] = OK | {"reponseObj": payload}
    {"beside": body, "payload": payload, "FarmUser": user, "FarmConnectionInfo": connection}[place]["WebServerUrl"] = (
        address
    )
    sent, _ = talk(Session(settings()), reply(body), values())
    assert str(sent[1].url) == f"{address}/GetSiteControllersInfo"
    assert "farmConnectionToken" not in sent[1].headers


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "http://rotemnetweb.com/",
        "https://rotemnetweb.com:8443/",
        "//evil.example/x",
        "ftp://x",
    ],
)
def test_no_request_with_a_token_is_made_for_another_host(address: str) -> None:
    with pytest.raises(BadPayload) as caught:
        talk(Session(settings()), welcome(service=address))
    assert "Nothing was sent there" in caught.value.next_step


def test_an_address_that_is_none_is_a_bad_payload() -> None:
    with pytest.raises(BadPayload, match="address"):
        talk(Session(settings()), welcome(service="https://rotemnetweb.com:port/"))


def test_a_host_that_is_allowed_is_called() -> None:
    session = Session(settings(allowed_hosts="eu.example.test, cn.example.test:444"))
    sent, _ = talk(session, welcome(service="https://cn.example.test:444/a/"), values())
    assert str(sent[1].url) == "https://cn.example.test:444/a/GetSiteControllersInfo"


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (LOST | {"ErrorObj": {"ErrorCode": 1, "ErrorMessage": "Invalid username or password."}}, AuthError, "Invalid"),
        (LOST | {"ErrorObj": {"ErrorCode": 3, "ErrorMessage": "user is blocked."}}, AuthError, "blocked"),
        (LOST | {"exceptionMessage": "Bad luck"}, AuthError, "Bad luck"),
        (OK | {"isSucceed": False, "exceptionMessage": "'F' farm is not connected."}, SourceUnavailable, "connected"),
        (OK | {"isSucceed": False}, SourceUnavailable, "without a reason"),
        (OK | {"reponseObj": None}, SourceUnavailable, "nothing"),
        (OK | {"reponseObj": []}, BadPayload, "list"),
        (OK | {"reponseObj": {"FarmUser": {}}}, BadPayload, "no token"),
        (OK | {"reponseObj": {"FarmUser": [1]}}, BadPayload, "no token"),
    ],
)
def test_a_refused_login_says_why(body: Any, kind: type[IntegrationError], said: str) -> None:
    with pytest.raises(kind, match=said) as caught:
        talk(Session(settings()), reply(body))
    assert caught.value.where == "rotemnetweb.com"
    assert caught.value.next_step
    assert "hunter22" not in str(caught.value)


def test_a_password_that_the_service_says_back_is_blacked_out() -> None:
    said = {"ErrorCode": 1, "ErrorMessage": "Invalid password hunter22."}
    wire = httpx.MockTransport(lambda _: reply(LOST | {"ErrorObj": said}))
    with pytest.raises(AuthError, match="Invalid password •••") as caught:
        Service(settings(), Transport(settings(), wire=wire)).ask(SITE)
    assert "hunter22" not in f"{caught.value} {caught.value!r}"


def test_no_secret_shows_in_a_ticket() -> None:
    session = Session(settings())
    talk(session, welcome("t-very-secret"), values())
    assert "secret" not in repr(session.ticket)
    assert session.secrets == ("hunter22", "t-very-secret", "c-t-very-secret", "s-t-very-secret")


def test_threads_that_lose_a_session_together_log_in_once() -> None:
    session = Session(settings())
    talk(session, welcome("t1"), values())
    logins = []
    barrier = threading.Barrier(2)

    def work() -> None:
        conversation = session.ask(SITE)
        next(conversation)
        barrier.wait()
        request = conversation.send(reply(LOST))
        while True:
            login = request.url.path.endswith("Login")
            logins.append(request) if login else None
            try:
                request = conversation.send(welcome("t2") if login else values())
            except StopIteration:
                return

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(logins) == 1
