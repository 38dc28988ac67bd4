"""VUS-PR: the volume under the precision-recall surface, for labels that are windows.

Paparrizos et al. (VLDB 2022); the definition is that of the TSB-AD benchmark (Liu & Paparrizos, NeurIPS 2024). A
label fades out over l/2 samples on both sides, for every l from 0 to the period of the series; the areas under the
250-point precision-recall curves are averaged. Recall counts how much of a label is hit, times the share of labels
that are hit at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Spans = NDArray[np.int64]

POINTS: Final = 250
USUAL: Final = 125
"""The period where the series tells none."""
LAGS: Final = 400
FIRST_LAG: Final = 3
LONGEST: Final = 300
MOST: Final = 20_000


def vus_pr(labels: NDArray[np.bool_], scores: Values, *, window: int) -> float:
    """The volume in [0, 1]; a random score gives about the share of labelled samples.

    Parameters
    ----------
    labels
        True in the labelled windows; at least one is.
    scores
        Higher = more unusual, one a sample.
    window
        The widest margin l in samples; see :func:`period`.

    >>> labels = np.arange(100) // 10 == 4
    >>> round(vus_pr(labels, labels.astype(float), window=0), 2)
    1.0
    """
    spans = _spans(labels)
    descending = np.argsort(-scores, kind="stable")
    ranked = -np.sort(-scores)
    levels = ranked[np.linspace(0, len(scores) - 1, POINTS).astype(int)]
    predicted = np.searchsorted(-ranked, -levels, side="right")
    areas = [_area(labels, scores, spans, descending, levels, predicted, width) for width in range(window + 1)]
    return float(np.mean(areas))


def random_floor(labels: NDArray[np.bool_], *, window: int, draws: int = 3, seed: int = 0) -> float:
    """The volume of random scores."""
    random = np.random.default_rng(seed)
    return float(np.mean([vus_pr(labels, random.random(len(labels)), window=window) for _ in range(draws)]))


def period(values: Values) -> int:
    """The lag of the highest local maximum of the autocorrelation, in samples; 125 where there is none.

    >>> period(np.sin(np.arange(400) * 2 * np.pi / 25))
    25
    """
    known = values[np.isfinite(values)][:MOST]
    if len(known) < 2:
        return USUAL
    known = known - known.mean()
    spectrum = np.fft.rfft(known, 2 * len(known))
    shared = np.fft.irfft(np.abs(spectrum) ** 2)[: min(LAGS + 1, len(known))]
    correlation = (shared / shared[0] if shared[0] > 0 else shared)[FIRST_LAG:]
    peaks = np.flatnonzero((correlation[1:-1] > correlation[:-2]) & (correlation[1:-1] > correlation[2:])) + 1
    best = int(peaks[np.argmax(correlation[peaks])]) if len(peaks) else 0
    return best + FIRST_LAG if FIRST_LAG <= best <= LONGEST else USUAL


def _spans(labels: NDArray[np.bool_]) -> Spans:
    """First and last sample of each labelled window."""
    edges = np.diff(np.r_[0, labels.astype(np.int8), 0])
    return np.column_stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1])


def _area(
    labels: NDArray[np.bool_],
    scores: Values,
    spans: Spans,
    descending: NDArray[np.intp],
    levels: Values,
    predicted: NDArray[np.intp],
    width: int,
) -> float:
    """The area under one precision-recall curve: ``predicted`` samples reach each of the ``levels``."""
    weights = _faded(labels, spans, width)
    hit = np.cumsum(weights[descending])[predicted - 1]
    margin = np.cumsum(np.where(labels, 0.0, weights)[descending])[predicted - 1]
    recall = np.minimum(hit / (labels.sum() + margin / 2), 1)
    highest = np.array([scores[begin : end + 1].max() for begin, end in _joined(spans, width, len(labels))])
    recall *= (highest[:, None] >= levels).mean(axis=0)
    return float(np.sum(np.diff(recall, prepend=0.0) * hit / predicted))


def _faded(labels: NDArray[np.bool_], spans: Spans, width: int) -> Values:
    out = labels.astype(float)
    away = np.arange(1, width // 2 + 1)
    fading = np.sqrt(1 - away / width) if width else np.empty(0)
    for begin, end in spans:
        for rows in (end + away, begin - away):
            inside = (rows >= 0) & (rows < len(out))
            out[rows[inside]] += fading[inside]
    return np.asarray(np.minimum(out, 1))


def _joined(spans: Spans, width: int, length: int) -> list[tuple[int, int]]:
    """The windows with their margins, those that touch taken as one."""
    margin, out = width // 2, [(max(int(spans[0, 0]) - width // 2, 0), int(spans[0, 1]))]
    for begin, end in spans[1:]:
        if out[-1][1] + margin < begin - margin:
            out.append((int(begin) - margin, int(end)))
        else:
            out[-1] = (out[-1][0], int(end))
    return [(begin, min(end + margin, length - 1)) for begin, end in out]
