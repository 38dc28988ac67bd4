"""The gateway on the wire: what a stranger's client would see. Requests are made by hand."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from farmlab.errors import ConfigError
from farmlab.simulator.gateway import GATEWAY_CODE, Gateway
from farmlab.simulator.gateway_units import METRIC, US
from tests.simulator.served import ALARMS, NOON, PASSWORD, USER, Hand, HandFarm, house, served

BOM = b"\xef\xbb\xbf"
LEGACY = "/Latest/Services/AllServices.svc"


class Browser:
    """A client that does what it is told, right or wrong."""

    def __init__(self, gateway: Gateway) -> None:
        self.url = gateway.url
        self.headers: dict[str, str] = {"Accept-Encoding": "identity"}

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        with httpx.Client(verify=False, trust_env=False) as http:
            return http.post(self.url + path, json=body, headers=self.headers | headers)

    def ask(self, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.post(path, body, **headers).content.removeprefix(BOM))
        return answer

    def log_in(self, path: str = f"{LEGACY}/Login", password: str = PASSWORD) -> dict[str, Any]:
        response = self.post(path, {"prmUsername": USER, "prmPassword": password})
        answer: dict[str, Any] = json.loads(response.content.removeprefix(BOM))
        if answer["isSucceed"]:
            payload = answer["reponseObj"]
            self.headers["userToken"] = payload["FarmUser"]["UserToken"]
            self.headers["farmConnectionToken"] = payload["FarmConnectionInfo"]["ConnectionToken"]
            self.headers["Cookie"] = response.headers["set-cookie"].partition(";")[0]
        return answer

    def table(self, menu: int | str, number: int = 1) -> dict[str, Any]:
        asked = {"prmGetCommandDataParams": {"CommandID": menu, "HouseNumber": str(number)}}
        return self.ask("/Host6_V1/Services/AllServices.svc/RNBL_GetCommandData", asked)


def call(browser: Browser, operation: str, body: Any = None) -> dict[str, Any]:
    return browser.ask(f"/Host6_V1/Services/AllServices.svc/{operation}", body)


def test_a_login_gives_tokens_gateway_and_the_address_of_the_service() -> None:
    with served() as gateway:
        answer = Browser(gateway).log_in()
    payload = answer["reponseObj"]
    assert payload["FarmConnectionInfo"]["GatewayName"] == GATEWAY_CODE == "simu01000001"
    assert payload["WebServerUrl"].endswith("/Host6_V1/")
    assert payload["FarmUser"]["UnitConverterSettings"]["TemperatureUnit"] == 0
    assert (answer["isSucceed"], answer["isInSession"], answer["isAuthorize"]) == (True, True, True)


def test_a_refused_login_is_http_200_with_false_flags() -> None:
    with served() as gateway:
        browser = Browser(gateway)
        answer = browser.log_in(password="wrong")
        assert browser.post(f"{LEGACY}/Login", {}).status_code == 200
    assert answer["reponseObj"] is None
    assert answer["ErrorObj"] == {"ErrorCode": 1, "ErrorMessage": "Invalid username or password."}
    assert (answer["isSucceed"], answer["isInSession"], answer["isAuthorize"]) == (False, False, False)


def test_an_answer_begins_with_a_byte_order_mark_and_echoes_the_context() -> None:
    with served() as gateway:
        browser = Browser(gateway)
        browser.log_in()
        response = browser.post("/Host6_V1/Services/AllServices.svc/GetSiteControllersInfo", None, contextId="c-1")
        assert response.content.startswith(BOM + b'{"reponseObj":')
        assert json.loads(response.content.removeprefix(BOM))["contextId"] == "c-1"
        assert call(browser, "JsGlobals_GetJsGlobals", {})["contextId"] == ""


def test_an_answer_is_packed_for_a_client_that_can_unpack_it() -> None:
    with served() as gateway:
        request = httpx.Request("POST", f"{gateway.url}/api/Login", json={}, headers={"Accept-Encoding": "gzip"})
        with (
            httpx.Client(verify=False, trust_env=False) as http,
            http.stream(request.method, request.url, content=request.content, headers=request.headers) as response,
        ):
            raw = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).startswith(BOM)


@pytest.mark.parametrize("forgotten", ["userToken", "farmConnectionToken", "Cookie"])
def test_a_call_without_what_the_login_gave_has_no_session(forgotten: str) -> None:
    with served() as gateway:
        browser = Browser(gateway)
        browser.log_in()
        assert call(browser, "GetSiteControllersInfo")["isInSession"]
        browser.headers[forgotten] = "made up"
        answer = call(browser, "GetSiteControllersInfo")
    assert (answer["isInSession"], answer["isAuthorize"], answer["reponseObj"]) == (False, False, None)


def test_the_new_addresses_want_a_bearer_token() -> None:
    with served() as gateway:
        browser = Browser(gateway)
        browser.log_in("/api/Login")
        assert not browser.ask("/api/GetSiteControllersInfo")["isInSession"]
        browser.headers["authorization"] = f"Bearer {browser.headers['userToken']}"
        assert browser.ask("/api/GetSiteControllersInfo")["isInSession"]


def test_a_session_lives_twenty_minutes_from_its_last_call() -> None:
    now = Hand()
    with served(now=now) as gateway:
        browser = Browser(gateway)
        browser.log_in()
        told = []
        for minutes in (19, 38, 59):
            now.at = NOON + timedelta(minutes=minutes)
            told.append(call(browser, "GetSiteControllersInfo")["isInSession"])
    assert told == [True, True, False]


def test_the_overview_tells_the_truth_in_the_comparison_items_only() -> None:
    with served(HandFarm([house(1), house(8)])) as gateway:
        browser = Browser(gateway)
        browser.log_in()
        site = call(browser, "GetSiteControllersInfo")["reponseObj"]
    first = site["FarmHouses"][0]
    assert [h["HouseNumber"] for h in site["FarmHouses"]] == [1, 8]
    assert (first["GrowthDay"], first["ConnectionStatus"], first["FieldName"]) == (0, 1, "House1")
    assert len(first["Data"]) == 14
    assert {len(section) for section in first["Data"].values()} == {21}
    assert first["Data"]["Temperature"]["CurrentNumericValue"] == 0
    assert first["Data"]["Temperature"]["CurrentValue"] is None
    items = site["DicComparisonItems"]
    assert len(items) == 153 - 1  # AlarmsCount is not played
    assert items["Growth_Day"]["House1"] == "21"
    assert items["Temperature_Current"]["House8"] == "29.7"
    assert items["Current_Level_CFM"]["House1"] == "115,532"
    assert items["Heaters"]["House1"] == "LangKey_Off"
    assert items["Silo_2"]["House1"] == ""
    assert items["HouseType"] == {"House1": "PLATINUM", "House8": "PLATINUM"}
    (alarm,) = site["HousesAlarms"]
    assert (alarm["HouseNumber"], alarm["AlarmID"], alarm["Alarm_Time"]) == (1, 102, "12:00")


def test_the_overview_can_be_filled() -> None:
    with served(HandFarm([house(1)]), empty_data=False) as gateway:
        browser = Browser(gateway)
        browser.log_in()
        (first,) = call(browser, "GetSiteControllersInfo")["reponseObj"]["FarmHouses"]
    assert first["GrowthDay"] == 21
    assert first["Data"]["Temperature"]["CurrentNumericValue"] == 29.7
    assert first["Data"]["DailyWater"]["CurrentValue"] == "1,989"


def test_the_live_bundle_has_the_tables_of_the_original() -> None:
    with served() as gateway:
        browser = Browser(gateway)
        browser.log_in()
        payload = browser.table("0")["reponseObj"]
    data = payload["dsData"]
    rows = {
        row["ParameterKeyName"]: row
        for name in ("General", "DigitalOut", "TempSensor", "AnalogOut")
        for row in data[name]
    }
    assert len(data) == 28
    assert (payload["MenuID"], payload["HouseNumber"], payload["PagingInfo"]) == (0, 1, None)
    assert data["eRNBLResult"] == [{"Value": 20}]
    assert rows["Average_Temperature"]["ParameterValue"] == "29.7"
    assert rows["Time"]["ParameterValue"] == "12:23"
    assert (rows["Heaters"]["ParameterValue"], rows["Heaters"]["ParameterData"]) == ("LangKey_Off", "8")
    assert (rows["Tunnel_Fans"]["ParameterValue"], rows["Tunnel_Fans"]["ParameterData"]) == ("2", "12")
    assert rows["Temperature_Sensor_1"]["Icon"] == "1"
    assert rows["Temperature_Sensor_9"]["Icon"] == ""
    assert rows["Air_Vent_1_Position"]["ParameterCategory"] == "PP_Vent"
    assert rows["Birds_Livability"]["ParameterUnitType"] == "UT_Pressure"
    view = data["General_View"]
    assert (view["Current_Level_CFM"], view["Current_Level_CFM_Sign"]) == ("115,532", "M3/H")
    assert view["Temperature_Curve"] == "On"


def test_us_units_are_written_in_fahrenheit_inches_cubic_feet_and_pounds() -> None:
    values = {"Average_Temperature": 30.0, "Static_Pressure": 25.0, "Current_Level_CFM": 100000.0, "Daily_Feed": 1000.0}
    with served(HandFarm([house(1, values=values)]), units="us") as gateway:
        browser = Browser(gateway)
        login = browser.log_in()
        data = browser.table(0)["reponseObj"]["dsData"]
    view = data["General_View"]
    assert (view["Average_Temperature"], view["Average_Temperature_Sign"]) == ("86.0", "F°")
    assert (view["Static_Pressure"], view["Static_Pressure_Sign"]) == ("0.10", "IN.W.C")
    assert (view["Current_Level_CFM"], view["Current_Level_CFM_Sign"]) == ("58,858", "CFM")
    assert data["Consumption_View"]["Daily_Feed"] == "2,205"
    assert login["reponseObj"]["FarmUser"]["UnitConverterSettings"]["PressureUnit"] == 1


@pytest.mark.parametrize(
    ("menu", "row", "cells"),
    [
        (35, 1, {"QueueRecord_GrowthDay": 0.0, "QueueRecord_MinimumValue": 24.38, "QueueRecord_AverageValue": 32.71}),
        (36, 0, {"QueueRecord_GrowthDay": -1.0, "QueueRecord_MaximumValue": 60.0}),
        (37, 0, {"HistoryRecord_MinimumValue": -9999.0}),
        (38, 2, {"HistoryScales_Common_Weight": 0.055, "HistoryScales_Male2_Weight": -9999.0}),
        (40, 0, {"HistoryRecord_TotalDrink": "0", "HistoryRecord_ChangeTotal": -9999.0}),
        (40, 2, {"HistoryRecord_TotalDrink": "1", "HistoryRecord_ChangeTotal": -86.0}),
        (40, 3, {"HistoryRecord_TotalDrink": "155.2", "HistoryRecord_ChangeTotal": 100.0}),
        (41, 3, {"HistoryRecord_FeederTotal": 41.0, "HistoryRecord_ChangeTotal": 355.0}),
        (42, 2, {"HistoryMortality_TotalMortality": 12.0, "HistoryMortality_TotalCulled": 2.0}),
        (43, 3, {"HistoryRecord_Heaters_HeaterDevice_3": "01:20", "HistoryRecord_Heaters_HeaterDevice_9": "00:00"}),
        (6, 0, {"TemperatureCurve_Day": 1.0, "TemperatureCurve_Target": 33.0, "TemperatureCurve_Hi_Alarm": 37.5}),
        (23, 0, {"bird_inventory_birds_placed": 25000.0, "bird_inventory_birdcount": 24810.0}),
        (25, 0, {"GrowthDay_ControllerGrowthDay": 21.0}),
        (45, 1, {"HistoryAlarms_Day": 21.0, "HistoryAlarms_Time": "08:23", "HistoryAlarms_IsActive": 0}),
    ],
)
def test_history_tables(menu: int, row: int, cells: dict[str, Any]) -> None:
    with served() as gateway:
        browser = Browser(gateway)
        browser.log_in()
        data = browser.table(menu)["reponseObj"]["dsData"]
    told = data["Data"][row]
    assert {name: told[name] for name in cells} == cells
    assert told["RowNum"] == row
    assert data["MDT"]
    assert {column["FieldName"] for column in data["MDT"]} <= set(told) | {"HistoryRecord_Flushing"}


def test_a_menu_that_is_not_played_is_empty() -> None:
    with served() as gateway:
        browser = Browser(gateway)
        browser.log_in()
        assert browser.table(48)["reponseObj"]["dsData"]["Data"] == []


def test_alarms_are_told_by_growth_day_and_local_time() -> None:
    yesterday = replace(ALARMS[0], time=NOON - timedelta(days=1), ended=None)
    with served(HandFarm([house(1, alarms=(yesterday,))])) as gateway:
        browser = Browser(gateway)
        browser.log_in()
        (row,) = browser.table(45)["reponseObj"]["dsData"]["Data"]
    assert (row["HistoryAlarms_Day"], row["HistoryAlarms_Time"], row["HistoryAlarms_IsActive"]) == (20.0, "12:23", 1)


def test_the_other_operations_have_the_right_shape() -> None:
    with served() as gateway:
        browser = Browser(gateway)
        browser.log_in()
        fields = call(browser, "GetComparisonDisplayFields", {})["reponseObj"]
        farm = call(browser, "GetFarmRegistration", {})["reponseObj"]["FarmRegistration"]
        world = call(browser, "JsGlobals_GetJsGlobals", {})["reponseObj"]
        menu = call(browser, "GetHouseData", {})["reponseObj"]["Menu"]
        unknown = call(browser, "SaveSetPoints", {})
    assert len(fields) == 154
    assert fields[4]["DisplayFieldName"] == "Temperature_Current"
    assert (farm["GatewayCode"], farm["GatewayAliasName"]) == (GATEWAY_CODE, "Hillside")
    assert (world["C_IgnoredValue"], world["eHouseMode"]["EMPTY_HOUSE"]) == ("-9999", 4)
    assert world["UserInfo"]["UserToken"] is None
    assert {sub["ID"] for top in menu["SubMenus"] for sub in top["SubMenus"]} >= {6, 23, 35, 45}
    assert not unknown["isSucceed"]
    assert unknown["isInSession"]


@pytest.mark.parametrize(("dead_answer", "succeeds"), [("error", False), ("empty", True), ("api_error", True)])
def test_a_dead_controller_answers_in_three_ways(dead_answer: str, succeeds: bool) -> None:
    with served(offline=frozenset({1}), dead_answer=dead_answer) as gateway:
        browser = Browser(gateway)
        browser.log_in()
        answer = browser.table(0)
    assert answer["isSucceed"] is succeeds
    if dead_answer == "api_error":
        assert answer["reponseObj"]["dsData"]["eRNBLResult"] == [{"Value": 10}]
    else:
        assert answer["reponseObj"] is None


def test_a_house_that_does_not_exist_has_no_table() -> None:
    with served() as gateway:
        browser = Browser(gateway)
        browser.log_in()
        assert browser.table(0, 5)["ErrorObj"]["ErrorMessage"].startswith("No records found")


@pytest.mark.parametrize("path", ["/", "/api/", "/api/Login/x", "/Other/Services/AllServices.svc/Login", "/apiLogin"])
def test_other_addresses_do_not_exist(path: str) -> None:
    with served() as gateway:
        assert Browser(gateway).post(path, {}).status_code == 404


def test_nothing_is_served_to_get_and_garbage_is_no_crash() -> None:
    with served() as gateway, httpx.Client(verify=False, trust_env=False) as http:
        assert http.get(f"{gateway.url}/api/Login").status_code == 405
        assert http.post(f"{gateway.url}/api/Login", content=b"{no json").status_code == 200
        browser = Browser(gateway)
        assert not browser.ask("/api/Login", [1])["isSucceed"]
        browser.log_in()
        assert not browser.table("DROP TABLE", "x")["isSucceed"]  # type: ignore[arg-type]


def test_calls_are_counted_by_operation_table_and_house() -> None:
    with served() as gateway:
        browser = Browser(gateway)
        browser.log_in()
        browser.table(35, 2)
        assert dict(gateway.calls) == {
            "Login": 1,
            "RNBL_GetCommandData": 1,
            "RNBL_GetCommandData/35": 1,
            "RNBL_GetCommandData/35/2": 1,
        }


def test_it_listens_on_loopback_only_and_can_be_stopped_with_open_connections() -> None:
    gateway = Gateway(HandFarm(), username=USER, password=PASSWORD).start()
    assert gateway.url.startswith("http://127.0.0.1:")
    with httpx.Client(verify=False, trust_env=False) as http:
        assert http.post(f"{gateway.url}/api/Login", json={}).status_code == 200
        gateway.stop()
        gateway.stop()
        with pytest.raises(httpx.ConnectError):
            http.post(f"{gateway.url}/api/Login", json={})


def test_a_port_that_is_taken_is_said() -> None:
    with served() as first:
        port = int(first.url.rpartition(":")[2])
        second = Gateway(HandFarm(), port=port, username=USER, password=PASSWORD)
        with pytest.raises(ConfigError, match=f"port {port} is taken"):
            second.start()


def test_a_port_that_is_not_allowed_is_said() -> None:
    with pytest.raises((ConfigError, OverflowError)):
        Gateway(HandFarm(), port=70_000, username=USER, password=PASSWORD).start()


def test_the_farm_is_asked_once_a_minute() -> None:
    asked = []

    class Counting(HandFarm):
        def snapshot(self, at: Any) -> Any:
            asked.append(at)
            return super().snapshot(at)

    now = Hand()
    with served(Counting(), now=now) as gateway:
        browser = Browser(gateway)
        browser.log_in()
        for seconds in (0, 20, 59, 61):
            now.at = NOON + timedelta(seconds=seconds)
            call(browser, "GetSiteControllersInfo")
    assert asked == [NOON, NOON + timedelta(minutes=1)]


def test_metric_and_us_write_the_same_value() -> None:
    assert METRIC.raw("Average_Weight", "UT_Weight", 1012.0) == "1.012"
    assert US.shown("Average_Weight", "UT_Weight", 1012.0) == "2.231"
    assert METRIC.raw("Growth_Day", "UT_Number", 0.0) == "0"
    assert METRIC.shown("Average_Temperature", "UT_Temperature", -0.04) in ("-0.0", "0.0")
