"""How good probabilities of failure were, on rows that nothing was learned from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PRECISION: Final = 0.5
"""Recall is told where every second alarm is right."""
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """Held-out figures of one horizon; missing where nothing failed.

    Attributes
    ----------
    pr_auc, prevalence
        Average precision, and what a guess has: the share of rows followed by a failure in the horizon.
    brier, brier_usual
        Mean squared error of the probability, and that of always saying the prevalence.
    calibration_error
        Mean distance of probability and frequency over ten equal ranges, by their rows.
    recall, precision
        At the threshold that was chosen for :data:`PRECISION` on other rows.
    lead_h
        Median hours from the first alarm in the horizon to the failure.
    failures, rows
        How many there were.
    """

    pr_auc: float
    prevalence: float
    brier: float
    brier_usual: float
    calibration_error: float
    recall: float
    precision: float
    lead_h: float
    failures: int
    rows: int

    def state(self) -> dict[str, float | None]:
        """The figures as JSON values."""
        return {name: float(f"{value:.4g}") if np.isfinite(value) else None for name, value in asdict(self).items()}


def figures(truth: Flags, risk: Values, hours: Values, failure: NDArray[np.int64], *, threshold: float) -> Figures:
    """The figures of probabilities ``risk`` for rows of which ``truth`` came true.

    Parameters
    ----------
    truth, risk
        By row: whether it failed in the horizon, and how likely that was said to be.
    hours
        Hours to the next failure of the unit.
    failure
        Which failure that is (any number for each), so that failures are counted and not rows.
    threshold
        From which probability on there would have been an alarm.
    """
    alarm = risk >= threshold
    return Figures(
        pr_auc=pr_auc(truth, risk),
        prevalence=float(truth.mean()) if len(truth) else float("nan"),
        brier=float(np.mean((risk - truth) ** 2)) if len(truth) else float("nan"),
        brier_usual=float(truth.mean() * (1 - truth.mean())) if len(truth) else float("nan"),
        calibration_error=calibration_error(truth, risk),
        recall=float(alarm[truth].mean()) if truth.any() else float("nan"),
        precision=float(truth[alarm].mean()) if alarm.any() else float("nan"),
        lead_h=_lead(truth & alarm, hours, failure),
        failures=len(np.unique(failure[truth])),
        rows=len(truth),
    )


def pr_auc(truth: Flags, risk: Values) -> float:
    """Average precision; missing where nothing failed.

    >>> pr_auc(np.array([False, True]), np.array([0.1, 0.9]))
    1.0
    """
    if not truth.any():
        return float("nan")
    order = np.argsort(-risk, kind="stable")
    hits, ranked = np.cumsum(truth[order]), risk[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    precision, recall = hits[last] / (last + 1), hits[last] / hits[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def calibration_error(truth: Flags, risk: Values) -> float:
    """Mean distance between what was said and how often it came true.

    >>> calibration_error(np.array([False, True]), np.array([0.5, 0.5]))
    0.0
    """
    if not len(truth):
        return float("nan")
    place = np.minimum((risk * BINS).astype(int), BINS - 1)
    count = np.bincount(place, minlength=BINS)
    apart = np.abs(np.bincount(place, risk, BINS) - np.bincount(place, truth, BINS))
    return float(apart.sum() / count.sum())


def threshold_for(truth: Flags, risk: Values, *, precision: float = PRECISION) -> float:
    """The lowest probability from which on this share of alarms is right; above 1 where none is."""
    order = np.argsort(-risk, kind="stable")
    right = np.cumsum(truth[order]) / np.arange(1, len(truth) + 1)
    good = np.flatnonzero(right >= precision)
    return float(risk[order][good[-1]]) if len(good) else 1.01


def _lead(caught: Flags, hours: Values, failure: NDArray[np.int64]) -> float:
    """The median over failures of the longest time between an alarm and the failure."""
    leads = [hours[caught & (failure == one)].max() for one in np.unique(failure[caught])]
    return float(np.median(leads)) if leads else float("nan")
