"""Running analyses: one door for the command line, the flows and the tests.

:func:`run` executes one notebook for one scope and slot; :func:`due` says which slots are due and
:func:`run_due` runs them; :func:`run_past` runs an analysis over the past. :func:`recover` settles runs that
were killed. :class:`Kernels` are those of several runs in a row.
"""

from __future__ import annotations

from farmlab.notebooks import Notebook, Parameter, catalogue, inspect
from farmlab.runs.door import recover, run
from farmlab.runs.kernels import Kernels
from farmlab.runs.past import Slot, run_past
from farmlab.runs.schedule import Due, due, run_due, suiting

__all__ = [
    "Due",
    "Kernels",
    "Notebook",
    "Parameter",
    "Slot",
    "catalogue",
    "due",
    "inspect",
    "recover",
    "run",
    "run_due",
    "run_past",
    "suiting",
]
