"""Who is logged in at the gateway, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import compare_digest, token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from farmlab.simulator.gateway_traps import Traps


@dataclass(frozen=True, slots=True)
class Session:
    """One login: what the client has to send with each call, and when it was last heard of."""

    user_token: str
    connection_token: str
    cookie: str
    seen: datetime


class Sessions:
    """All logins, by user token. Not safe for threads by itself; the service holds a lock."""

    def __init__(self, username: str, password: str) -> None:
        self._credentials = (username.encode(), password.encode())
        self._open: dict[str, Session] = {}

    def accepts(self, username: str, password: str) -> bool:
        """Whether these are the credentials."""
        return compare_digest(username.encode(), self._credentials[0]) and compare_digest(
            password.encode(), self._credentials[1]
        )

    def start(self, traps: Traps, at: datetime) -> Session:
        """A new session; the others go on, unless only one is allowed."""
        if traps.single_session:
            self._open.clear()
        connection = f"connection-{token_hex(8)}" if traps.connection_token else ""
        session = Session(f"user-{token_hex(16)}", connection, f"sid-{token_hex(8)}", at)
        self._open[session.user_token] = session
        return session

    def find(self, headers: Mapping[str, str], *, bearer: bool, traps: Traps, at: datetime) -> Session | None:
        """The session that these headers prove, renewed; None when it is unknown or has expired."""
        session = self._open.get(headers.get("usertoken", ""))
        if session is None or not _proven(session, headers, bearer=bearer):
            return None
        if at - session.seen > timedelta(minutes=traps.session_minutes):
            del self._open[session.user_token]
            return None
        self._open[session.user_token] = replace(session, seen=at)
        return session

    def end_all(self) -> None:
        """End every session, as a restart of the service does."""
        self._open.clear()


def _proven(session: Session, headers: Mapping[str, str], *, bearer: bool) -> bool:
    if session.connection_token and headers.get("farmconnectiontoken") != session.connection_token:
        return False
    if bearer:
        return headers.get("authorization") == f"Bearer {session.user_token}"
    return f"ASP.NET_SessionId={session.cookie}" in headers.get("cookie", "")
