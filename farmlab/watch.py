"""A look at a farm between two notebooks: rules and detector after each sync, without a kernel."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from farmlab import findings
from farmlab.domain import ModelRecord, Verdict
from farmlab.errors import InsufficientData
from farmlab.findings import similar
from farmlab.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from farmlab.domain import Finding, House
    from farmlab.findings.similar import Episode
    from farmlab.store import Store

TASK = "anomaly"
MODEL = "house"
SOURCE = "watch"
WINDOW = timedelta(hours=24)
REMEMBERED = timedelta(days=90)
REFIT = timedelta(hours=24)
"""What is usual in a house is learned anew once a day."""


def look(store: Store, farm: str, until: datetime) -> list[Finding]:
    """What is wrong on the farm in the 24 hours before ``until``; the findings are kept in the store."""
    scope = at(store, farm, until)
    return store.save_findings(farm, find(scope, calibrations(scope)), source=SOURCE, at=until)


def at(store: Store, farm: str, until: datetime, *, house: int = 0, window: timedelta = WINDOW) -> Scope:
    """The scope of a farm at this moment, on a store that is open already."""
    record = store.farm(farm)
    houses = tuple(store.houses(farm) if house == 0 else [store.house(farm, house)])
    return Scope(store, record, houses, until - window, until, known_at=until)


def find(scope: Scope, known: dict[int, dict[str, Any]]) -> list[Finding]:
    """The findings of a scope, given what is usual in each of its houses."""
    return findings.look(
        scope.wides(history_hours=findings.CONTEXT_HOURS),
        {number: scope.sensors(number) for number in scope.numbers},
        scope.all_flocks,
        scope.houses,
        start=scope.start,
        until=scope.until,
        timezone=scope.farm.timezone,
        calibrations=known,
        step=scope.step,
        farm=scope.farm.name,
        events=scope.events(),
        past=past(scope),
    )


def past(scope: Scope) -> list[Episode]:
    """Findings of the farm before this window whose cause has become known: what new ones are compared with."""
    start, name = scope.start - REMEMBERED, scope.farm.name
    told = scope.store.findings(name, start=start, until=scope.start)
    kinds = ("label", "maintenance_done")
    named = scope.store.events(name, kinds=kinds, start=start, until=scope.until, known_at=scope.known_at)
    return similar.labelled(told, named)


def verdict(store: Store, farm: str, house: int, until: datetime) -> Verdict:
    """How far the data of a farm (house 0) or house can be trusted over the last 24 hours."""
    return at(store, farm, until, house=house).verdict()


def calibrations(scope: Scope, *, keep: bool = True) -> dict[int, dict[str, Any]]:
    """What is usual in each house: learned within a day before the end of the scope, or learned now.

    With it comes how far people's answers have moved the limits, as known at the end of the scope. Houses with too
    little history are left out. ``keep`` stores what was learned, unless something newer is there.
    """
    told = findings.factors(scope.store.answered(scope.farm.name, until=scope.until))
    return {number: {**known, "factors": told.get(number, {})} for number, known in _each(scope, keep=keep)}


def _each(scope: Scope, *, keep: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    for house in scope.houses:
        known = _known(scope, house)
        if known is None:
            known = _learn(scope, house)
            if known is not None and keep:
                _store(scope, house, known)
        if known is not None:
            yield house.number, known


def _known(scope: Scope, house: House) -> dict[str, Any] | None:
    record = scope.store.champion(TASK, scope.farm.name, _name(house))
    if record is None or dict(record.libraries) != _libraries():
        return None
    if not record.fitted_at <= scope.until < record.fitted_at + REFIT:
        return None
    return dict(record.state)


def _learn(scope: Scope, house: House) -> dict[str, Any] | None:
    """What is usual, from everything before the window's last day."""
    hours = findings.DAYS * 24
    try:
        return findings.calibrate(
            scope.wide(house.number, history_hours=hours),
            scope.sensors(house.number),
            house=house,
            flocks=scope.all_flocks,
            until=scope.start,
            timezone=scope.farm.timezone,
        )
    except InsufficientData:
        return None


def _store(scope: Scope, house: House, known: dict[str, Any]) -> None:
    newest = scope.store.champion(TASK, scope.farm.name, _name(house))
    if newest is not None and newest.fitted_at > scope.until:
        return
    record = ModelRecord(
        name=MODEL,
        version=0,
        task=TASK,
        farm=scope.farm.name,
        scope=_name(house),
        fitted_at=scope.until,
        window_start=scope.until - timedelta(days=findings.DAYS),
        window_end=scope.until,
        libraries=_libraries(),
        state=known,
    )
    scope.store.promote(scope.store.save_model(record).id, at=scope.until)


def _libraries() -> dict[str, str]:
    """What a calibration was made with; another version learns anew instead of guessing."""
    return {name: version(name) for name in ("farmlab", "numpy", "pandas")} | {"calibration": findings.FORMAT}


def _name(house: House) -> str:
    return f"house/{house.number}"
