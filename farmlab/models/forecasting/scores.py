"""What the log of an ensemble says, as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from farmlab.models.forecasting.intervals import DAYS, inside
from farmlab.models.forecasting.log import BLOCKS, worth
from farmlab.models.forecasting.window import DAY, HORIZON, as_times

if TYPE_CHECKING:
    from farmlab.models.forecasting.ensemble import Ensemble, Outlook
    from farmlab.models.forecasting.log import Log
    from farmlab.models.forecasting.window import Values

WEIGHTS = {1: (6 / DAY, 1 - 6 / DAY, 0.0), 2: (0.0, 0.0, 1.0)}
"""Day ahead → how much each block of hours counts in it."""


def as_frame(made: Outlook, ensemble: Ensemble) -> pd.DataFrame:
    """``forecast``, ``lower`` and ``upper`` by ``time``: within what is possible, the forecast inside its interval."""
    times = as_times(np.arange(ensemble.newest + 1, ensemble.newest + HORIZON + 1))
    return pd.DataFrame(_bounded(made.path, made.low, made.high, ensemble.possible), index=times)


def issued(ensemble: Ensemble) -> pd.DataFrame:
    """All forecasts of the log, long: origin, time, forecast, lower, upper."""
    origins = ensemble.log.origins
    path, low, high = (ensemble.log.issued[:, part].ravel() for part in range(3))
    times = (origins[:, None] + np.arange(1, HORIZON + 1)).ravel()
    frame = {"origin": as_times(np.repeat(origins, HORIZON)), "time": as_times(times)}
    return pd.DataFrame({**frame, **_bounded(path, low, high, ensemble.possible)})


class Told(Protocol):
    """What was known (hourly values up to the hour ``newest``), and what was forecast."""

    @property
    def y(self) -> Values:
        """The values."""

    @property
    def newest(self) -> int:
        """The hour of the last of them, since 1970."""

    @property
    def log(self) -> Log:
        """The forecasts."""


def figures(ensemble: Told) -> pd.DataFrame:
    """One row per member and day ahead; the first is the reference, the last the ensemble."""
    scale = _usual_change(ensemble.y)
    rows = [_row(ensemble, name, day, scale) for name in ensemble.log.names for day in (1, 2)]
    return pd.DataFrame([row for row in rows if row["origins"]], columns=list(_row_names()))


def recent_ratio(ensemble: Ensemble) -> tuple[float, int]:
    """Error of the ensemble in units of that of the reference, over all that was scored; and at how many origins."""
    ratio, count = worth(ensemble.log.scores, ensemble.log.names, ensemble.log.names[-1])
    known = np.isfinite(ratio)
    hours = np.array([block.stop - block.start for block in BLOCKS])
    return (float(np.average(ratio[known], weights=hours[known])) if known.any() else float("nan")), count


def _row_names() -> tuple[str, ...]:
    return ("model", "day", "mae", "mase", "ratio", "wape", "coverage", "width", "origins")


def _row(ensemble: Told, name: str, day: int, scale: float) -> dict[str, Any]:
    scores = ensemble.log.scores
    own, reference = (scores[:, place] @ np.array(WEIGHTS[day]) for place in (ensemble.log.names.index(name), 0))
    both = np.isfinite(own) & np.isfinite(reference)
    mae, usual = (float(part[both].mean()) if both.any() else float("nan") for part in (own, reference))
    row = {
        "model": name,
        "day": day,
        "mae": mae,
        "mase": mae / scale if scale > 0 else float("nan"),
        "ratio": mae / usual if usual > 0 else float("nan"),
        "origins": int(both.sum()),
    }
    return row | (_of_issued(ensemble, day, scale) if name == ensemble.log.names[-1] else {})


def _of_issued(ensemble: Told, day: int, scale: float) -> dict[str, float]:
    """What was really issued: error beside the amount, and what the interval was worth."""
    hours = DAYS[day - 1]
    log, errors = ensemble.log, ensemble.log.errors(ensemble.y, ensemble.newest)[:, DAYS[day - 1]]
    low, high = log.issued[:, 1, hours], log.issued[:, 2, hours]
    held = inside(errors, low, high)
    truth = np.abs(errors + log.issued[:, 0, hours])
    whole = float(np.nansum(truth))
    return {
        "wape": float(np.nansum(np.abs(errors))) / whole if whole > 0 else float("nan"),
        "coverage": float(np.nanmean(held)) if np.isfinite(held).any() else float("nan"),
        "width": float(np.nanmean(high - low)) / scale if scale > 0 and len(low) else float("nan"),
    }


def _usual_change(y: Values) -> float:
    changes = np.abs(y[DAY:] - y[:-DAY])
    return float(np.nanmean(changes)) if np.isfinite(changes).any() else 0.0


def _bounded(path: Values, low: Values, high: Values, possible: tuple[float, float]) -> dict[str, Values]:
    lower, upper = np.minimum(path + low, path), np.maximum(path + high, path)
    return {name: np.clip(part, *possible) for name, part in (("forecast", path), ("lower", lower), ("upper", upper))}
