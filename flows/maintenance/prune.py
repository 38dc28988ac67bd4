"""Once a day: remove executed notebooks that are older than they are kept.

Prefect's own history is pruned by its server (:func:`farmlab.serving.services.prefect_env`).
"""

from __future__ import annotations

from prefect import flow

from farmlab import clock, config
from farmlab.runs import folders


@flow(name="prune", description="Remove executed notebooks that are older than they are kept.")
def prune(home: str) -> list[str]:
    """The folders that were removed; the last good run of each kind always stays."""
    return folders.prune(config.load(home), clock.now())
