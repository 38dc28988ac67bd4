"""What can be behind what is seen, and what speaks for and against it: the decision tree, to be read from the top.

The first question is what was seen: :data:`BEHIND` gives the causes of each kind of finding, with how often each
is behind it. Then come the questions of :data:`QUESTIONS`; an answer adds to some causes and takes from others.
The numbers are log-odds: 0.7 doubles the odds, 1.6 makes them five times as high, 3 twenty times. They come from
what each fault does to a house (physics and trade literature), not from a fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause as people say it, what to check first, and the words by which a repair of it is known."""

    words: str
    check: str
    repair: tuple[str, ...] = ()


CAUSES: Final[Mapping[str, Cause]] = {
    "fan_loss": Cause(
        "a fan that is on does not turn: motor, capacitor or breaker",
        "Walk past the fans that should run: look for one that stands still; check its breaker and motor.",
        ("motor", "breaker", "capacitor"),
    ),
    "fan_belt": Cause(
        "a fan belt slips or has broken",
        "Walk past the fans that should run: look for a slow one; check its belt.",
        ("belt",),
    ),
    "power_cut": Cause(
        "no power: mains, main breaker or generator",
        "Look at the birds; check the mains, the main breaker, and that the generator runs.",
        ("mains", "generator", "power"),
    ),
    "inlet": Cause(
        "inlets hang: cable, winch or actuator",
        "Look at the inlets along both walls: cable, winch and actuator.",
        ("inlet", "winch", "actuator"),
    ),
    "door": Cause("a door or curtain stands open", "Look for an open door or a torn curtain.", ("door", "curtain")),
    "heater": Cause(
        "a heater does not light or gives too little: igniter, valve, gas",
        "Check the flame of each heater that is on, then gas level and pressure.",
        ("igniter", "heater", "burner", "gas"),
    ),
    "cooling_pad": Cause(
        "the cooling pad does not cool: pump, filter or scale",
        "Look whether water runs over the whole pad; check pump and filter.",
        ("pad", "pump"),
    ),
    "weather": Cause(
        "the weather, beyond what ventilation can do",
        "Look at the birds; check that all fans and the cooling pad run, and have the generator ready.",
    ),
    "setting": Cause("a changed setting or programme", "Compare the controller's settings with the plan."),
    "ventilation": Cause(
        "too little fresh air is asked for", "Raise minimum ventilation; check inlets, and look for wet litter."
    ),
    "water_leak": Cause(
        "a drinker line leaks",
        "Walk the drinker lines in the dark; look for wet litter; close line by line at the meter.",
        ("nipple", "leak", "hose"),
    ),
    "blocked_line": Cause(
        "a water line is blocked: filter, regulator or air lock",
        "Press nipples along each line; check filter and regulator.",
        ("filter", "regulator", "air lock"),
    ),
    "health": Cause(
        "the birds are unwell: they drink and eat less",
        "Walk the birds and look closely; call the vet when deaths rise.",
        ("vet", "treated"),
    ),
    "auger": Cause(
        "the feed auger is jammed or slips",
        "Look into the pans, then at auger, motor and silo outlet.",
        ("auger",),
    ),
    "silo_empty": Cause(
        "the silo is empty or feed bridges in it", "Look into the silo, and knock on its cone.", ("silo", "delivery")
    ),
    "withdrawn": Cause("feed or water withdrawn on purpose", "Ask whether birds are caught or vaccinated today."),
    "flush": Cause("lines flushed, or medication in the water", "Ask who flushed or medicated, and when."),
    "meter": Cause("the meter counts wrongly", "Compare the meter with the pans, or with a bucket and a watch."),
    "comms_loss": Cause(
        "the connection: router, gateway, or the service behind it",
        "Look at the controller on site: is it on, and does it show the network? Then router and gateway.",
        ("router", "gateway", "network"),
    ),
    "sensor_stuck": Cause(
        "the sensor hangs: it, its cable or its input", "Unplug the sensor and look whether the value changes.",
        ("sensor replaced",),
    ),
    "sensor_drift": Cause(
        "the sensor drifts: old or dirty", "Compare with a hand-held instrument; clean or calibrate the sensor.",
        ("calibrated", "cleaned"),
    ),
    "sensor_offset": Cause(
        "the sensor was moved or damaged", "Look where the sensor hangs; compare with a hand-held instrument.",
        ("put back",),
    ),
    "sensor_spike": Cause("a loose contact of the sensor", "Check plug and cable of the sensor.", ("plug",)),
    "sensor_noise": Cause("a damaged cable or water in the sensor", "Check cable and plug of the sensor.", ("cable",)),
    "sensor_dropout": Cause("the sensor or its cable is broken", "Check cable and plug of the sensor.", ("cable",)),
    "sensor_board": Cause(
        "the board, bus or supply that the sensors share",
        "Look at the board, the cable and the supply that these sensors share.",
        ("board", "module", "supply"),
    ),
    "real_change": Cause(
        "a real change in the house", "Compare with the other readings, and look at the place itself."
    ),
}  # fmt: skip

