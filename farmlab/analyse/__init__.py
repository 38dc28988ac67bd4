"""One-shot analyses of any table, for people without a farm: a file in, tables and a page out.

Reading the file, what is assumed of it, writing tables and the page are the same for all of them; ``anomaly`` is
what is done in between.
"""

from __future__ import annotations

from farmlab.analyse.anomaly import Looked, look
from farmlab.analyse.reading import Asked, Data, read
from farmlab.analyse.report import write_report
from farmlab.analyse.summary import Summary, as_values, since, summary
from farmlab.analyse.tables import prepare, write_episodes, write_rejected, write_scores

__all__ = [
    "Asked",
    "Data",
    "Looked",
    "Summary",
    "as_values",
    "look",
    "prepare",
    "read",
    "since",
    "summary",
    "write_episodes",
    "write_rejected",
    "write_report",
    "write_scores",
]
