"""The command line: ``farmlab VERB``. Each file holds one family of verbs; heavy parts load when used.

Exit codes: 0 done, 1 an error said in one sentence with the next step, 2 wrong usage.
"""

from __future__ import annotations

from farmlab.cli.app import main

__all__ = ["main"]
