"""Command 0: the live bundle of one house, with its 28 tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from farmlab.simulator.gateway_names import names

if TYPE_CHECKING:
    from farmlab.simulator.gateway_house import Telling
    from farmlab.simulator.gateway_names import Parameter

SUCCESS: Final = [{"Value": 20}]
_CATEGORIES: Final = {
    "Air_Vent_1_Position": "PP_Vent",
    "Tunnel_Curtain_1_Position": "TunnelCurtain",
    "Light1": "LightDimmer",
}
_NOT_PLAYED: Final = {"HistoryTemp": ";".join(["0"] * 24), "HistoryWeight": ";".join(["0"] * 10)}
_VIEWED: Final = ("General", "Consumption", "AvgWeight", "TempSensor", "FeedInv")
_STRANGERS: Final = (
    ("Quantum_Flux", "Quantum Flux", "UT_Number", "42"),
    ("Temperature_Sensor_6", "Temp. 6", "UT_Temperature", "warm"),
)


def bundle(telling: Telling) -> dict[str, Any]:
    """``dsData`` of command 0."""
    raw = {table: [_row(telling, table, p) for p in known] for table, known in names().tables.items()}
    if telling.traps.extra_parameters:
        raw["TempSensor"] = _with_strangers(raw["TempSensor"])
    views = {f"{table}_View": _view(telling, table) for table in _VIEWED}
    return raw | views | _constants() | {"MDT": _metadata()}


def _row(telling: Telling, table: str, parameter: Parameter) -> dict[str, Any]:
    key, display, unit_type, idle = parameter
    value = telling.raw(key, unit_type, _NOT_PLAYED.get(table, idle))
    return _cells(key, display, unit_type, value) | _more_cells(telling, table, key, value)


def _cells(key: str, display: str, unit_type: str, value: str | None) -> dict[str, Any]:
    return {
        "Value": None,
        "ParameterRoomNumber": 0,
        "ParameterKeyName": key,
        "ParameterDisplayName": display,
        "ParameterValue": value,
        "ParameterData": None,
        "ParameterTitle": None,
        "ParameterUnitType": unit_type,
    }


def _more_cells(telling: Telling, table: str, key: str, value: str | None) -> dict[str, Any]:
    match table:
        case "TempSensor":
            return {"Icon": _icon(telling, key), "UnitOfMeasurement": None}
        case "DigitalOut":
            installed = telling.house.installed.get(key)
            return {"ParameterData": None if installed is None else str(installed), "IsDeviceActive": None}
        case "AnalogOut":
            return {"ParameterCategory": _CATEGORIES.get(key), "ParameterPosition": "1"}
        case "FeedInv":
            return {"ParameterValue": value or "0", "ParameterData": "1" if key in telling.house.values else "0"}
        case _:
            return {}


def _icon(telling: Telling, key: str) -> str | None:
    if not key.startswith("Temperature_Sensor_"):
        return None
    return "1" if key in telling.house.values else ""


def _view(telling: Telling, table: str) -> dict[str, str]:
    shown: dict[str, str] = {}
    for key, _, unit_type, idle in names().tables[table]:
        if telling.writing.signs.get(unit_type):
            shown[f"{key}_Sign"] = telling.writing.signs[unit_type]
        shown[key] = telling.shown(key, unit_type) or (idle or "").removeprefix("LangKey_")
    return shown


def _metadata() -> list[dict[str, str]]:
    return [
        {
            "FieldName": key,
            "DataType": "DT_Number",
            "UnitType": "UT_Percent" if key == "Birds_Livability" else unit_type,
            "DisplayFormat": "N1" if unit_type == "UT_Temperature" else "N0",
        }
        for key, unit_type in names().unit_types.items()
    ]


def _constants() -> dict[str, Any]:
    return {
        "General_DisplayValues": [],
        "HistoryTemp_View": [],
        "HistoryWeight_View": [],
        "IrrigationChartArray_View": [],
        "DicAnalogSensors": {},
        "Silo1_View": {},
        "Silo2_View": {},
        "IrrigationChartArray": [],
        "SelectedHouseUnits": [],
        "Errors": [],
        "eRNBLResult": SUCCESS,
    }


def _with_strangers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    strange = {key for key, *_ in _STRANGERS}
    more = {"Icon": "1", "UnitOfMeasurement": None}
    return [row for row in rows if row["ParameterKeyName"] not in strange] + [_cells(*s) | more for s in _STRANGERS]