_AIR: Final = {"fan_loss": 0.25, "fan_belt": 0.15, "ventilation": 0.35, "inlet": 0.1, "power_cut": 0.05}
_SENSOR_LEVEL: Final = {"sensor_offset": 0.4, "sensor_drift": 0.35, "real_change": 0.25}
BEHIND: Final[Mapping[str, Mapping[str, float]]] = {
    "fan_loss": {"fan_loss": 0.42, "fan_belt": 0.3, "power_cut": 0.1, "inlet": 0.08, "door": 0.1},
    "power_cut": {"power_cut": 0.7, "fan_loss": 0.22, "fan_belt": 0.03, "door": 0.05},
    "inlet": {"inlet": 0.75, "door": 0.1, "fan_loss": 0.06, "power_cut": 0.05, "fan_belt": 0.04},
    "uneven": {"inlet": 0.6, "sensor_drift": 0.15, "sensor_offset": 0.1, "door": 0.1, "heater": 0.05},
    "heater": {"heater": 0.75, "power_cut": 0.08, "inlet": 0.07, "door": 0.05, "sensor_offset": 0.05},
    "cooling_pad": {"cooling_pad": 0.8, "weather": 0.1, "sensor_offset": 0.05, "sensor_drift": 0.05},
    "temperature_high": {
        "fan_loss": 0.24, "fan_belt": 0.14, "weather": 0.2, "power_cut": 0.1, "inlet": 0.1, "cooling_pad": 0.1,
        "setting": 0.12,
    },
    "temperature_heat": {"weather": 0.7, "cooling_pad": 0.18, "fan_loss": 0.07, "fan_belt": 0.05},
    "temperature_low": {"heater": 0.55, "inlet": 0.15, "door": 0.15, "setting": 0.1, "power_cut": 0.05},
    "temperature_changed": {
        "weather": 0.35, "setting": 0.2, "heater": 0.15, "fan_loss": 0.1, "inlet": 0.1, "power_cut": 0.1,
    },
    "humidity_changed": {"weather": 0.5, "ventilation": 0.2, "setting": 0.15, "water_leak": 0.15},
    "co2_ppm_high": _AIR,
    "nh3_ppm_high": {**_AIR, "water_leak": 0.1},
    "rh_pct_high": {**_AIR, "weather": 0.25, "water_leak": 0.15},
    "water_leak": {"water_leak": 0.8, "flush": 0.15, "meter": 0.05},
    "water_high": {"water_leak": 0.5, "weather": 0.25, "flush": 0.15, "meter": 0.1},
    "water_low": {"blocked_line": 0.5, "health": 0.35, "meter": 0.15},
    "no_water": {"blocked_line": 0.6, "meter": 0.25, "withdrawn": 0.15},
    "feed_low": {"health": 0.4, "auger": 0.35, "blocked_line": 0.1, "meter": 0.15},
    "feed_high": {"meter": 0.6, "real_change": 0.4},
    "no_feed": {"auger": 0.45, "silo_empty": 0.2, "withdrawn": 0.25, "meter": 0.1},
    "auger": {"auger": 0.7, "silo_empty": 0.25, "meter": 0.05},
    "catching": {"withdrawn": 0.7, "auger": 0.2, "silo_empty": 0.1},
    "no_data": {"comms_loss": 0.75, "power_cut": 0.25},
    "flagged": {"sensor_dropout": 0.5, "sensor_noise": 0.3, "comms_loss": 0.2},
    "several_sensors": {"sensor_board": 0.7, "power_cut": 0.15, "comms_loss": 0.15},
    "stuck": {"sensor_stuck": 0.92, "real_change": 0.08},
    "noise": {"sensor_noise": 0.8, "sensor_spike": 0.15, "real_change": 0.05},
    "spike": {"sensor_spike": 0.7, "sensor_noise": 0.25, "real_change": 0.05},
    "dropout": {"sensor_dropout": 0.9, "sensor_noise": 0.06, "sensor_spike": 0.04},
    "drift": {"sensor_drift": 0.55, "sensor_offset": 0.25, "real_change": 0.2},
    "trend": {"sensor_drift": 0.5, "sensor_offset": 0.2, "real_change": 0.3},
    "offset": _SENSOR_LEVEL,
    "step": {"sensor_offset": 0.65, "sensor_spike": 0.1, "sensor_drift": 0.05, "real_change": 0.2},
    "pattern": {"sensor_noise": 0.3, "sensor_offset": 0.2, "sensor_stuck": 0.1, "real_change": 0.4},
}  # fmt: skip
"""Kind of finding → cause → how often it is behind it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the readings, and what a yes and a no add to the causes."""

    yes: Mapping[str, float]
    no: Mapping[str, float]


