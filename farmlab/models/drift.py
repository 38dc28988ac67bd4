"""Whether a model still looks at what it was taught on, and whether it still does as well.

Inputs by the population stability index (PSI) over the deciles of the training window: below 0.1 nothing has
changed, above 0.25 much has (the usual marks of credit scoring, where it comes from). Errors by their ratio to those
before, with a confidence interval from whole days drawn again, because errors of one day are alike.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

FEWEST: Final = 100
"""Values on either side below which nothing is said."""
BINS: Final = 10
SHIFTED: Final = 0.25
SHIFTING: Final = 0.1
FEWEST_DAYS: Final = 5
"""Days on either side below which nothing is said of errors."""
RESAMPLES: Final = 400
WORSE: Final = 1.1
"""A model is called worse when its error has surely grown by more than a tenth."""
COLUMNS: Final = ("input", "psi", "before", "now", "verdict")


def inputs(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """One row a column that both have: PSI, how many values there were before and are now, and a word.

    The word is ``same``, ``shifting``, ``shifted`` or ``too few``.

    >>> then = pd.DataFrame({"temp_c": np.arange(200.0)})
    >>> inputs(then, then + 150)[["psi", "verdict"]].round(1).to_dict("records")
    [{'psi': 4.1, 'verdict': 'shifted'}]
    """
    rows = [_row(str(name), before[name].dropna(), now[name].dropna()) for name in before if name in now]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def psi(before: pd.Series, now: pd.Series) -> float:
    """The population stability index: Σ (q − p) ln(q / p) over the deciles of ``before``."""
    edges = np.unique(np.quantile(before, np.linspace(0, 1, BINS + 1)[1:-1]))
    shares = [_shares(values.to_numpy(float), edges) for values in (before, now)]
    return float(np.sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))


def performance(before: pd.Series, now: pd.Series) -> dict[str, float | str]:
    """The mean error now against before, with a 95 % interval, and a word.

    Parameters
    ----------
    before, now
        Absolute errors by time, of forecasts or of anything that should stay small.

    Returns
    -------
    dict
        ``ratio``, ``low``, ``high``, ``days``, and ``verdict``: ``same``, ``worse``, ``better`` or ``too few``.
    """
    means = [errors.dropna().groupby(pd.DatetimeIndex(errors.dropna().index).normalize()).mean() for errors in
             (before, now)]  # fmt: skip
    days = min(len(mean) for mean in means)
    if days < FEWEST_DAYS or means[0].mean() <= 0:
        return {"ratio": np.nan, "low": np.nan, "high": np.nan, "days": days, "verdict": "too few"}
    drawn = [_drawn(mean.to_numpy(float), place) for place, mean in enumerate(means)]
    low, high = (float(edge) for edge in np.quantile(drawn[1] / drawn[0], [0.025, 0.975]))
    word = "worse" if low > WORSE else "better" if high < 1 / WORSE else "same"
    return {"ratio": float(means[1].mean() / means[0].mean()), "low": low, "high": high, "days": days, "verdict": word}


def _row(name: str, before: pd.Series, now: pd.Series) -> tuple[str, float, int, int, str]:
    if min(len(before), len(now)) < FEWEST:
        return name, float("nan"), len(before), len(now), "too few"
    found = psi(before, now)
    word = "shifted" if found > SHIFTED else "shifting" if found > SHIFTING else "same"
    return name, found, len(before), len(now), word


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Shares of the values between the edges, none of them nothing."""
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return np.asarray((counts + 0.5) / (len(values) + 0.5 * len(counts)))


def _drawn(values: np.ndarray, seed: int) -> np.ndarray:
    """Means of days drawn with replacement."""
    random = np.random.default_rng(seed)
    return np.asarray(random.choice(values, (RESAMPLES, len(values))).mean(axis=1))
