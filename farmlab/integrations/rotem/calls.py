"""The read operations of the service. There is no write operation here, and there shall be none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from farmlab.errors import BadPayload, SourceUnavailable
from farmlab.integrations.rotem.parse import integer, listed
from farmlab.integrations.rotem.session import Call

if TYPE_CHECKING:
    from farmlab.integrations.rotem.protocol import Answer

_SUCCESS: Final = 20
_ALL_PAGES: Final = -1
_ALL_ROOMS: Final = -1
_ENGLISH: Final = 1

SITE: Final = Call("GetSiteControllersInfo", lambda code: {"prmSiteControllersInfoParams": {"GatewayCode": code}})
REGISTRATION: Final = Call("GetFarmRegistration", lambda code: {"prmFarmRegistrationParams": {"GatewayCode": code}})
GLOBALS: Final = Call("JsGlobals_GetJsGlobals")
BUNDLE: Final = 0
"""Menu number of the live bundle."""


def table(menu: int, house: int) -> Call:
    """The call for one table of one house."""
    asked = {
        "CommandID": menu,
        "IsSetPointCommand": False,
        "HouseNumber": str(house),
        "RoomNumber": _ALL_ROOMS,
        "ClientLanguageIndex": _ENGLISH,
        "IsIgnoreCache": False,
        "PageNumber": _ALL_PAGES,
        "IsLoadPageFromCache": False,
    }
    return Call("RNBL_GetCommandData", lambda _: {"prmGetCommandDataParams": asked})


def read_table(answer: Answer, house: int, *, where: str) -> dict[str, Any]:
    """The tables in the answer to :func:`table`.

    Raises
    ------
    SourceUnavailable
        The controller did not answer the service.
    BadPayload
        There are no tables in the answer.
    """
    data = answer.required(dict, where=where).get("dsData")
    if not isinstance(data, dict):
        raise BadPayload("the answer has no tables", where=f"{where}, house {house}", next_step="Try again later.")
    result = next((integer(row.get("Value")) for row in listed(data.get("eRNBLResult"))), None)
    if result not in (None, _SUCCESS):
        raise SourceUnavailable(
            f"the controller does not answer (result {result})",
            where=f"{where}, house {house}",
            next_step="Look at its line to the gateway.",
        )
    return data
