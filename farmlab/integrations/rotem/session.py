"""Logging in, staying logged in, and making calls: a conversation without a network.

:meth:`Session.ask` is a generator that yields requests and is sent responses, so that the whole of it is
tested with hand-made responses. A lost session is renewed once; threads that lose it together log in once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import httpx

from farmlab.errors import AuthError, BadPayload, SourceUnavailable
from farmlab.integrations.rotem.protocol import Answer, decode
from farmlab.integrations.rotem.signs import Units

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from farmlab.integrations.rotem.settings import Generation, RotemSettings

    Conversation = Generator[httpx.Request, httpx.Response, Answer]

_LOGIN_PATH: Final[Mapping[Generation, str]] = {
    "api": "api/Login",
    "legacy": "Latest/Services/AllServices.svc/Login",
}
_SERVICE_PATH: Final[Mapping[Generation, str]] = {"api": "", "legacy": "Services/AllServices.svc/"}
_COOKIE: Final = "ASP.NET_SessionId"
_LOGINS_FOR_A_NAME: Final = 3
_NO_SERVICE: Final = frozenset({404, 405})


@dataclass(frozen=True, slots=True)
class Call:
    """One read operation of the service; ``body`` makes its parameters for the code of the gateway."""

    operation: str
    body: Callable[[str], Any] = lambda _: {}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a login gave: where to call, what to send along, which farm it is about, and its units."""

    generation: Generation
    service: httpx.URL
    gateway_code: str = ""
    units: Units | None = None
    user_token: str = field(default="", repr=False)
    connection_token: str = field(default="", repr=False)
    cookie: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen by anybody."""
        return tuple(secret for secret in (self.user_token, self.connection_token, self.cookie) if secret)


class Session:
    """The account's one session, shared by all calls."""

    def __init__(self, settings: RotemSettings) -> None:
        self._settings = settings
        self._where = settings.url.host
        self._ticket: Ticket | None = None
        self._lock = threading.RLock()
        self._context = str(uuid4())

    @property
    def ticket(self) -> Ticket | None:
        """What the last login gave; None before the first."""
        return self._ticket

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen by anybody: password and tokens."""
        return (self._settings.password.get_secret_value(), *(self._ticket.secrets if self._ticket else ()))

    def ask(self, call: Call) -> Conversation:
        """The requests that a call takes, a login before it included; returns the answer.

        Raises
        ------
        AuthError
            The account is refused, or refused again right after a new login.
        SourceUnavailable, BadPayload
            As of :func:`farmlab.integrations.rotem.protocol.decode`.
        """
        ticket = self._ticket or (yield from self._log_in(None))
        answer = decode((yield self._request(ticket, call)), where=self._where)
        if not answer.in_session:
            ticket = yield from self._log_in(ticket)
            answer = decode((yield self._request(ticket, call)), where=self._where)
        if not answer.in_session:
            raise AuthError(
                "the service does not accept its own login", where=self._where, next_step="Check the account's rights."
            )
        return answer

    def _log_in(self, stale: Ticket | None) -> Generator[httpx.Request, httpx.Response, Ticket]:
        with self._lock:
            if self._ticket is stale or self._ticket is None:
                self._ticket = yield from self._named_ticket()
            return self._ticket

    def _named_ticket(self) -> Generator[httpx.Request, httpx.Response, Ticket]:
        """A ticket that names its gateway, which the service sometimes forgets."""
        for _ in range(_LOGINS_FOR_A_NAME):
            ticket = yield from self._new_ticket()
            if ticket.gateway_code:
                return ticket
        raise SourceUnavailable(
            "the login names no gateway: it is offline, or the account has none",
            where=self._where,
            next_step="Set gateway_code if you know it.",
        )

    def _new_ticket(self) -> Generator[httpx.Request, httpx.Response, Ticket]:
        *fallbacks, last = self._generations()
        for generation in fallbacks:
            response = yield self._login_request(generation)
            if response.status_code not in _NO_SERVICE:
                return self._read_login(response, generation)
        return self._read_login((yield self._login_request(last)), last)

    def _generations(self) -> list[Generation]:
        chosen = self._settings.generation
        if chosen == "auto":
            return [self._ticket.generation] if self._ticket else ["api", "legacy"]
        return [chosen]

    def _login_request(self, generation: Generation) -> httpx.Request:
        body = {
            "prmUsername": self._settings.username,
            "prmPassword": self._settings.password.get_secret_value(),
            "prmIsNativeAppLogin": False,
            "prmIsKeepMeSignedIn": False,
        }
        url = self._settings.url.join(_LOGIN_PATH[generation])
        return httpx.Request("POST", url, json=body, headers=self._headers(generation) | {"userToken": "null"})

    def _read_login(self, response: httpx.Response, generation: Generation) -> Ticket:
        answer = decode(response, where=self._where)
        if not answer.succeeded or not answer.in_session:
            raise self._refused(answer)
        payload = answer.required(dict, where=self._where)
        user, connection = _object(payload, "FarmUser"), _object(payload, "FarmConnectionInfo")
        token = _text(user, "UserToken")
        if not token:
            raise BadPayload("the login gives no token", where=self._where, next_step="The service may have changed.")
        places = (answer.beside, payload, user, connection)
        return Ticket(
            generation=generation,
            service=self._service(next((_text(p, "WebServerUrl") for p in places if _text(p, "WebServerUrl")), "")),
            gateway_code=self._settings.gateway_code or _text(connection, "GatewayName"),
            units=Units.of_settings(user.get("UnitConverterSettings")),
            user_token=token,
            connection_token=_text(connection, "ConnectionToken"),
            cookie=_cookie(response),
        )

    def _refused(self, answer: Answer) -> Exception:
        if answer.in_session or not answer.message:
            return answer.refusal(self._where)
        return AuthError(
            f"the service refuses the login: {answer.message}",
            where=self._where,
            next_step="Check name and password; repeated attempts may block the account.",
        )

    def _service(self, said: str) -> httpx.URL:
        """Where the other calls go; an address that may not see the credentials is refused."""
        try:
            url = self._settings.url.join(said or "api/")
        except httpx.InvalidURL:
            raise BadPayload(
                "the login names an address that is none", where=self._where, next_step="The service may have changed."
            ) from None
        return self._settings.guard(url.copy_with(path=url.path.rstrip("/") + "/"))

    def _request(self, ticket: Ticket, call: Call) -> httpx.Request:
        headers = self._headers(ticket.generation) | {"userToken": ticket.user_token, "contextId": self._context}
        if ticket.generation == "api":
            headers["authorization"] = f"Bearer {ticket.user_token}"
        if ticket.connection_token:
            headers["farmConnectionToken"] = ticket.connection_token
        if ticket.cookie:
            headers["Cookie"] = f"{_COOKIE}={ticket.cookie}"
        url = ticket.service.join(_SERVICE_PATH[ticket.generation] + call.operation)
        return httpx.Request("POST", url, json=call.body(ticket.gateway_code), headers=headers)

    def _headers(self, generation: Generation) -> dict[str, str]:
        origin = str(self._settings.url).rstrip("/")
        if generation == "api" and not self._settings.loopback:
            origin = origin.replace("://", "://ui.")
        return {
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": "application/json;charset=UTF-8",
            "X-Requested-With": "XMLHttpRequest",
            "userLanguage": "ENGLISH",
            "authorization": "",
            "Origin": origin,
        }


def _object(payload: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = payload.get(key)
    return value if isinstance(value, dict) else {}


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value.strip() if isinstance(value, str) else ""


def _cookie(response: httpx.Response) -> str:
    return next(_cookies(response), "")


def _cookies(response: httpx.Response) -> Iterator[str]:
    for header in response.headers.get_list("set-cookie"):
        name, _, value = header.partition(";")[0].partition("=")
        if name.strip() == _COOKIE:
            yield value.strip()
