"""Whether the air that comes in through the inlets is the air that the running fans should move.

Air passes an opening with the square root of the pressure, so that

    side fans + ratio x tunnel fans = sqrt(pressure) x (side x side inlets + tunnel x tunnel inlet + leaks)

in units of one side fan. The four numbers are those of one house and learned from its past. When a fan that is
switched on moves less air, the pressure falls or the inlets close after it, and the sum no longer holds. Only
moments at which fans run are looked at: with the ventilation timer a poll finds them on or off by chance.
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
"""Gusts are averaged over so many minutes."""
LEAST_READINGS: Final = 3
LEAST_SEEN: Final = 36
"""Readings with so many fans running from which on the balance holds for that number."""
OUTLIER: Final = 3.0


@dataclass(frozen=True, slots=True)
class Balance:
    """Side fans per square root of a pascal: of fully open side inlets, of a fully open tunnel inlet, of leaks.

    ``ratio`` is how many side fans a tunnel fan is worth; ``most_side`` and ``most_tunnel`` are the largest numbers
    of fans that were seen running for long enough to tell.
    """

    side: float
    tunnel: float
    leaks: float
    ratio: float
    most_side: float
    most_tunnel: float

    def state(self) -> dict[str, float]:
        """The numbers as JSON values."""
        return asdict(self)

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Balance:
        """What :meth:`state` gave, read back."""
        return cls(**{name: float(state[name]) for name in cls.__dataclass_fields__})


def fit(wide: pd.DataFrame) -> Balance | None:
    """The balance of a house, from its past; None when it lacks a pressure sensor, inlet positions or fan counts.

    Non-negative least squares, a second time without what lay far off the first time.
    """
    from scipy.optimize import nnls

    terms = _terms(wide)
    known = terms[(terms["root"] ** 2 >= LEAST_PRESSURE_PA) & _running(terms)].dropna()
    if len(known) < LEAST_ROWS:
        return None
    inputs = np.column_stack([known[["side", "tunnel", "leaks"]].mul(known["root"], axis=0), -known["tunnel_fans"]])
    output = known["side_fans"].to_numpy()
    keep = np.ones(len(output), dtype=bool)
    for _ in range(2):
        found, _rest = nnls(inputs[keep], output[keep])
        keep = _near(output - inputs @ found)
    side, tunnel, leaks, ratio = (float(x) for x in found)
    return Balance(side, tunnel, leaks, ratio, _most_seen(known["side_fans"]), _most_seen(known["tunnel_fans"]))


def _most_seen(fans: pd.Series) -> float:
    rows = fans.value_counts()
    return float(max(rows.index[rows >= LEAST_SEEN], default=0.0))


def deficit(wide: pd.DataFrame, balance: Balance) -> pd.Series:
    """The share of the fans' air that does not come in, over the last half-hour.

    Missing while no fan runs, or more of them than the balance was learned with.
    """
    terms = _terms(wide)
    runs = _running(terms) & (terms["side_fans"] <= balance.most_side) & (terms["tunnel_fans"] <= balance.most_tunnel)
    openings = balance.side * terms["side"] + balance.tunnel * terms["tunnel"] + balance.leaks
    incoming = equipment.trailing((terms["root"] * openings).where(runs), MINUTES, least=LEAST_READINGS)
    moved = terms["side_fans"] + balance.ratio * terms["tunnel_fans"]
    share = 1 - incoming / equipment.trailing(moved.where(runs), MINUTES, least=LEAST_READINGS)
    return share.where(runs).replace([np.inf, -np.inf], np.nan).rename("deficit")


def _running(terms: pd.DataFrame) -> pd.Series:
    return (terms["side_fans"] + terms["tunnel_fans"]) > 0


def _terms(wide: pd.DataFrame) -> pd.DataFrame:
    inlets = [column for column in wide.columns if str(column).startswith("inlet_pct")]
    side = [column for column in inlets if column != "inlet_pct_tunnel"]
    terms = pd.DataFrame(index=wide.index)
    terms["root"] = np.sqrt(wide["pressure_pa"].clip(lower=0)) if "pressure_pa" in wide else np.nan
    terms["side"] = wide[side].mean(axis=1) / 100 if side else np.nan
    terms["tunnel"] = wide["inlet_pct_tunnel"].fillna(0) / 100 if "inlet_pct_tunnel" in wide else 0.0
    terms["leaks"] = 1.0
    terms["side_fans"] = wide.get("fans_exhaust_running", np.nan)
    terms["tunnel_fans"] = wide["fans_tunnel_running"].fillna(0) if "fans_tunnel_running" in wide else 0.0
    return terms


def _near(rest: NDArray[np.float64]) -> NDArray[np.bool_]:
    distance = np.abs(rest - np.median(rest))
    return np.asarray(distance <= OUTLIER * max(1.4826 * float(np.median(distance)), 1e-9))
