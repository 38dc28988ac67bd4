"""Answers about the service and the account: login, globals, farm registration, menu. Nobody in it is real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from farmlab.simulator.gateway_names import names
from farmlab.simulator.gateway_units import WRITINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.simulator.gateway_house import Telling
    from farmlab.simulator.gateway_sessions import Session
    from farmlab.simulator.gateway_traps import Traps

GATEWAY_CODE: Final = "simu01000001"
"""What marks a gateway, and all data from it, as simulated."""


def user(traps: Traps, session: Session | None) -> dict[str, Any]:
    """The user object of the login answer and of the globals."""
    writing = WRITINGS[traps.units]
    return {
        "ID": 1,
        "UserName": None,
        "DisplayName": "Simulated user",
        "UserToken": session.user_token if session else None,
        "RefreshToken": None,
        "IsFarmAdmin": False,
        "IsActive": True,
        "GatewayName": GATEWAY_CODE,
        "ClientLanguageIndex": 1,
        "Language": "ENGLISH",
        "UnitConverterSettings": dict(writing.codes),
        "DicUintsSigns": dict(writing.signs),
    }


def login(traps: Traps, session: Session, service: str, *, nameless: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Payload of a login, and what stands beside it on top; ``service`` is the address for the other calls."""
    person = user(traps, session)
    if not traps.units_at_login:
        del person["UnitConverterSettings"], person["DicUintsSigns"]
    connection = {
        "ConnectionToken": session.connection_token or None,
        "GatewayName": None if nameless else GATEWAY_CODE,
    }
    payload = {"FarmUser": person, "FarmConnectionInfo": connection}
    places = {"response": payload, "user": person, "connection": connection, "relative": payload}
    if traps.service_url == "top":
        return payload, {"WebServerUrl": service}
    if traps.service_url != "none":
        places.get(traps.service_url, payload)["WebServerUrl"] = service
    return payload, {}


def globals_(traps: Traps, farm: str, tellings: Sequence[Telling]) -> dict[str, Any]:
    """The payload of ``JsGlobals_GetJsGlobals``: the keys that say something, of the 112 there are."""
    return {
        "AppVersion": "4.7.5.7",
        "UIVersion": "4.5.0.9",
        "C_IgnoredValue": "-9999",
        "C_NotApplicableValue": "-8888",
        "DashboardRefreshIntervalInMs": 10000,
        "UserActivityServerNotificationIntervalInMinutes": 1.0,
        "IsPigsGateway": False,
        "RuntimeMode": 3,
        "GatewayInfo": {
            "GatewayName": GATEWAY_CODE,
            "GatewayAliasName": farm,
            "GatewayVersion": "4.6.0.37",
            "IsActivated": True,
            "IsConnected": True,
            "IsHouseScanActivated": False,
            "DicHousesToScan": {str(t.house.number): t.house.name for t in tellings},
        },
        "UserInfo": user(traps, None),
        "DicUnitSigns": dict(WRITINGS[traps.units].signs),
        **names().enums,
    }


def registration(farm: str) -> dict[str, Any]:
    """The payload of ``GetFarmRegistration``."""
    return {
        "IsValid": True,
        "ErrorMessage": "",
        "GeneralFarmSettings": None,
        "FarmRegistration": {
            "GatewayCode": GATEWAY_CODE,
            "FarmCode": "",
            "GatewayAliasName": farm,
            "IntegratorID": 0,
            "CustomIntegratorName": "",
            "SegmentID": 1,
            "IsFarmRegistered": True,
            "FarmRegisterationSkipCounter": 0,
            "DtIntegrators": [],
            "DtCountries": [],
            "DtSegments": [{"ID": 1, "SegmentName": "Poultry"}],
        },
    }


def menu() -> dict[str, Any]:
    """The payload of ``GetHouseData``: the menu tree, as far as the gateway serves it."""
    top = [number for number, (_, parent) in names().menu.items() if parent == 0]
    return {
        "Menu": {"ID": 0, "MenuName": "MainMenu", "SubMenus": [_node(number) for number in top]},
        "DicSupportedLanguages": {"1": "ENGLISH"},
        "LstControllerUsers": [],
        "TouchLanguageName": "ENGLISH",
    }


def _node(number: int) -> dict[str, Any]:
    name, parent = names().menu[number]
    return {
        "ID": number,
        "MenuName": name,
        "MenuParentID": parent,
        "IsHistoryTable": parent == 3,
        "TableRefreshRate": 0,
        "SubMenus": [_node(child) for child, (_, above) in names().menu.items() if above == number],
    }
