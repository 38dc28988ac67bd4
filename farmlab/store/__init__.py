"""The one door to what is kept: readings, records, events, findings, runs and models.

>>> from farmlab.domain import Farm
>>> folder = getfixture("tmp_path")
>>> with Store.open(f"sqlite:///{folder}/farmlab.db") as store:
...     farm = store.add_farm(Farm(name="Hillside"))
...     [farm.name for farm in store.farms()]
['Hillside']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from farmlab.config import Settings
from farmlab.store import engine
from farmlab.store.answers import Answers
from farmlab.store.events import Events
from farmlab.store.farms import Farms
from farmlab.store.findings import Findings
from farmlab.store.freshness import Freshness
from farmlab.store.locks import Locks
from farmlab.store.models import Models
from farmlab.store.reading import Reading
from farmlab.store.runs import Runs
from farmlab.store.things import Things
from farmlab.store.writing import Writing, Written

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Store", "Written"]


class Store(Farms, Things, Writing, Reading, Freshness, Events, Findings, Answers, Runs, Models, Locks):
    """An open store. It may be shared by threads; each process opens its own."""

    @classmethod
    def open(cls, where: Settings | str, *, read_only: bool = False) -> Self:
        """The store of these settings or at this address, its tables brought up to date.

        Raises
        ------
        StoreError
            The database is out of reach, locked, damaged or of a newer FarmLab; with ``read_only`` also
            one that is not there yet.
        """
        url = engine.parse(where.url if isinstance(where, Settings) else where)
        store = cls(engine.connect(url, read_only=read_only), engine.label(url))
        try:
            store._migrate(read_only=read_only)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let go of the database; calling it twice does no harm."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
