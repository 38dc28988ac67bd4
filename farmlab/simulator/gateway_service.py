"""What the gateway answers: operations, sessions and envelope, without HTTP."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from farmlab.simulator import gateway_globals, gateway_site
from farmlab.simulator.gateway_house import Telling
from farmlab.simulator.gateway_live import bundle
from farmlab.simulator.gateway_sessions import Sessions
from farmlab.simulator.gateway_tables import table
from farmlab.simulator.gateway_traps import Traps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from farmlab.simulator.gateway_farm import ServedFarm
    from farmlab.simulator.snapshot import HouseSnapshot

COMMAND: Final = "RNBL_GetCommandData"
_WITHOUT_CONTEXT: Final = "JsGlobals_GetJsGlobals"
_TIMEOUT_CODE: Final = -999985
_NO_RECORDS: Final = "No records found or unable to retrieve data from the controller."


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as far as the service cares: headers in lower case, ``host`` as the client named it."""

    operation: str
    generation: str
    host: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def command(self) -> tuple[int, int]:
        """Menu number and house number of a table."""
        asked = self.body.get("prmGetCommandDataParams")
        given = asked if isinstance(asked, dict) else {}
        return _whole(given.get("CommandID")), _whole(given.get("HouseNumber"))

    @property
    def gateway_code(self) -> str:
        """The gateway that is asked for; "" when the call does not say."""
        asked = [part.get("GatewayCode") for part in self.body.values() if isinstance(part, dict)]
        return str(next(filter(None, asked), ""))

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which traps may mean this call, the most general first."""
        if self.operation != COMMAND:
            return (self.operation,)
        menu, house = self.command
        return self.operation, f"{self.operation}/{menu}", f"{self.operation}/{menu}/{house}"


@dataclass(frozen=True, slots=True)
class Reply:
    """The JSON of an answer, and a cookie to set."""

    body: dict[str, Any]
    cookie: str = ""


@dataclass
class Service:
    """The service behind the gateway's addresses. One lock: the farm is asked by one call at a time."""

    farm: ServedFarm
    sessions: Sessions
    now: Callable[[], datetime]
    traps: Traps = field(default_factory=Traps)
    calls: Counter[str] = field(default_factory=Counter)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _seen: tuple[datetime, list[HouseSnapshot]] | None = None
    _days: dict[int, tuple[datetime, pd.DataFrame]] = field(default_factory=dict)
    _still: dict[int, HouseSnapshot] = field(default_factory=dict)

    def answer(self, call: Call) -> Reply:
        """The answer to a call, in its envelope."""
        with self.lock:
            if call.operation == "Login":
                return self._login(call)
            bearer = call.generation == "api"
            if self.sessions.find(call.headers, bearer=bearer, traps=self.traps, at=self.now()) is None:
                return Reply(self._envelope(call, None, isInSession=False, isAuthorize=False, isSucceed=False))
            return Reply(self._read(call))

    def tellings(self) -> list[Telling]:
        """All houses, as told now; the same minute gives the same answer."""
        at = self.now().replace(second=0, microsecond=0)
        if self._seen is None or self._seen[0] != at:
            self._seen = at, list(self.farm.snapshot(at))
        return [Telling.of(self._frozen(house), self.traps) for house in self._seen[1]]

    def _frozen(self, house: HouseSnapshot) -> HouseSnapshot:
        if house.number not in self.traps.frozen:
            self._still.pop(house.number, None)
            return house
        return self._still.setdefault(house.number, house)

    def _login(self, call: Call) -> Reply:
        asked = call.body
        if self.traps.blocked:
            return Reply(self._refusal(call, 3, "user is blocked."))
        if not self.sessions.accepts(str(asked.get("prmUsername", "")), str(asked.get("prmPassword", ""))):
            return Reply(self._refusal(call, 1, "Invalid username or password."))
        session = self.sessions.start(self.traps, self.now())
        nameless = self.calls["Login"] <= self.traps.nameless_logins
        payload, beside = gateway_globals.login(self.traps, session, self._service_url(call), nameless=nameless)
        return Reply(self._envelope(call, payload) | beside, cookie=session.cookie)

    def _service_url(self, call: Call) -> str:
        path = "/api/" if call.generation == "api" else "/Host6_V1/"
        if self.traps.service_url == "relative":
            return path.strip("/")
        return self.traps.service_url if "://" in self.traps.service_url else f"http://{call.host}{path}"

    def _read(self, call: Call) -> dict[str, Any]:
        if call.gateway_code not in ("", gateway_globals.GATEWAY_CODE):
            return self._refusal(call, 0, f"Invalid farm: '{call.gateway_code}'", lost=False)
        tellings = self.tellings()
        match call.operation:
            case "GetSiteControllersInfo":
                return self._envelope(call, gateway_site.site(tellings, self.now(), self.farm.timezone))
            case "GetComparisonDisplayFields":
                return self._envelope(call, gateway_site.comparison_fields())
            case "JsGlobals_GetJsGlobals":
                return self._envelope(call, gateway_globals.globals_(self.traps, self.farm.name, tellings))
            case "GetFarmRegistration":
                return self._envelope(call, gateway_globals.registration(self.farm.name))
            case "GetHouseData":
                return self._envelope(call, gateway_globals.menu())
            case "RNBL_GetCommandData":
                return self._command(call, {telling.house.number: telling for telling in tellings})
            case _:
                return self._refusal(call, 0, "Server Error Occured.", lost=False)

    def _command(self, call: Call, tellings: Mapping[int, Telling]) -> dict[str, Any]:
        menu, number = call.command
        telling = tellings.get(number)
        if telling is None:
            return self._refusal(call, 0, _NO_RECORDS, lost=False)
        if not telling.house.connected or number in self.traps.silent:
            return self._dead(call, number)
        return self._envelope(call, self._framed(call, self._data(menu, telling)))

    def _data(self, menu: int, telling: Telling) -> dict[str, Any]:
        if menu == 0:
            return bundle(telling)
        return table(menu, telling, lambda: self._daily(telling.house.number), self.farm.timezone, self.now())

    def _daily(self, house: int) -> pd.DataFrame:
        """The days of a house; its tables of one minute come from one look at the farm."""
        at = self.now().replace(second=0, microsecond=0)
        known = self._days.get(house)
        if known is None or known[0] != at:
            known = self._days[house] = at, self.farm.daily(house, at)
        return known[1]

    def _dead(self, call: Call, number: int) -> dict[str, Any]:
        match self.traps.dead_answer:
            case "error":
                return self._refusal(call, _TIMEOUT_CODE, f"'House {number}' is not connected.", lost=False)
            case "empty":
                return self._envelope(call, None)
            case _:
                return self._envelope(call, self._framed(call, {"Data": [], "eRNBLResult": [{"Value": 10}]}))

    def _framed(self, call: Call, data: dict[str, Any]) -> dict[str, Any]:
        menu, number = call.command
        return {
            "HouseNumber": number,
            "MenuID": menu,
            "dsData": data,
            "RequestID": "",
            "IsSetPointCommand": False,
            "IsDataSentViaService": False,
            "Controllers": None,
            "PagingInfo": None,
        }

    def _refusal(self, call: Call, code: int, message: str, *, lost: bool = True) -> dict[str, Any]:
        body = self._envelope(call, None, isInSession=not lost, isAuthorize=not lost, isSucceed=False)
        return body | {"ErrorObj": {"ErrorCode": code, "ErrorMessage": message}}

    def _envelope(self, call: Call, payload: Any, **flags: bool) -> dict[str, Any]:
        payload = None if self._meant(self.traps.no_payload, call) else payload
        payload = [payload] if self._meant(self.traps.wrong_shape, call) else payload
        context = "" if call.operation == _WITHOUT_CONTEXT else call.headers.get("contextid", "")
        return {
            self.traps.spelling: payload,
            "ErrorObj": None,
            "exceptionMessage": None,
            "isInSession": True,
            "isAuthorize": True,
            "isSucceed": True,
            "contextId": context,
        } | flags

    @staticmethod
    def _meant(names: frozenset[str], call: Call) -> bool:
        return not names.isdisjoint(call.names)


def _whole(number: object) -> int:
    return int(str(number)) if str(number).isdecimal() else -1
