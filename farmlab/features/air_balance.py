"""Whether the air that comes in through the inlets is the air that the controller asks of its fans.

Air passes an opening with the square root of the pressure: flow = (a x side inlets + b x tunnel inlet + leaks)
times sqrt(pressure). The three numbers are those of one house and learned from its past. When a fan that is
switched on moves less air, the pressure falls or the inlets close after it, and the sum no longer holds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.features import equipment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

LEAST_PRESSURE_PA: Final = 3.0
LEAST_ROWS: Final = 288
MINUTES: Final = 30
"""Gusts and the ventilation timer are averaged over so many minutes."""
OUTLIER: Final = 3.0


@dataclass(frozen=True, slots=True)
class Balance:
    """m³/h per square root of a pascal: of fully open side inlets, of a fully open tunnel inlet, and of leaks."""

    side: float
    tunnel: float
    leaks: float

    def state(self) -> dict[str, float]:
        """The numbers as JSON values."""
        return asdict(self)

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Balance:
        """What :meth:`state` gave, read back."""
        return cls(**{name: float(state[name]) for name in ("side", "tunnel", "leaks")})


def fit(wide: pd.DataFrame) -> Balance | None:
    """The balance of a house, from its past; None when it lacks a pressure sensor, inlet positions or airflow.

    Non-negative least squares, a second time without what lay far off the first time.
    """
    from scipy.optimize import nnls

    terms = _terms(wide)
    usable = (terms["root"] ** 2 >= LEAST_PRESSURE_PA) & (terms["asked"] > 0)
    known = terms[usable].dropna()
    if len(known) < LEAST_ROWS:
        return None
    inputs = known[["side", "tunnel", "one"]].to_numpy()
    output = (known["asked"] / known["root"]).to_numpy()
    keep = np.ones(len(output), dtype=bool)
    for _ in range(2):
        found, _rest = nnls(inputs[keep], output[keep])
        keep = _near(output - inputs @ found)
    return Balance(*(float(x) for x in found))


def deficit(wide: pd.DataFrame, balance: Balance) -> pd.Series:
    """The share of the asked airflow that does not come in, mean of the last half-hour; missing without fans."""
    terms = _terms(wide)
    incoming = terms["root"] * (balance.side * terms["side"] + balance.tunnel * terms["tunnel"] + balance.leaks)
    asked = equipment.trailing(terms["asked"].where(terms["asked"] > 0), MINUTES)
    share = 1 - equipment.trailing(incoming, MINUTES) / asked
    return share.where(terms["asked"] > 0).rename("deficit")


def _terms(wide: pd.DataFrame) -> pd.DataFrame:
    inlets = [column for column in wide.columns if str(column).startswith("inlet_pct")]
    side = [column for column in inlets if column != "inlet_pct_tunnel"]
    terms = pd.DataFrame(index=wide.index)
    terms["root"] = np.sqrt(wide["pressure_pa"].clip(lower=0)) if "pressure_pa" in wide else np.nan
    terms["side"] = wide[side].mean(axis=1) / 100 if side else np.nan
    terms["tunnel"] = wide["inlet_pct_tunnel"].fillna(0) / 100 if "inlet_pct_tunnel" in wide else 0.0
    terms["one"] = 1.0
    terms["asked"] = wide.get("airflow_m3h", np.nan)
    return terms


def _near(rest: NDArray[np.float64]) -> NDArray[np.bool_]:
    distance = np.abs(rest - np.median(rest))
    return np.asarray(distance <= OUTLIER * max(1.4826 * float(np.median(distance)), 1e-9))
