"""``GetSiteControllersInfo``: all houses in one answer, and the fields of the comparison screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from farmlab.simulator.gateway_names import names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from farmlab.simulator.gateway_house import Telling

_CONTROLLER: Final = {
    "Type": 2,
    "Model": 2,
    "Mode": 3,
    "ControllerID": 1,
    "ControllerName": "cControl_PlatinumPro",
    "ControllerMemoryVersion": 0,
    "ControllerVersionMajor": 0,
    "ControllerVersionMinor": 0,
    "ControllerVersionRevision": 0,
    "MainScreenIndex": 0,
    "ClassName": None,
    "ControllerTypeStr": "PLATINUM_PLUS_BROILER_PRECISION",
}
_SECTION_OF: Final = {
    "Temperature": ("Average_Temperature", "UT_Temperature"),
    "Humidity": ("Inside_Humidity", "UT_Percent"),
    "CO2": ("CO2", "UT_Number"),
    "DailyWater": ("Daily_Water", "UT_Volume"),
    "DailyFeed": ("Daily_Feed", "UT_Weight"),
    "Pressure": ("Static_Pressure", "UT_Pressure"),
    "Heaters": ("Heaters", "UT_Number"),
}
"""Section of ``FarmHouses[].Data`` → the parameter that it repeats, where the gateway fills them."""
_FLAGS: Final = frozenset({"VentLevel_IsTunnelMode", "IsLowAlarmActive", "IsHighAlarmActive"})


def site(tellings: Sequence[Telling], at: datetime, timezone: str) -> dict[str, Any]:
    """The payload for these houses."""
    return {
        "FarmHouses": [_house(telling) for telling in tellings],
        "HousesAlarms": [alarm for telling in tellings for alarm in _alarms(telling, timezone)],
        "LastUpdateDT": at.isoformat(),
        "DicDashboardItems": {},
        "DicComparisonItems": _comparison(tellings),
        "IsDataChanged": True,
        "IsAlarmsDataChanged": False,
        "IsFirstDataLoad": False,
    }


def comparison_fields() -> list[dict[str, str]]:
    """The payload of ``GetComparisonDisplayFields``."""
    return [
        {
            "FieldName": field.name,
            "TableName": field.table,
            "DisplayFieldName": field.display,
            "DisplayGroupName": field.group,
            "DisplayTemplateName": field.template,
            "IsSelected": "FALSE",
            "IsEditable": "TRUE",
            "CaptionLanguageKey": f"AP_Comparison_Screen_{field.name}",
        }
        for field in names().fields
    ]


def field_name(number: int) -> str:
    """The key of a house in the comparison items."""
    return f"House{number}"


def _house(telling: Telling) -> dict[str, Any]:
    house, empty = telling.house, telling.traps.empty_data
    return {
        "HouseNumber": house.number,
        "RoomNumber": 0,
        "HouseName": house.name,
        "Rooms": None,
        "ControllerVersion": None,
        "GrowthDay": 0 if empty else house.growth_day,
        "ControllerDate": None,
        "ConnectionStatus": 1 if house.connected else 2,
        "Data": {section: _section(telling, section) for section in names().sections},
        "HouseControllerTypeInfo": _CONTROLLER,
        "HouseMode": telling.mode,
        "IsPigsHouse": False,
        "FieldName": field_name(house.number),
    }


def _section(telling: Telling, section: str) -> dict[str, Any]:
    cells: dict[str, Any] = {
        key: False if key in _FLAGS else 0 if "Numeric" in key else None for key in names().section_keys
    }
    key, unit_type = _SECTION_OF.get(section, ("", ""))
    value = telling.house.values.get(key)
    if telling.traps.empty_data or value is None:
        return cells
    number = round(telling.writing.number(key, unit_type, value), 2)
    return cells | {"CurrentNumericValue": number, "CurrentValue": telling.shown(key, unit_type)}


def _comparison(tellings: Sequence[Telling]) -> dict[str, dict[str, str]]:
    units = names().unit_types
    items: dict[str, dict[str, str]] = {}
    for field in names().fields:
        item = items.setdefault(field.item, {"CategoryName": field.group, "CaptionLanguageKey": field.name})
        for telling in tellings:
            key = field_name(telling.house.number)
            shown = telling.shown(field.name, units.get(field.name, "UT_Number")) if telling.house.connected else ""
            item[key] = item.get(key) or shown  # two fields may share an item
            item[f"{key}_Data"] = ""
    items["HouseConnectionStatus"] = {
        field_name(telling.house.number): "1" if telling.house.connected else "2" for telling in tellings
    }
    items["HouseType"] = {field_name(telling.house.number): "PLATINUM" for telling in tellings}
    return items


def _alarms(telling: Telling, timezone: str) -> list[dict[str, Any]]:
    return [
        {
            "HouseNumber": telling.house.number,
            "RoomNumber": 0,
            "AlarmID": alarm.number,
            "Alarm_Message": alarm.message,
            "Alarm_Time": f"{alarm.time.astimezone(ZoneInfo(timezone)):%H:%M}",
            "IsActive": True,
        }
        for alarm in telling.house.alarms
        if alarm.active and telling.house.connected
    ]
