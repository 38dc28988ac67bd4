"""Every way in which FarmLab says no.

::

    FarmLabError
    ├── ConfigError               a setting, a folder, a port, a missing library
    ├── DataError                 the data cannot carry what was asked
    │   ├── UnknownName           no such farm, house, sensor, notebook …
    │   ├── InsufficientData      too little history: the model refuses
    │   ├── StaleData             the newest reading is too old
    │   ├── UnitError             a unit that is not known, or not of this metric
    │   └── UnreadableTable       a file in which no table was recognised
    ├── IntegrationError          a source of data
    │   ├── AuthError             the source does not accept the credentials
    │   ├── SourceUnavailable     the source does not answer (transient)
    │   └── BadPayload            the source answers what nobody can read
    ├── StoreError                the database is out of reach, full or locked
    ├── ModelError
    │   ├── NotFitted             used before ``fit``
    │   └── VersionMismatch       fitted by another library version
    └── RunError                  a notebook run
        ├── BadParameter          unknown or ill-typed parameter, or a secret as one
        ├── BadNotebook           a notebook that breaks the contract
        ├── KernelFailed          the kernel did not start (transient)
        ├── NotebookFailed        a cell raised, or ran out of time
        ├── SecretLeak            a secret was found in the output
        └── Busy                  somebody else holds the slot, the farm or the home

Each error says what happened, where, and the next step, in one sentence each. ``transient`` tells
whether trying again later can help; only those are retried.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FarmLabError(Exception):
    """What happened, where, and what to do next.

    >>> print(FarmLabError("the file is empty", where="readings.csv", next_step="Export it again."))
    readings.csv: the file is empty. Export it again.
    """

    transient = False

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(what, where, next_step)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        if not self.next_step:
            return sentence
        return f"{sentence.rstrip('.')}. {self.next_step}"


class ConfigError(FarmLabError):
    """A setting, a folder, a port or a library is not as it must be."""


class DataError(FarmLabError):
    """The data cannot carry what was asked of them."""


class UnknownName(DataError):
    """No record has this name; the nearest right one is named."""

    @classmethod
    def among(cls, kind: str, name: object, known: Iterable[object], *, next_step: str = "") -> UnknownName:
        """The error for ``name``, which is not among the ``known`` names of this kind.

        >>> print(UnknownName.among("farm", "Hilside", ["Hillside", "Room"]))
        there is no farm 'Hilside'. Did you mean 'Hillside'?
        """
        names = [str(item) for item in known]
        near = get_close_matches(str(name), names, n=1)
        if near:
            hint = f"Did you mean {near[0]!r}?"
        elif names:
            hint = f"Known: {', '.join(names[:12])}."
        else:
            hint = next_step
        return cls(f"there is no {kind} {str(name)!r}", next_step=hint)


class InsufficientData(DataError):
    """Too little history: the estimator refuses instead of guessing."""


class StaleData(DataError):
    """The newest reading is older than the analysis allows."""


class UnitError(DataError):
    """A unit that is not known, or does not belong to the metric."""


class UnreadableTable(DataError):
    """A file in which no table of readings could be recognised."""


class IntegrationError(FarmLabError):
    """A source of data failed."""


class AuthError(IntegrationError):
    """The source does not accept the credentials."""


class SourceUnavailable(IntegrationError):
    """The source does not answer, or not now."""

    transient = True


class BadPayload(IntegrationError):
    """The source answered what cannot be read; ``answer`` is the beginning of it, secrets removed."""

    answer: str = ""


class StoreError(FarmLabError):
    """The database is out of reach, full, locked or of another version."""


class ModelError(FarmLabError):
    """A model cannot be used."""


class NotFitted(ModelError):
    """The estimator was asked before it was fitted."""


class VersionMismatch(ModelError):
    """The stored model was fitted by another library version: train it again."""


class RunError(FarmLabError):
    """A notebook run failed or was refused."""


class BadParameter(RunError):
    """A parameter that the notebook does not have, of the wrong type, or a secret."""


class BadNotebook(RunError):
    """The notebook breaks the contract: cells, metadata or parameters."""


class KernelFailed(RunError):
    """The kernel did not start."""

    transient = True


class NotebookFailed(RunError):
    """A cell raised or ran out of time; the notebook is kept."""


class SecretLeak(RunError):
    """A known secret was found in the output, which is not published."""


class Busy(RunError):
    """Another process holds the slot, the farm or the home."""
