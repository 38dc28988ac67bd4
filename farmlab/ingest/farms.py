"""Adding and changing a farm: the connection is tested first, and what is found is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from farmlab import clock
from farmlab.domain import Farm, Flock, House, HouseKind
from farmlab.errors import ConfigError, DataError, UnknownName
from farmlab.ingest import flocks
from farmlab.ingest.connect import NONE, connect, stored_settings
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from farmlab.config import Settings
    from farmlab.domain import Equipment
    from farmlab.integrations.base import Integration
    from farmlab.store import Store

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Added:
    """A farm that was added, with what was found and the sentences that a person has to be told."""

    farm: Farm
    houses: tuple[House, ...]
    equipment: tuple[Equipment, ...]
    flocks: tuple[Flock, ...]
    said: tuple[str, ...]


def add_farm(
    store: Store,
    settings: Settings,
    name: str,
    *,
    at: datetime,
    integration: str = NONE,
    options: Mapping[str, str] | None = None,
    timezone: str = "",
    location: str = "",
    breed: str = "",
    birds: int | None = None,
    houses: int = 0,
    kind: HouseKind | str = HouseKind.BROILER,
    poll_minutes: float | None = None,
    ask: Callable[[], str] | None = None,
) -> Added:
    """Add a farm: test its connection, then record its houses, equipment and running flocks.

    ``options`` are the settings of the integration, secrets as references (``env:VARIABLE``, ``@FILE``, or
    ``-``, which ``ask`` answers). ``breed`` and ``birds`` (per house) are those of the running flocks; what is
    not given and not found stays unknown. ``houses`` is their number where there is no integration.

    Raises
    ------
    DataError
        The name is taken or cannot be one.
    ConfigError, IntegrationError
        A setting is wrong, or the source cannot be reached; then nothing is recorded.
    """
    _check(store, name, integration=integration, houses=houses)
    breed, doubt = known_breed(breed)
    farm = Farm(
        name=name,
        timezone=clock.zone(timezone or "UTC").key,
        integration=integration,
        settings=stored_settings(integration, options or {}, settings, ask=ask),
        location=location,
        poll_minutes=poll_minutes or settings.poll_minutes,
    )
    said = (
        [doubt]
        if timezone
        else [doubt, "No time zone was given: UTC is taken; change it with farmlab farm edit --timezone."]
    )
    if integration == NONE:
        found = _Found(houses=tuple(House(number=n, kind=HouseKind(kind)) for n in range(1, houses + 1)))
    else:
        with connect(farm, settings) as source:
            found = _look(source, at)
        farm = replace(farm, simulated=found.simulated)
    return _record(store, farm, found, breed=breed, birds=birds, said=[*found.said, *filter(None, said)])


def edit_farm(
    store: Store,
    settings: Settings,
    name: str,
    *,
    new_name: str = "",
    options: Mapping[str, str] | None = None,
    timezone: str = "",
    location: str | None = None,
    poll_minutes: float | None = None,
    ask: Callable[[], str] | None = None,
) -> Farm:
    """The farm with these changes; a change of the connection is tested before it is recorded."""
    farm = store.farm(name)
    if new_name and new_name != name:
        _check_name(store, new_name)
    fresh = stored_settings(farm.integration, options, settings, ask=ask) if options else {}
    changed = replace(
        farm,
        name=new_name or farm.name,
        timezone=clock.zone(timezone).key if timezone else farm.timezone,
        settings={**farm.settings, **fresh},
        location=farm.location if location is None else location,
        poll_minutes=poll_minutes or farm.poll_minutes,
    )
    if fresh:
        with connect(changed, settings) as source:
            source.test_connection()
    return store.update_farm(changed)


def known_breed(breed: str) -> tuple[str, str]:
    """The code of a breed, or its name where there is no table of it, and a sentence that says so.

    Raises
    ------
    UnknownName
        A slip of the pen: it is nearly the name of a breed with a table.
    """
    from farmlab.features import flock

    code = flock.breed_code(breed)
    if code or not breed:
        return code, ""
    if get_close_matches(breed.lower(), flock.BREEDS, n=1, cutoff=0.75):
        raise UnknownName.among("breed", breed, flock.BREEDS)
    name = one_line(breed, limit=40)
    return name, f"No table of objectives for the breed {name!r}: comparisons with a target are left out."


@dataclass(frozen=True, slots=True)
class _Found:
    """What a source showed."""

    houses: tuple[House, ...]
    equipment: tuple[Equipment, ...] = ()
    flocks: tuple[Flock, ...] = ()
    simulated: bool = False
    said: tuple[str, ...] = ()


def _look(source: Integration, at: datetime) -> _Found:
    """Everything that a source can say of the farm; what it cannot say now is said."""
    reached, what = source.test_connection(), source.describe()
    said = [one_line(reached, limit=600)]
    if what.simulated:
        said.append("The data are simulated; every page says so.")
    houses = tuple(source.list_houses())
    if not houses:
        said.append("No house was found; the next sync adds those that appear.")
    return _Found(houses, tuple(source.list_equipment()), tuple(source.list_flocks(at)), what.simulated, tuple(said))


def _record(store: Store, farm: Farm, found: _Found, *, breed: str, birds: int | None, said: list[str]) -> Added:
    farm = store.add_farm(farm)
    numbers = {house.number for house in found.houses}
    houses = tuple(store.save_house(farm.name, house) for house in found.houses)
    equipment = tuple(store.save_equipment(farm.name, item) for item in found.equipment if item.house in numbers)
    running = [
        replace(flock, breed=flock.breed or breed, birds_placed=flock.birds_placed or birds)
        for flock in found.flocks
        if flock.house in numbers
    ]
    recorded = tuple(store.save_flock(farm.name, flock) for flock in running)
    empty = sorted(numbers - {flock.house for flock in recorded})
    for flock in recorded:
        if missing := flocks.unknown(flock):
            said.append(f"House {flock.house}, placed on {flock.placed_on}{missing}.")
    if empty and farm.integration != NONE:
        said.append(f"No running flock was found in house {', '.join(map(str, empty))}.")
    return Added(farm, houses, equipment, recorded, tuple(said))


def _check(store: Store, name: str, *, integration: str, houses: int) -> None:
    _check_name(store, name)
    if integration == NONE and houses < 1:
        raise ConfigError(
            "a farm without integration needs its number of houses", where=name, next_step="Say it: --houses 4."
        )
    if integration != NONE and houses:
        raise ConfigError(
            "the houses of a farm with an integration come from its source", where=name, next_step="Leave --houses out."
        )


def _check_name(store: Store, name: str) -> None:
    if not name.strip() or name != one_line(name, limit=_LONGEST_NAME):
        raise DataError(
            f"{one_line(name, limit=40)!r} cannot be a farm's name",
            next_step=f"Use one line of at most {_LONGEST_NAME} printable characters.",
        )
    if any(farm.name == name for farm in store.farms(retired=True)):
        raise DataError(f"there is a farm {name!r} already", next_step="Choose another name, or farmlab farm restore.")
