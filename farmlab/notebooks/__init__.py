"""What notebooks say about themselves: which there are, their parameters, their schedule, and the contract.

A notebook dropped into ``notebooks/analyses/`` is found, listed and checked here without a line of code.
"""

from __future__ import annotations

from farmlab.notebooks.catalogue import catalogue, find, inspect
from farmlab.notebooks.contract import Metadata, Notebook
from farmlab.notebooks.parameters import STANDARD, Parameter

__all__ = ["STANDARD", "Metadata", "Notebook", "Parameter", "catalogue", "find", "inspect"]
