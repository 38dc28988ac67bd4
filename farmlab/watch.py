"""A look at a farm between two notebooks: rules and detector after each sync, without a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from farmlab import findings
from farmlab.domain import ModelChange, ModelRecord, ModelStep, Verdict
from farmlab.errors import InsufficientData, VersionMismatch
from farmlab.findings import peers, similar
from farmlab.findings.case import Case
from farmlab.findings.peers import Peer
from farmlab.models import kept
from farmlab.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from farmlab.domain import Finding, House
    from farmlab.findings.similar import Episode
    from farmlab.store import Store

TASK = "anomaly"
MODEL = "house"
SOURCE = "watch"
LIBRARIES = ("numpy", "pandas")
WINDOW = timedelta(hours=24)
REMEMBERED = timedelta(days=90)
REFIT = timedelta(hours=24)
"""What is usual in a house is learned anew once a day, one house at a look, so that no look takes long."""
LONGEST = timedelta(hours=36)
"""Older than this it is not used."""


def look(store: Store, farm: str, until: datetime) -> list[Finding]:
    """What is wrong on the farm in the 24 hours before ``until``; the findings are kept in the store."""
    scope = at(store, farm, until)
    _renew(scope)
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
    return similar.labelled(told, named, timezone=scope.farm.timezone)


def verdict(store: Store, farm: str, house: int, until: datetime) -> Verdict:
    """How far the data of a farm (house 0) or house can be trusted over the last 24 hours."""
    return at(store, farm, until, house=house).verdict()


def calibrations(scope: Scope, *, keep: bool = True) -> dict[int, dict[str, Any]]:
    """What is usual in each house: learned within :data:`LONGEST` before the end of the scope, or learned now.

    With it comes how far people's answers have moved the limits, as known at the end of the scope. A house with too
    little history is judged by the limits of the others, or says that it waits (:mod:`farmlab.findings.peers`).
    ``keep`` stores what was learned, unless something newer is there.
    """
    told = findings.factors(scope.store.answered(scope.farm.name, until=scope.until))
    return {number: {**known, "factors": told.get(number, {})} for number, known in _each(scope, keep=keep)}


@dataclass(frozen=True, slots=True)
class _Learned:
    """What is usual in a house, and the fingerprint of the readings that told it."""

    known: dict[str, Any]
    data: str


def train(scope: Scope, house: House, *, by: str = SOURCE) -> tuple[ModelRecord, bool]:
    """What is usual in a house, learned now and kept; and whether it is used from now on.

    It takes over at once unless something newer is there: what is usual has no label to be held out.

    Raises
    ------
    InsufficientData
        The house has too little history.
    """
    record = _store(scope, house, _learn(scope, house), by)
    newest = scope.store.champion(TASK, scope.farm.name, record.scope)
    takes_over = newest is None or newest.fitted_at <= scope.until
    if takes_over:
        record = scope.store.promote(record.id, at=scope.until, by=by)
    return record, takes_over


def _renew(scope: Scope) -> None:
    """Learn anew the house whose picture is oldest, if it is a day old."""
    known = [(record.fitted_at, house) for house in scope.houses if (record := _usable(scope, house)) is not None]
    for fitted_at, house in sorted(known, key=lambda one: one[0]):
        if scope.until < fitted_at + REFIT:
            return
        try:
            train(scope, house)
        except InsufficientData:
            continue
        return


def _each(scope: Scope, *, keep: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    own = {house.number: _known(scope, house) or _anew(scope, house, keep=keep) for house in scope.houses}
    waiting = {house.number: _case(scope, house) for house in scope.houses if own[house.number] is None}
    others = _peers(scope, own) if waiting else []
    for number, known in own.items():
        if known is not None:
            yield number, known
        elif not waiting[number].empty:
            yield number, peers.borrowed(waiting[number], others)


def _peers(scope: Scope, own: Mapping[int, dict[str, Any] | None]) -> list[Peer]:
    """All houses of the farm of which it is known what is usual, those beside the scope included."""
    beside = [house for house in scope.store.houses(scope.farm.name) if house.number not in own]
    every = {**own, **{house.number: _known(scope, house) or _anew(scope, house, keep=False) for house in beside}}
    return [_peer(scope, number, known) for number, known in every.items() if known is not None]


def _peer(scope: Scope, number: int, known: dict[str, Any]) -> Peer:
    flock = scope.flock(number)
    age = flock.age_days(scope.until, scope.farm.timezone) if flock else None
    return Peer(number, known, scope.sensors(number), age)


def _case(scope: Scope, house: House) -> Case:
    wide = scope.wide(house.number)
    zone = scope.farm.timezone
    return Case(house, wide, scope.sensors(house.number), scope.all_flocks, scope.start, scope.until, zone)


def _known(scope: Scope, house: House) -> dict[str, Any] | None:
    """What is in use, if it is young enough, of these libraries and form, and unchanged."""
    record = _usable(scope, house)
    if record is None:
        return None
    try:
        known = kept.opened(record)
    except VersionMismatch:
        return None
    return known if known.get("format") == findings.FORMAT else None


def _usable(scope: Scope, house: House) -> ModelRecord | None:
    record = scope.store.champion(TASK, scope.farm.name, name_of(house))
    return record if record and record.fitted_at <= scope.until < record.fitted_at + LONGEST else None


def _anew(scope: Scope, house: House, *, keep: bool) -> dict[str, Any] | None:
    try:
        learned = _learn(scope, house)
    except InsufficientData:
        return None
    newest = scope.store.champion(TASK, scope.farm.name, name_of(house)) if keep else None
    if keep and (newest is None or newest.fitted_at <= scope.until):
        scope.store.promote(_store(scope, house, learned, SOURCE).id, at=scope.until, by=SOURCE)
    return learned.known


def _learn(scope: Scope, house: House) -> _Learned:
    """What is usual, from everything before the window's last day."""
    wide = scope.wide(house.number, history_hours=findings.DAYS * 24)
    known = findings.calibrate(
        wide,
        scope.sensors(house.number),
        house=house,
        flocks=scope.all_flocks,
        until=scope.start,
        timezone=scope.farm.timezone,
    )
    return _Learned(known, kept.fingerprint(wide[wide.index <= scope.start]))


def _store(scope: Scope, house: House, learned: _Learned, by: str) -> ModelRecord:
    rates, grace = learned.known["expected_rate"], learned.known["grace"]
    record = ModelRecord(
        name=MODEL,
        version=0,
        task=TASK,
        farm=scope.farm.name,
        scope=name_of(house),
        fitted_at=scope.until,
        window_start=scope.start - timedelta(days=findings.DAYS),
        window_end=scope.start,
        features=tuple(rates),
        metrics={"false_per_day": round(sum(rates.values()), 3), "judged": len(rates), "in_grace": len(grace)},
        libraries=kept.libraries(*LIBRARIES),
        state=learned.known,
    )
    saved = scope.store.save_model(kept.sealed(record, data=learned.data))
    note_training(scope.store, saved, ModelStep.TRAINED, by=by)
    return saved


def note_training(store: Store, model: ModelRecord, what: ModelStep, *, by: str, note: str = "") -> None:
    """Write into the history what came of a training."""
    store.note_model(
        ModelChange(
            task=model.task,
            farm=model.farm,
            scope=model.scope,
            at=model.fitted_at,
            what=what,
            by=by,
            note=note,
            model_id=model.id,
        )
    )


def name_of(house: House) -> str:
    """The scope of the models of a house."""
    return f"house/{house.number}"
