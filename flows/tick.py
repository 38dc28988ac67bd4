"""Every minute: ask which notebooks are due, and run them.

The slots are ours (:mod:`farmlab.runs`), not Prefect's: a farm or a notebook that is added while this
runs is seen by the next tick, 06:00 is the farm's own 06:00 on both daylight-saving days, and after an
outage only the newest slot is caught up. A farm is locked while one of its notebooks runs.
"""

from __future__ import annotations

from prefect import flow

from farmlab import clock, config, runs
from farmlab.domain import RunStatus
from farmlab.errors import RunError
from farmlab.store import Store
from flows import sync


@flow(name="tick", description="Ask which notebooks are due, and run them one after the other.")
def tick(home: str) -> list[str]:
    """One line a run; farms that were never polled are polled first.

    Raises
    ------
    RunError
        At the end, when at least one run failed; it names them. A kernel that did not start was tried
        again by :func:`farmlab.runs.run`; nothing else is worth a second try.
    """
    settings = config.load(home)
    with Store.open(settings) as store:
        said = sync.each(store, settings, sync.newcomers(store))
        done = runs.run_due(store, settings, clock.now())
    failed = [run for run in done if run.status is RunStatus.FAILED]
    if failed:
        raise RunError("; ".join(f"{run.notebook} of {run.farm}: {run.error}" for run in failed))
    return [*said, *(f"{run.notebook} of {run.farm}: {run.status}" for run in done)]
