"""The schedules, and the process that executes them: ``python -m flows``."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Interval
from prefect.settings import get_current_settings
from prefect.types.entrypoint import EntrypointType

from farmlab.errors import ConfigError
from flows.maintenance.prune import prune
from flows.sync import ANCHOR, sync
from flows.tick import tick
from flows.training import train

if TYPE_CHECKING:
    from prefect import Flow

    from farmlab.config import Settings

ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""A run that would start while the one before still works is cancelled: its successor sees the same."""


def deployments(settings: Settings) -> list[RunnerDeployment]:
    """The flows with their schedules, all at whole multiples of their interval."""
    return [
        _every(timedelta(minutes=settings.poll_minutes), sync, settings),
        _every(timedelta(minutes=1), tick, settings),
        _every(timedelta(days=1), prune, settings),
        _every(timedelta(days=1), train, settings),
    ]


def main(settings: Settings) -> None:
    """Serve the flows until told to end."""
    await_server()
    serve(*deployments(settings), print_starting_message=False, pause_on_shutdown=False)


def await_server(patience_s: float = 120.0) -> None:
    """Come back when Prefect's server answers.

    Raises
    ------
    ConfigError
        It is not configured, or does not answer in time.
    """
    api = get_current_settings().api.url
    if not api:
        raise ConfigError("no Prefect server is named", next_step="Start everything with: farmlab up.")
    deadline = time.monotonic() + patience_s
    while not _answers(f"{api}/health"):
        if time.monotonic() > deadline:
            raise ConfigError("Prefect's server does not answer", where=api, next_step="See its log.")
        time.sleep(0.5)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=3).is_success
    except httpx.HTTPError:
        return False


def _every(interval: timedelta, work: Flow[Any, Any], settings: Settings) -> RunnerDeployment:
    return RunnerDeployment.from_flow(
        work,
        name=work.name,
        entrypoint_type=EntrypointType.MODULE_PATH,
        schedule=Interval(interval, anchor_date=ANCHOR),
        parameters={"home": str(settings.home)},
        concurrency_limit=ONE_AT_A_TIME,
    )
