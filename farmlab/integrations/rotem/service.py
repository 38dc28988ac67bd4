"""Asking the service: calls through session and transport, answers unwrapped and kept on tape."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from farmlab.errors import AuthError, BadPayload, IntegrationError
from farmlab.integrations.rotem import calls
from farmlab.integrations.rotem.session import Session
from farmlab.integrations.rotem.signs import Units
from farmlab.integrations.rotem.site import read_site
from farmlab.integrations.rotem.transport import NoAnswer
from farmlab.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from farmlab.integrations.rotem.protocol import Answer
    from farmlab.integrations.rotem.session import Call
    from farmlab.integrations.rotem.settings import RotemSettings
    from farmlab.integrations.rotem.site import Site
    from farmlab.integrations.rotem.tape import Tape
    from farmlab.integrations.rotem.transport import Transport

_PATIENCE: Final = 2
"""After so many houses in a row without an answer of the service, the rest is not asked."""


class Service:
    """The service as FarmLab uses it."""

    def __init__(self, settings: RotemSettings, transport: Transport) -> None:
        self.where = settings.url.host
        self._settings = settings
        self._session = Session(settings)
        self._transport = transport
        self._units: tuple[str, Units] | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not appear in anything that leaves here."""
        return self._session.secrets

    @property
    def gateway_code(self) -> str:
        """The code of the farm's gateway; "" before the first call."""
        return self._session.ticket.gateway_code if self._session.ticket else ""

    def ask(self, call: Call, tape: Tape | None = None, *, asked: str = "") -> Answer:
        """The answer to a call, kept on the tape; what the service says back of our secrets is not repeated."""
        try:
            answer = self._transport.run(self._session.ask(call))
        except IntegrationError as error:
            error.what = mask(error.what, self.secrets)
            error.args = (error.what, error.where, error.next_step)
            if isinstance(error, BadPayload):
                error.answer = mask(error.answer, self.secrets)
            raise
        if tape is not None:
            tape.keep(asked or call.operation, answer.text)
        return answer

    def site(self, tape: Tape | None = None) -> Site:
        """All houses, as the overview tells of them."""
        return read_site(self._object(calls.SITE, tape))

    def registration(self) -> dict[str, Any]:
        """The registration of the farm; empty when the service has none."""
        farm = self._object(calls.REGISTRATION).get("FarmRegistration")
        return farm if isinstance(farm, dict) else {}

    def table(self, menu: int, house: int, tape: Tape | None = None) -> dict[str, Any]:
        """The tables that a house has under this menu number."""
        answer = self.ask(calls.table(menu, house), tape, asked=f"table {menu} of house {house}")
        return calls.read_table(answer, house, where=self.where)

    def tables(
        self, menu: int, houses: Iterable[int], tape: Tape | None = None
    ) -> Mapping[int, dict[str, Any] | IntegrationError]:
        """The same tables of several houses, one or two at a time; a house that fails has its error instead.

        When the service itself stops answering, the houses that were not asked yet are left out.
        """
        silent = 0

        def one(house: int) -> dict[str, Any] | IntegrationError | None:
            nonlocal silent
            if silent >= _PATIENCE:
                return None
            try:
                found = self.table(menu, house, tape)
            except AuthError:
                raise
            except IntegrationError as error:
                silent = silent + 1 if isinstance(error, NoAnswer) else 0
                return error
            silent = 0
            return found

        numbers = list(houses)
        with ThreadPoolExecutor(max_workers=self._settings.parallel) as pool:
            found = dict(zip(numbers, pool.map(one, numbers), strict=True))
        return {house: tables for house, tables in found.items() if tables is not None}

    def units(self) -> Units:
        """The units of the account: from the login, else from the globals, asked once per login."""
        ticket = self._session.ticket
        units = (ticket.units if ticket else None) or self._units_of_globals()
        return units if self._settings.water_unit == "auto" else replace(units, water=self._settings.water_unit)

    def _units_of_globals(self) -> Units:
        token = self._session.ticket.user_token if self._session.ticket else ""
        if self._units is None or self._units[0] != token:
            user = self._object(calls.GLOBALS).get("UserInfo")
            settings = user.get("UnitConverterSettings") if isinstance(user, dict) else None
            self._units = token, Units.of_settings(settings) or Units()
        return self._units[1]

    def _object(self, call: Call, tape: Tape | None = None) -> dict[str, Any]:
        payload: dict[str, Any] = self.ask(call, tape).required(dict, where=self.where)
        return payload
