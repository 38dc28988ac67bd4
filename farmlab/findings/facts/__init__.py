"""Answers to the questions of the decision tree, from the readings and events around a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from farmlab.findings.facts import air, birds, sensor
from farmlab.findings.facts.span import Fact, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from farmlab.domain import Finding
    from farmlab.findings.case import Case

__all__ = ["ANSWERS", "Fact", "gathered"]

ANSWERS: Final = {**air.ANSWERS, **birds.ANSWERS, **sensor.ANSWERS}
"""Question → who answers it."""


def gathered(case: Case, finding: Finding, names: Iterable[str]) -> dict[str, Fact]:
    """Those of the questions that can be answered about this finding; the others are left out."""
    span = Span(case, finding)
    answers = {name: ANSWERS[name](span) for name in names}
    return {name: fact for name, fact in answers.items() if fact is not None}
