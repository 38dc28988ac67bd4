"""A Rotem client of the hand-made farm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from farmlab.integrations.base import Batch
from farmlab.integrations.rotem import Rotem, RotemSettings
from farmlab.simulator.gateway import Gateway
from tests.simulator.served import PASSWORD, USER, ZONE, Hand, HandFarm, served


def client(gateway: Gateway, *, timezone: str = ZONE, sleeps: list[float] | None = None, **settings: Any) -> Rotem:
    """A client that does not wait; the pauses it would have made go into ``sleeps``."""
    told = {"base_url": gateway.url, "username": USER, "password": PASSWORD, "timeout_s": 60} | settings
    waited = sleeps if sleeps is not None else []
    return Rotem(RotemSettings(**told), timezone=timezone, sleep=waited.append)


@contextmanager
def farm(houses: HandFarm | None = None, *, now: Hand | None = None, **traps: Any) -> Iterator[tuple[Gateway, Rotem]]:
    """A gateway with these traps, and a client of it."""
    with served(houses, now=now, **traps) as gateway, client(gateway) as rotem:
        yield gateway, rotem


def values(batch: Batch, house: int = 1) -> dict[str, float | None]:
    """Source key → value of a house."""
    return {r.sensor.source_key: r.value for r in batch.readings if r.sensor.house == house}
