"""What analyses found, as tabs: one object a tab, in one list.

A tab reads what is stored (findings, and what the last runs recorded) into a plain view object with a ``head``,
and names the template that shows it. Nothing is computed here that an analysis should compute.
"""

from __future__ import annotations

from typing import Final

from farmlab.dashboard.insights import ahead, anomalies, causes, models, performance, summary
from farmlab.dashboard.insights.stored import Tab

TABS: Final = (
    Tab("overview", "Overview", summary.read),
    Tab("anomalies", "Anomalies", anomalies.read),
    Tab("causes", "Causes", causes.read),
    Tab("forecast", "Forecast", ahead.forecast, page="ahead"),
    Tab("risk", "Failure risk", ahead.risk, page="ahead"),
    Tab("advice", "Advice", ahead.advice, page="ahead"),
    Tab("models", "Models", models.read),
    Tab("performance", "System performance", performance.read),
)
"""In the order in which they stand on the page; another one is another line."""


def named(key: str) -> Tab:
    """The tab of this key, as an address says it; the first one for any other word."""
    return next((tab for tab in TABS if tab.key == key), TABS[0])
