"""What can go wrong on the way to a gateway, each to be switched on by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Traps:
    """The manners of the gateway. The defaults are those of the real service on a good day.

    Where an operation is named, ``RNBL_GetCommandData`` means all tables, ``RNBL_GetCommandData/35`` one
    table, and ``RNBL_GetCommandData/35/2`` that table of house 2.

    Attributes
    ----------
    bom, compressed, spelling
        Byte order mark before the JSON; gzip when the client accepts it; name of the payload's key.
    empty_data
        Zeros in ``FarmHouses[].Data`` and ``GrowthDay``, the truth in the comparison items only.
    units
        Unit settings of the user: metric, or °F, lb, inWC, CFM and gallons.
    missing
        The forms in which a sensor without a value shows itself, taken in turn.
    commas
        Thousands commas in the raw tables too, not only in those for the eye.
    generations
        The URL generations that are served.
    service_url
        Where the login answer names the address for the other calls: its place, "none", "relative", or
        an address of your own, which the client must not believe.
    nameless_logins
        So many logins answer without ``GatewayName`` first.
    connection_token
        Whether a login gives a ``ConnectionToken``.
    units_at_login
        Whether a login tells the unit settings.
    session_minutes, single_session
        Life of an unused session; whether a new login ends the others.
    blocked
        The user is blocked.
    unavailable
        Operation → how many calls are answered by a 503 page first.
    slow_s
        Operation → seconds before the answer.
    truncated, web_page, no_payload, wrong_shape
        Operations whose answer is cut off, an HTML page with status 200, without payload, or a list.
    redirect
        Operation → address that the answer redirects to.
    offline, silent
        Houses that are shown as disconnected; houses that are shown as connected and do not answer.
    dead_answer
        How a table of such a house is answered: an error, no payload, or result 10.
    frozen
        Houses whose controller stands still, clock included.
    clock_skew_minutes
        How far the clock of every second house is ahead.
    growth_days
        House → growth day that its controller claims, such as -1.
    extra_parameters
        Parameters that nobody has heard of, and a value that is no number.
    """

    bom: bool = True
    compressed: bool = True
    spelling: Literal["reponseObj", "responseObj"] = "reponseObj"
    empty_data: bool = True
    units: Literal["metric", "us"] = "metric"
    missing: tuple[str, ...] = ("- - -", "-9999", "N/A", "LangKey_NA")
    commas: bool = False
    generations: frozenset[str] = frozenset({"api", "legacy"})
    service_url: str = "response"
    nameless_logins: int = 0
    connection_token: bool = True
    units_at_login: bool = True
    session_minutes: float = 20.0
    single_session: bool = False
    blocked: bool = False
    unavailable: Mapping[str, int] = field(default_factory=dict)
    slow_s: Mapping[str, float] = field(default_factory=dict)
    truncated: frozenset[str] = frozenset()
    web_page: frozenset[str] = frozenset()
    no_payload: frozenset[str] = frozenset()
    wrong_shape: frozenset[str] = frozenset()
    redirect: Mapping[str, str] = field(default_factory=dict)
    offline: frozenset[int] = frozenset()
    silent: frozenset[int] = frozenset()
    dead_answer: Literal["error", "empty", "api_error"] = "error"
    frozen: frozenset[int] = frozenset()
    clock_skew_minutes: int = 0
    growth_days: Mapping[int, int] = field(default_factory=dict)
    extra_parameters: bool = False
