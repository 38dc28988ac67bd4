"""Findings on machines that are likely to fail: what, how likely, why, and what to do before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from farmlab.domain import Category, Finding, Hypothesis, Severity
from farmlab.models.failure.learning import HORIZONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from farmlab.findings.outlook import Outlook

SOON_H: Final = 72.0
"""A limit that is crossed within so many hours is worth a walk …"""
ON_ITS_WAY: Final = 0.6
"""… when the sign has come this far, …"""
LIKELIER: Final = 3.0
"""… and the model thinks a failure so many times as likely as usual."""
WORDS: Final = {"risk_0_24h": "next 24 h", "risk_24_48h": "24–48 h"}


class Likely(NamedTuple):
    """The type of a failure, in words, and what to do before it comes."""

    kind: str
    what: str
    step: str


BY_SIGN: Final = {
    "side_air": Likely(
        "fan_belt_risk",
        "a side fan slips or is dirty: belt, blades, shutter",
        "Check belt tension and pulleys of the side fans that run most; clean blades and shutters.",
    ),
    "tunnel_air": Likely(
        "fan_belt_risk",
        "a tunnel fan slips or is dirty: belt, blades, shutter",
        "Check belt tension and pulleys of the tunnel fans that run first; clean blades and shutters.",
    ),
    "heat_duty": Likely(
        "heater_risk",
        "a heater gives less: igniter, valve, gas pressure",
        "Watch each heater light; clean igniter and flame sensor, check the gas pressure.",
    ),
    "heat_lack": Likely(
        "heater_risk",
        "heaters do not keep up: igniter, valve, gas pressure",
        "Watch each heater light; clean igniter and flame sensor, check level and pressure of the gas.",
    ),
    "tilt": Likely(
        "inlet_risk",
        "inlets along the house do not open alike: cable, winch, actuator",
        "Walk along both walls and compare the inlets; look at cable, winch and actuator.",
    ),
    "pressure_off": Likely(
        "inlet_risk",
        "inlets do not follow the pressure: cable, winch, actuator",
        "Let the inlets run open and shut once by hand; look at cable, winch and actuator.",
    ),
    "pad_effect": Likely(
        "cooling_pad_risk",
        "the pad cools less: scale, dry patches, pump, filter",
        "Look for dry patches on the pad; clean filter and nozzles, check the pump.",
    ),
    "auger_rate": Likely(
        "auger_risk",
        "the auger wears or drags: auger, motor, feed that bridges",
        "Listen to auger and motor while they run; check the silo's outlet.",
    ),
    "auger_minutes": Likely(
        "auger_risk",
        "the auger runs longer for the same feed: auger, motor, feed that bridges",
        "Listen to auger and motor while they run; check the silo's outlet.",
    ),
    "water_day": Likely(
        "drinker_risk",
        "the drinkers give more or less than usual: filter, regulator, a leak",
        "Read the pressure before and after the filter; look along the lines for wet litter and dry nipples.",
    ),
    "water_hours": Likely(
        "blocked_line_risk",
        "a drinker line is getting blocked: filter, regulator, air",
        "Clean the water filter; check regulator and pressure at the end of each line.",
    ),
    "night_flow": Likely(
        "water_leak_risk",
        "a nipple or hose begins to leak",
        "Look along the drinker lines for wet litter and dripping nipples, tonight in the dark.",
    ),
    "gaps": Likely(
        "connection_risk",
        "the connection to the controller is getting worse",
        "Look at gateway, router and cable; read the signal strength.",
    ),
}
"""The sign that stands out → what is likely."""


def likely(outlook: Outlook) -> Likely | None:
    """What is likely to fail, by the sign that speaks loudest; None where no sign does."""
    named = [reason.name for reason in outlook.reasons if reason.name in BY_SIGN]
    if named:
        return BY_SIGN[named[0]]
    return BY_SIGN[outlook.worst.name] if outlook.worst else None


def findings(outlooks: Sequence[Outlook], *, start: datetime, until: datetime, farm: str = "") -> list[Finding]:
    """A finding for each part of which the model or a trend calls; the likeliest first."""
    called = [outlook for outlook in outlooks if calls(outlook)]
    ordered = sorted(called, key=lambda outlook: -highest(outlook)[1])
    return [_finding(outlook, start=start, until=until, farm=farm) for outlook in ordered]


def calls(outlook: Outlook) -> bool:
    """Whether somebody should look: the model's own alarm, or a sure trend that is soon at its limit."""
    if not outlook.known or likely(outlook) is None:
        return False
    near = outlook.crossing
    on_its_way = near is not None and near.level >= ON_ITS_WAY and near.hours <= SOON_H
    return bool(outlook.alarms) or (on_its_way and outlook.times >= LIKELIER)


def highest(outlook: Outlook) -> tuple[str, float]:
    """The horizon with the higher risk, and that risk."""
    name = max(HORIZONS, key=lambda one: float(np.nan_to_num(outlook.risks[one])))
    return name, float(np.nan_to_num(outlook.risks[name]))


def when_in_words(outlook: Outlook) -> str:
    """When its sign is at the limit: "at its limit in about 30 h (20–60 h)"; "" without a sure trend."""
    near = outlook.crossing
    if near is None:
        return ""
    if near.hours <= 0:
        return f"{near.sign.says}: at its limit"
    return f"{near.sign.says}: at its limit in about {near.hours:.0f} h ({near.earliest:.0f}–{near.latest:.0f})"


def _title(outlook: Outlook) -> str:
    """The risks where the model calls, else the trend."""
    if not outlook.alarms:
        return f"{outlook.label.capitalize()} wear: {when_in_words(outlook)}"
    chance = ", ".join(f"{percent(outlook.risks[name])} {WORDS[name]}" for name in HORIZONS)
    return f"{outlook.label.capitalize()} may fail: {chance}, {outlook.times:.0f} times the usual ({outlook.trained})"


def percent(risk: float) -> str:
    """A probability as people say it.

    >>> percent(0.123), percent(0.0123)
    ('12 %', '1.2 %')
    """
    return f"{100 * risk:.{0 if risk >= 0.1 else 1}f} %"


def _finding(outlook: Outlook, *, start: datetime, until: datetime, farm: str) -> Finding:
    what = likely(outlook)
    assert what is not None
    horizon, risk = highest(outlook)
    reasons = "; ".join(reason.says for reason in outlook.reasons) or when_in_words(outlook)
    return Finding(
        category=Category.FAILURE,
        kind=what.kind,
        house=outlook.house,
        subject=outlook.label,
        title=_title(outlook),
        start=start,
        detected_at=until,
        farm=farm,
        score=round(min(0.5 + risk / 2, 0.95), 3),
        severity=Severity.WARNING if outlook.alarms else Severity.INFO,
        why=(Hypothesis(cause=what.what, confidence=round(risk, 3), evidence=reasons),),
        check=(what.step,),
        data={
            "part": outlook.part,
            "horizon": horizon,
            **{name: outlook.risks[name] for name in HORIZONS},
            "health": None if np.isnan(outlook.health.score) else outlook.health.score,
            "trained_on": outlook.trained,
            "times_usual": round(outlook.times, 1),
            "until_limit": when_in_words(outlook),
        },
    )
