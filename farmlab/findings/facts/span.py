"""An answer, and the stretch of a finding in the readings of its house that answers are taken from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from farmlab.domain import Event, EventKind, Finding
    from farmlab.findings.case import Case


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer, and the sentence that says it."""

    yes: bool
    text: str


class Span:
    """The stretch of a finding in the readings of its house."""

    def __init__(self, case: Case, finding: Finding) -> None:
        self.case, self.finding = case, finding
        self.start = pd.Timestamp(finding.start)
        self.end = pd.Timestamp(finding.end or case.until)

    def inside(self, series: pd.Series) -> pd.Series:
        """What is known of a series during the finding."""
        return series.loc[self.start : self.end].dropna()

    def before(self, series: pd.Series, hours: float = 24) -> pd.Series:
        """What is known of it in so many hours before."""
        return series.loc[self.start - pd.Timedelta(hours=hours) : self.start].iloc[:-1].dropna()

    def events(self, *kinds: EventKind) -> list[Event]:
        """Events of the house or the whole farm, from an hour before to an hour after."""
        spare = pd.Timedelta(hours=1)
        return [
            event
            for event in self.case.events
            if event.kind in kinds
            and event.house in (0, self.case.house.number)
            and self.start - spare <= pd.Timestamp(event.time) <= self.end + spare
        ]


Answer = Callable[[Span], Fact | None]
"""Answers a question about a finding; None when the readings do not tell."""
