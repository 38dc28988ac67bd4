"""Every minute: ask which notebooks are due, and run them.

The slots are ours (:mod:`farmlab.runs`), not Prefect's: a farm or a notebook that is added while this
runs is seen by the next tick, 06:00 is the farm's own 06:00 on both daylight-saving days, and after an
outage only the newest slot is caught up.
"""

from __future__ import annotations

from datetime import timedelta

from prefect import flow

from farmlab import clock, config, runs
from farmlab.domain import RunStatus
from farmlab.errors import Busy, RunError
from farmlab.store import Store
from flows import sync

LONGEST = timedelta(hours=2)
"""After this time a tick that was killed no longer keeps the next from its turn."""


@flow(name="tick", description="Ask which notebooks are due, and run them one after the other.")
def tick(home: str) -> list[str]:
    """One line a run.

    Raises
    ------
    RunError
        At the end, when at least one run failed; it names them.
    """
    settings = config.load(home)
    with Store.open(settings) as store:
        sync.each(store, settings, sync.newcomers(store))
        try:
            with store.lock("tick", owner="tick", ttl=LONGEST):
                done = runs.run_due(store, settings, clock.now())
        except Busy as error:
            return [str(error)]
    failed = [run for run in done if run.status is RunStatus.FAILED]
    if failed:
        raise RunError("; ".join(f"{run.notebook} of {run.farm}: {run.error}" for run in failed))
    return [f"{run.notebook} of {run.farm}: {run.status}" for run in done]