def _q(yes: Mapping[str, float], no: Mapping[str, float] | None = None) -> Question:
    return Question(yes, no or {})


QUESTIONS: Final[Mapping[str, Question]] = {
    "power_alarm": _q({"power_cut": 4.0}, {"power_cut": -0.4}),
    "no_air_at_all": _q({"power_cut": 1.5, "fan_belt": -1.0}, {"power_cut": -2.0}),
    "inlets_frozen": _q({"power_cut": 1.0, "inlet": 0.8}, {"inlet": -1.2, "power_cut": -1.0}),
    "back_within_an_hour": _q({"power_cut": 1.5, "door": 1.5, "fan_loss": -1.5, "fan_belt": -1.5}, {"power_cut": -2.5}),
    "pressure_off_target": _q({"inlet": 1.8, "door": 0.6}, {"inlet": -1.5}),
    "ends_apart": _q({"inlet": 1.8, "door": 0.4}, {"inlet": -0.7}),
    "lack_of_air": _q(
        {"fan_loss": 2.0, "fan_belt": 1.8, "door": 0.8, "ventilation": -0.8, "weather": -0.8, "cooling_pad": -0.8},
        {"fan_loss": -1.5, "fan_belt": -1.5, "door": -0.8},
    ),
    "grew_before": _q({"fan_belt": 1.8, "fan_loss": -1.2}, {"fan_belt": -0.9, "fan_loss": 0.4}),
    "two_fans": _q({"fan_loss": 1.2, "fan_belt": -1.6}),
    "outside_hot": _q({"weather": 1.5, "heater": -1.0}, {"weather": -1.5, "cooling_pad": -0.7}),
    "pad_without_effect": _q({"cooling_pad": 3.0}, {"cooling_pad": -1.5}),
    "heat_without_effect": _q({"heater": 1.5, "weather": -1.0}, {"heater": -1.2}),
    "set_point_changed": _q({"setting": 1.5}, {"setting": -0.7}),
    "water_in_the_dark": _q({"water_leak": 2.5, "flush": 0.5, "blocked_line": -1.0}, {"water_leak": -0.7}),
    "much_less_water": _q({"blocked_line": 1.8, "health": -1.8}, {"blocked_line": -0.8, "health": 0.5}),
    "feed_follows": _q(
        {"health": 1.4, "blocked_line": -0.2}, {"health": -0.8, "blocked_line": 0.5, "meter": 0.3, "water_leak": 0.3}
    ),
    "water_follows": _q({"health": 1.2, "auger": -0.8, "meter": -0.5}, {"health": -0.8, "auger": 0.5}),
    "more_deaths": _q({"health": 1.6, "meter": -0.5}, {"health": -0.2}),
    "too_warm": _q({"weather": 1.2, "water_leak": -0.6}, {"weather": -1.0, "water_leak": 0.4}),
    "medicated": _q({"flush": 1.8, "health": 0.4}, {"flush": -0.5}),
    "auger_runs": _q({"auger": 1.4, "silo_empty": 0.8, "withdrawn": -2.5, "meter": 0.2}, {"withdrawn": 0.6}),
    "silo_low": _q({"silo_empty": 2.5, "auger": -1.0}, {"silo_empty": -1.5}),
    "old_enough_to_catch": _q({"withdrawn": 0.6}, {"withdrawn": -2.5}),
    "others_unmoved": _q(
        {"sensor_offset": 0.8, "sensor_drift": 0.8, "real_change": -1.5},
        {"real_change": 1.2, "sensor_offset": -0.5, "sensor_drift": -0.5},
    ),
    "no_second_sensor": _q({"real_change": 1.5}),
    "came_slowly": _q({"sensor_drift": 1.6, "sensor_offset": -1.0}, {"sensor_drift": -1.2, "sensor_offset": 0.8}),
    "back_and_forth": _q({"sensor_spike": 1.2, "sensor_noise": -0.8}, {"sensor_noise": 0.5}),
}
"""Question → what its answers add; :mod:`farmlab.findings.facts` answers them."""
