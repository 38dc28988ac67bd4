"""A farm of Rotem or Munters controllers, read through RotemNet."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, Final

from farmlab.domain import Flock, House
from farmlab.errors import AuthError, BadPayload, IntegrationError
from farmlab.integrations.base import CAPABILITIES, Batch, Integration, Problem, SourceInfo
from farmlab.integrations.rotem import alarms, calls, history
from farmlab.integrations.rotem.clocks import ClockWatch, controller_date
from farmlab.integrations.rotem.equipment import equipment_of
from farmlab.integrations.rotem.history import Days
from farmlab.integrations.rotem.houses import HouseReading, Moment, read_house
from farmlab.integrations.rotem.live import UNKNOWN_PARAMETER, parameters
from farmlab.integrations.rotem.protocol import one_line
from farmlab.integrations.rotem.service import Service
from farmlab.integrations.rotem.settings import RotemSettings
from farmlab.integrations.rotem.tape import Tape
from farmlab.integrations.rotem.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from farmlab.domain import Equipment, Event
    from farmlab.integrations.base import Rejected
    from farmlab.integrations.rotem.site import HouseState, Site

SIMULATED_GATEWAY: Final = "simu"
"""How the gateway code of a simulated farm begins."""


class Rotem(Integration):
    """RotemNet over HTTPS, read-only: one overview of all houses, then the live bundle of each.

    Parameters
    ----------
    sleep
        How to wait between calls and retries; tests need not.
    """

    name: ClassVar[str] = "rotem"
    capabilities: ClassVar[frozenset[str]] = frozenset(CAPABILITIES)
    settings_schema: ClassVar[type[BaseModel]] = RotemSettings

    def __init__(self, settings: RotemSettings, *, timezone: str, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(settings, timezone=timezone)
        self._transport = Transport(settings, sleep=sleep)
        self._service = Service(settings, self._transport)
        self._watch = ClockWatch()
        self._strangers: set[str] = set()
        self._last_look: tuple[datetime | None, Site] | None = None
        self._registered: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Rotem({self._service.where})"

    def close(self) -> None:
        """Close the connections; the session at the service ends by itself."""
        self._transport.close()

    def test_connection(self) -> str:
        """Which farm was reached, and how many of its houses answer."""
        site = self._site()
        found = f"{len(site.houses)} houses, {len(site.connected)} connected"
        return f"Reached {self._farm_name()} at {self._service.where}: {found}."

    def describe(self) -> SourceInfo:
        """The farm's name as registered; the code of its gateway tells whether it is simulated."""
        name, code = self._farm_name(), self._service.gateway_code
        simulated = code.startswith(SIMULATED_GATEWAY)
        detail = f"RotemNet gateway {one_line(code)} at {self._service.where}"
        return SourceInfo(name, simulated=simulated, detail=f"{detail} (simulated)" if simulated else detail)

    def list_houses(self) -> list[House]:
        """All houses with their set-point curves; a house that does not answer has none."""
        site = self._site()
        curves = self._service.tables(history.CURVE, site.connected)
        return [self._house(house, curves.get(number)) for number, house in site.houses.items()]

    def list_equipment(self) -> list[Equipment]:
        """What is installed in the houses that answer."""
        bundles = self._service.tables(calls.BUNDLE, self._site().connected)
        found = [equipment_of(house, parameters(b)) for house, b in bundles.items() if isinstance(b, dict)]
        return list(chain.from_iterable(found))

    def list_flocks(self, at: datetime) -> list[Flock]:
        """The running flocks; placed as many days ago as the controller counts."""
        site = self._seen_at(at)
        houses = [house for house in site.houses.values() if house.growth_day is not None and not house.empty]
        stocks = self._service.tables(history.INVENTORY, [house.number for house in houses if house.connected])
        return [self._flock(house, at, stocks.get(house.number)) for house in houses]

    def read_live(self, at: datetime) -> Batch:
        """Everything the houses show, stamped with ``at``; what fails for one house is a problem of the batch."""
        tape = Tape()
        site = self._site(at, tape)
        bundles = self._service.tables(calls.BUNDLE, site.connected, tape)
        moment = Moment(at, self.timezone, self._service.units())
        told = [read_house(house, bundles.get(number), moment, self._watch) for number, house in site.houses.items()]
        return self._batch(told, tape, site)

    def read_daily(self, house: int, at: datetime) -> Batch:
        """One reading per completed day of the running flock and table, at the midnight that ends the day."""
        tape = Tape()
        days = self._days(self._seen_at(at), house, at)
        if days is None:
            return Batch(problems=(Problem(house, "it has no running flock, or does not answer"),))
        told = [self._read_table(menu, days, tape) for menu in (*history.DAILY, history.HEATERS)]
        return self._batch(told, tape, None, {house})

    def read_alarms(self, at: datetime) -> list[Event]:
        """Alarms of the running flocks, and those that are active now, oldest first."""
        site = self._seen_at(at)
        tables = self._service.tables(history.ALARMS, site.connected)
        days = {house: self._days(site, house, at) for house in tables}
        past = [
            event
            for house, table in tables.items()
            if isinstance(table, dict) and (known := days[house])
            for event in alarms.from_history(table.get("Data"), known)
        ]
        return alarms.merged(past, alarms.from_overview(site.alarms, at, self.timezone))

    def house_age(self, house: int) -> int | None:
        """Growth day as of the last look at the farm; None for an empty or unknown house."""
        state = (self._last_look[1] if self._last_look else self._site()).houses.get(house)
        return None if state is None or state.empty else state.growth_day

    def _site(self, at: datetime | None = None, tape: Tape | None = None) -> Site:
        site = self._service.site(tape)
        self._last_look = at, site
        return site

    def _seen_at(self, at: datetime) -> Site:
        """The overview of this moment, read once for live values, alarms and days together."""
        return self._last_look[1] if self._last_look and self._last_look[0] == at else self._site(at)

    def _farm_name(self) -> str:
        if self._registered is None:
            self._registered = self._registration()
        return one_line(self._registered.get("GatewayAliasName") or "a farm without a name")

    def _registration(self) -> dict[str, Any]:
        """What is registered; nothing when the account may not see it, which does not matter otherwise."""
        try:
            return self._service.registration()
        except BadPayload:
            return {}

    def _house(self, house: HouseState, curve: Mapping[str, Any] | IntegrationError | None) -> House:
        points = history.curve(curve.get("Data"), self._service.units()) if isinstance(curve, dict) else ()
        return House(number=house.number, name=house.name, kind=house.kind, set_points=points, source_key=house.key)

    def _flock(self, house: HouseState, at: datetime, stock: Mapping[str, Any] | IntegrationError | None) -> Flock:
        placed_on = controller_date(house.clock, at, self.timezone) - timedelta(days=house.growth_day or 0)
        birds = history.birds_placed(stock.get("Data")) if isinstance(stock, dict) else None
        return Flock(house=house.number, placed_on=placed_on, birds_placed=birds)

    def _days(self, site: Site, number: int, at: datetime) -> Days | None:
        house = site.houses.get(number)
        if house is None or not house.connected or house.empty or house.growth_day is None:
            return None
        return Days(number, controller_date(house.clock, at, self.timezone), house.growth_day, self.timezone)

    def _read_table(self, menu: int, days: Days, tape: Tape) -> HouseReading:
        try:
            table = self._service.table(menu, days.house, tape)
        except AuthError:
            raise
        except IntegrationError as error:
            return HouseReading(problems=[Problem(days.house, f"table {menu} is missing: {error.what}")])
        told = history.read_days(menu, table.get("Data"), days, self._service.units())
        return HouseReading(told.readings, [], told.rejected)

    def _batch(self, told: Iterable[HouseReading], tape: Tape, site: Site | None, seen: Iterable[int] = ()) -> Batch:
        told = list(told)
        problems = [problem for house in told for problem in house.problems]
        if site is not None and not site.houses:
            problems.append(Problem(0, "the service names no house: the gateway is offline or looking for houses"))
        return Batch(
            readings=tuple(reading for house in told for reading in house.readings),
            problems=tuple(problems),
            rejected=tuple(row for house in told for row in house.rejected if self._is_news(row)),
            payload=tape.payload(self._service.secrets),
            houses_seen=frozenset(site.houses if site else seen),
        )

    def _is_news(self, row: Rejected) -> bool:
        """Whether to report a rejected row: a parameter that nobody knows is reported once."""
        if row.reason != UNKNOWN_PARAMETER:
            return True
        name = row.row.partition(" = ")[0]
        known = name in self._strangers
        self._strangers.add(name)
        return not known
