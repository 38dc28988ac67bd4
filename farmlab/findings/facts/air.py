"""What fans, inlets, heaters, pads and the weather answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab.domain import EventKind
from farmlab.findings import air, heat
from farmlab.findings.facts.span import Fact, Span
from farmlab.findings.table import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.findings.facts.span import Answer

HOT_C: Final = 26.0
GREW: Final = 0.05


def _power_alarm(span: Span) -> Fact | None:
    alarms = span.events(EventKind.ALARM)
    said = [alarm for alarm in alarms if "power" in alarm.message.lower()]
    if not alarms:
        return None
    return Fact(bool(said), f'alarm "{said[0].message}"' if said else "the controller raised no alarm of the power")


def _no_air(span: Span) -> Fact | None:
    lack = span.inside(air.shortfall(span.case))
    if len(lack) < 2:
        return None
    nothing = float(lack.rolling(2).min().max()) > air.NOTHING
    return Fact(nothing, f"{100 * min(float(lack.max()), 1):.0f} % of the asked air was missing at most")


def _inlets_frozen(span: Span) -> Fact | None:
    opening = span.inside(air.opening(span.case))
    lack = span.inside(air.shortfall(span.case))
    if len(opening) < 3 or lack.empty or float(lack.max()) < 0.3:
        return None
    low, high = opening.quantile([0.1, 0.9])
    still = bool(high - low <= air.UNMOVED_PCT and low > air.OPEN_PCT)
    return Fact(still, f"inlets {'stood still' if still else 'moved'} between {low:.0f} and {high:.0f} %")


def _back_soon(span: Span) -> Fact | None:
    lack = air.shortfall(span.case)
    if span.finding.kind not in ("fan_loss", "power_cut") or span.inside(lack).empty:
        return None
    lasted = (span.end - span.start).total_seconds() / 60
    if span.finding.end is None and lasted < 60:
        return None
    short = span.finding.end is not None and lasted <= 60
    return Fact(short, f"it lasted {lasted:.0f} min" if short else "it has lasted for more than an hour")


def _off_target(span: Span) -> Fact | None:
    off = span.inside(air.off_target(span.case))
    if off.empty:
        return None
    pressure = span.inside(span.case.column("pressure_pa")[air.runs(span.case)]).median()
    is_off = bool((off != 0).mean() > 0.2)
    return Fact(is_off, f"pressure {pressure:.0f} Pa, inlets {'not moving after it' if is_off else 'following it'}")


def _ends_apart(span: Span) -> Fact | None:
    limit = span.case.calibration.get("places", {}).get("limit")
    apart = span.inside(air.unevenness(span.case)).abs()
    if limit is None or apart.empty:
        return None
    worst = float(apart.quantile(0.8))
    return Fact(worst > limit, f"one end {worst:.1f} °C warmer than usual")


def _lack(span: Span) -> Fact | None:
    if not span.case.calibration.get("air"):
        return None
    lack = span.inside(air.deficit(span.case))
    if lack.empty:
        return None
    limit = float(air.limits(span.case).loc[lack.index].median())
    told = span.finding.data.get("deficit", max(float(lack.max()), 0.0))  # the title says the same
    return Fact(bool(lack.max() > limit), f"fans move {100 * float(told):.0f} % less air than asked")


def _grew(span: Span) -> Fact | None:
    """Whether the lack of air had been growing: belts wear for days, motors stop at once."""
    lack = air.deficit(span.case)
    past, first = span.before(lack, 30), span.inside(lack)
    if len(past) < 12 or first.empty or not span.case.calibration.get("air"):
        return None
    near, usual = float(past.iloc[-max(len(past) // 3, 6) :].median()), float(span.case.calibration["air"]["usual"])
    return Fact(near - usual > GREW, f"{_share(near)} of the air was missing before (usual {_share(usual)})")


def _share(missing: float) -> str:
    return f"{100 * max(missing, 0):.0f} %"


def _two_fans(span: Span) -> Fact | None:
    lack = span.inside(air.deficit(span.case))
    if lack.empty or not span.case.calibration.get("air"):
        return None
    at = lack.index[int(lack.argmax())]
    counts = [span.case.column(f"fans_{kind}_running").fillna(0.0).loc[at] for kind in ("tunnel", "exhaust")]
    running = float(counts[0] or counts[1])
    missing = float(lack.max()) * running
    return Fact(missing > 1.5, f"the air of {missing:.1f} fans out of {running:.0f} is missing")


def _hot(span: Span) -> Fact | None:
    outside = span.inside(span.case.column(OUTSIDE))
    if outside.empty:
        return None
    return Fact(float(outside.max()) > HOT_C, f"outside up to {outside.max():.0f} °C")


def _pad(span: Span) -> Fact | None:
    drop = heat.pad_drop(span.case)
    seen = span.inside(drop) if drop is not None else pd.Series(dtype=float)
    if seen.empty:
        return None
    return Fact(bool(seen.median() < heat.PAD_DROP_C), f"with the pad on the house cooled by {seen.median():.1f} °C")


def _heat(span: Span) -> Fact | None:
    said = heat.effort(span.case)
    if said.empty or span.inside(said["burning"]).empty:
        return None
    inside = said.loc[span.start : span.end].dropna(subset=["burning", "expected"])
    if inside.empty or float(inside["burning"].max()) == 0:
        return None
    most = int((inside["burning"] - inside["expected"]).argmax())
    burning, usual = float(inside["burning"].iloc[most]), float(inside["expected"].iloc[most])
    useless = bool(span.inside(heat.useless_heat(span.case)).any())
    more = burning > heat.TIMES * usual + 0.5
    return Fact(useless or more, f"{burning:.1f} heaters on, usual {usual:.1f}")


def _set_point(span: Span) -> Fact | None:
    target = span.case.set_point
    near = pd.concat([span.before(target, 3), span.inside(target)])
    if len(near) < 2:
        return None
    jump = float(near.diff().abs().max())
    return Fact(jump > 0.8, f"set-point moved by {jump:.1f} °C at most")


ANSWERS: Final[Mapping[str, Answer]] = {
    "power_alarm": _power_alarm,
    "no_air_at_all": _no_air,
    "inlets_frozen": _inlets_frozen,
    "back_within_an_hour": _back_soon,
    "pressure_off_target": _off_target,
    "ends_apart": _ends_apart,
    "lack_of_air": _lack,
    "grew_before": _grew,
    "two_fans": _two_fans,
    "outside_hot": _hot,
    "pad_without_effect": _pad,
    "heat_without_effect": _heat,
    "set_point_changed": _set_point,
}
"""Question → who answers it."""
