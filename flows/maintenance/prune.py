"""Once a day: remove executed notebooks that are older than they are kept, and models that newer ones replaced.

Prefect's own history is pruned by its server (:func:`farmlab.serving.services.prefect_env`).
"""

from __future__ import annotations

from typing import Final

from prefect import flow

from farmlab import clock, config
from farmlab.runs import folders
from farmlab.store import Store

MODELS: Final = 10
"""So many models of a name, farm and scope are kept beside the champion, to go back to."""


@flow(name="prune", description="Remove executed notebooks that are older than they are kept, and replaced models.")
def prune(home: str) -> list[str]:
    """What was removed; the last good run of each kind, and every model in use, always stay."""
    settings = config.load(home)
    with Store.open(settings) as store:
        models = store.prune_models(keep=MODELS)
        removed = folders.prune(store, settings, clock.now())
    return [*removed, *([f"{models} replaced models"] if models else [])]
