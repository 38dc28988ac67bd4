"""How far each stretch of a series is from the nearest of its own past: raw sub-sequences, causal.

Subtracting the mean or dividing by the spread of each stretch fails on public series, and so do ranks; raw values work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Mask = NDArray[np.bool_]

LENGTH: Final = 100
"""Samples in a stretch."""
STRIDE: Final = 16
"""Samples between two stretches of the past that are remembered."""
REMEMBERED: Final = 200
FEWEST: Final = 25
"""With fewer remembered, everything is far from them."""
BLOCK: Final = 96
"""Stretches compared at once; fewer than ``LENGTH``, so that their pasts are known before they are."""
REACH: Final = (REMEMBERED - 1) * STRIDE + 2 * LENGTH + BLOCK
"""Samples before a moment that its distance depends on."""


def distances(
    values: Values, first: int, *, learned: Mask | None = None, most: float = np.inf, longest: int = 0
) -> Values:
    """Root-mean-square distance of the stretch that ends at each sample to the nearest of the last 200 of its past.

    Parameters
    ----------
    values
        One series at equal steps; a stretch with a missing value has no distance.
    first
        The number of the first sample, counted from anywhere: the remembered stretches end at multiples of the stride.
    learned
        What may be remembered (everything): a stretch with another sample is not.
    most
        A stretch farther than this is not remembered,
    longest
        unless so many samples in a row were.
    """
    out = np.full(len(values), np.nan)
    if len(values) < LENGTH:
        return out
    windows = np.lib.stride_tricks.sliding_window_view(values, LENGTH)
    squares = np.einsum("ij,ij->i", windows, windows)
    ends = np.arange(LENGTH - 1 + (-(first + LENGTH - 1)) % STRIDE, len(values), STRIDE)
    remembered = np.ascontiguousarray(windows[ends - LENGTH + 1])
    usable = np.isfinite(remembered).all(axis=1) & _throughout(learned, ends)
    sizes = np.where(usable, squares[ends - LENGTH + 1], np.inf)
    remembered = np.nan_to_num(remembered)
    run = 0
    for start in range(LENGTH - 1 - (first + LENGTH - 1) % BLOCK, len(values), BLOCK):
        rows = np.arange(max(start, LENGTH - 1), min(start + BLOCK, len(values)))
        past = slice(*np.searchsorted(ends, [start - LENGTH - REMEMBERED * STRIDE + 1, start - LENGTH + 1]))
        out[rows] = _nearest(windows[rows - LENGTH + 1], squares[rows - LENGTH + 1], remembered[past], sizes[past])
        far = out[rows] > most
        run = run + len(rows) if far.any() else 0
        if run <= longest:
            mine = slice(*np.searchsorted(ends, [rows[0], rows[-1] + 1]))
            sizes[mine] = np.where(out[ends[mine]] > most, np.inf, sizes[mine])
    return out


def _throughout(learned: Mask | None, ends: NDArray[np.intp]) -> Mask:
    """Whether all samples of the stretches that end there may be learned from."""
    if learned is None:
        return np.ones(len(ends), dtype=bool)
    bad = np.r_[0, np.cumsum(~learned)]
    return np.asarray(bad[ends + 1] == bad[ends - LENGTH + 1])


def _nearest(windows: Values, squares: Values, past: Values, sizes: Values) -> Values:
    if np.isfinite(sizes).sum() < FEWEST:
        return np.full(len(windows), np.nan)
    gaps = (sizes[None, :] - 2 * np.nan_to_num(windows) @ past.T).min(axis=1) + squares
    complete = np.isfinite(windows).all(axis=1)
    return np.where(complete & np.isfinite(gaps), np.sqrt(np.maximum(gaps, 0) / LENGTH), np.nan)
