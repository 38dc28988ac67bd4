"""Tables of one house by menu number: the days of the flock, alarms, set-point curve, inventory.

Assumptions, where nobody has published an answer: the alarm history (45) has one row for the beginning
(``IsActive`` 1) and one for the end (0) of an alarm. Water change is cut to whole percent and capped at
+100, feed change is not; -9999 stands for "not applicable".
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from farmlab.simulator.gateway_live import SUCCESS
from farmlab.simulator.gateway_names import names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from farmlab.simulator.gateway_house import Telling

    Row = Mapping[str, float]

NOT_APPLICABLE: Final = -9999.0
_HEATER_DEVICES: Final = 16


def table(menu: int, telling: Telling, days: Callable[[], pd.DataFrame], timezone: str, at: datetime) -> dict[str, Any]:
    """``dsData`` of the table of this menu number; an unknown one is empty."""
    if menu in _DAILY:
        rows = [_DAILY[menu](telling, row, before) for row, before in _pairs(days())]
    elif menu == 45:
        rows = _alarms(telling, timezone, at)
    elif menu in _STATED:
        rows = _STATED[menu](telling)
    else:
        rows = []
    return _container(menu, rows)


def _container(menu: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    data = [row | {"RowNum": number} for number, row in enumerate(rows)]
    command, columns = names().history.get(menu, ("", ()))
    metadata = [
        {"FieldName": c.name, "DataType": c.data_type, "UnitType": c.unit_type, "CommandName": command} for c in columns
    ]
    empty: dict[str, list[Any]] = {
        key: [] for key in ("SecondaryMDT", "Attributes", "Errors", "ColumnsModelFields", "ExtraTables")
    }
    return empty | {
        "MDT": metadata,
        "eRNBLResult": SUCCESS,
        "Data": data,
        "GridTables": data,
    }


def _pairs(days: pd.DataFrame) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    rows: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in days.to_dict("records")]
    return list(zip(rows, [{}, *rows], strict=False))


def _number(telling: Telling, unit_type: str, si: float, *, key: str = "", digits: int = 2) -> float:
    return NOT_APPLICABLE if isnan(si) else round(telling.writing.number(key, unit_type, si), digits)


def _text(telling: Telling, unit_type: str, si: float) -> str:
    return f"{_number(telling, unit_type, si, digits=1):g}" if abs(si) < 1e5 else f"{si:.0f}"


def _change(now: float, before: float | None, cap: float) -> float:
    if before is None or not before or isnan(now) or isnan(before):
        return NOT_APPLICABLE if before is None else 0.0
    return float(min(int(100 * (now - before) / before), cap))


def _extremes(prefix: str, metric: str, unit_type: str) -> Callable[[Telling, Row, Row], dict[str, Any]]:
    columns = {"MinimumValue": "min", "AverageValue": "last", "MaximumValue": "max"}

    def row(telling: Telling, day: Row, before: Row) -> dict[str, Any]:
        del before
        cells = {
            f"{prefix}_{name}": _number(telling, unit_type, day.get(f"{metric}_{which}", float("nan")))
            for name, which in columns.items()
        }
        return {f"{prefix}_GrowthDay": float(day["growth_day"])} | cells

    return row


def _water(telling: Telling, day: Row, before: Row) -> dict[str, Any]:
    litres = day.get("water", float("nan"))
    total = "0" if isnan(litres) else _text(telling, "UT_Volume", litres)
    lines = {f"HistoryRecord_DailyWater_{n}": "0" for n in range(1, 5)}
    changes = {f"HistoryRecord_ChangeWater_{n}": NOT_APPLICABLE for n in range(1, 5)}
    return {
        "HistoryRecord_GrowthDay": float(day["growth_day"]),
        "HistoryRecord_TotalDrink": total,
        "HistoryRecord_ChangeTotal": _change(litres, before.get("water"), 100.0),
        "HistoryRecord_WaterPerBird": "0",
        **(lines | changes),
        "HistoryRecord_TotalWater": total,
        "HistoryRecord_Cooling": "0",
        "HistoryRecord_Fogger": "0",
        "Flushing": "0",
    }


def _feed(telling: Telling, day: Row, before: Row) -> dict[str, Any]:
    kilos = day.get("feed", float("nan"))
    lines = {f"HistoryRecord_Feeder_{n}": 0.0 for n in range(1, 5)}
    changes = {f"HistoryRecord_ChangeFeeder_{n}": NOT_APPLICABLE for n in range(1, 5)}
    return {
        "HistoryRecord_GrowthDay": float(day["growth_day"]),
        "HistoryRecord_FeederTotal": _number(telling, "UT_Weight", kilos),
        "HistoryRecord_ChangeTotal": _change(kilos, before.get("feed"), float("inf")),
        "HistoryRecord_FeedPerBird": 0.0,
        **(lines | changes),
    }


def _mortality(telling: Telling, day: Row, before: Row) -> dict[str, Any]:
    del telling, before
    dead, culled = day.get("mortality", float("nan")), day.get("culls", float("nan"))
    told = {"TotalMortality": dead, "MaleMortality": dead, "TotalCulled": culled, "TotalUpdate": day.get("birds")}
    columns = names().history[42][1]
    cells = {c.name: told.get(c.name.removeprefix("HistoryMortality_")) for c in columns}
    known = {name: 0.0 if value is None or isnan(value) else float(value) for name, value in cells.items()}
    return known | {"HistoryMortality_GrowthDay": float(day["growth_day"])}


def _scales(telling: Telling, day: Row, before: Row) -> dict[str, Any]:
    del before
    weight = day.get("weight", float("nan"))
    count = day.get("weighings", 0.0)
    cells: dict[str, Any] = {column.name: NOT_APPLICABLE for column in names().history[38][1]}
    return cells | {
        "HistoryScales_GrowthDay": float(day["growth_day"]),
        "HistoryScales_Common_Weight": _number(telling, "UT_Weight", weight, key="Average_Weight", digits=3),
        "HistoryScales_Common_NumOfWeights": 0.0 if isnan(count) else float(count),
        "HistoryScales_Common_CV": _number(telling, "UT_Number", day.get("weight_cv", float("nan"))),
    }


def _heaters(telling: Telling, day: Row, before: Row) -> dict[str, Any]:
    del telling, before
    cells = {
        f"HistoryRecord_Heaters_HeaterDevice_{n}": _running(day.get(f"heater_minutes_{n}", 0.0))
        for n in range(1, _HEATER_DEVICES + 1)
    }
    return {"HistoryRecord_Heaters_GrowthDay": float(day["growth_day"]), **cells}


def _running(minutes: float) -> str:
    whole = 0 if isnan(minutes) else min(round(minutes), 24 * 60)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def _alarms(telling: Telling, timezone: str, at: datetime) -> list[dict[str, Any]]:
    zone, today = ZoneInfo(timezone), at.astimezone(ZoneInfo(timezone)).date()

    def row(moment: datetime, message: str, active: int) -> dict[str, Any]:
        local = moment.astimezone(zone)
        return {
            "HistoryAlarms_Day": float(telling.house.growth_day - (today - local.date()).days),
            "HistoryAlarms_Time": f"{local:%H:%M}",
            "HistoryAlarms_Message": message,
            "HistoryAlarms_IsActive": active,
        }

    changes = [(alarm.time, alarm.message, 1) for alarm in telling.house.alarms]
    changes += [(alarm.ended, alarm.message, 0) for alarm in telling.house.alarms if alarm.ended]
    return [row(*change) for change in sorted(changes)]


def _curve(telling: Telling) -> list[dict[str, Any]]:
    def temp(value: float) -> float:
        return _number(telling, "UT_Temperature", value)

    return [
        {
            "TemperatureCurve_Day": float(point.day),
            "TemperatureCurve_Target": temp(point.target),
            "TemperatureCurve_Heat": temp(point.heat),
            "TemperatureCurve_Tunnel": temp(point.tunnel),
            "TemperatureCurve_Lo_Alarm": temp(point.low_alarm),
            "TemperatureCurve_Hi_Alarm": temp(point.high_alarm),
        }
        for point in telling.house.curve
    ]


def _inventory(telling: Telling) -> list[dict[str, Any]]:
    birds = telling.house.values.get("Current_Birds_Count_In_House")
    cells: dict[str, Any] = {column.name: 0.0 for column in names().history[23][1]}
    placed = {"bird_inventory_birds_placed": float(telling.house.birds_placed or 0)}
    return [cells | placed | {"bird_inventory_empty": "", "bird_inventory_birdcount": float(birds or 0)}]


def _growth_day(telling: Telling) -> list[dict[str, Any]]:
    day = float(telling.house.growth_day)
    return [{"GrowthDay_FlockNumber": 1.0, "GrowthDay_ControllerGrowthDay": day, "GrowthDay_NewFlock": "0"}]


_DAILY: Final[Mapping[int, Callable[[Telling, Row, Row], dict[str, Any]]]] = {
    35: _extremes("QueueRecord", "temp", "UT_Temperature"),
    36: _extremes("QueueRecord", "rh", "UT_Percent"),
    37: _extremes("HistoryRecord", "co2", "UT_Number"),
    38: _scales,
    40: _water,
    41: _feed,
    42: _mortality,
    43: _heaters,
}
_STATED: Final[Mapping[int, Callable[[Telling], list[dict[str, Any]]]]] = {6: _curve, 23: _inventory, 25: _growth_day}
