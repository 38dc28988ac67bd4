"""Whether the air that comes in through the inlets is the air that the running fans should move.

Air passes an opening with the square root of the pressure. With side fans running, their number is
``side × √pressure × side inlets``; in the tunnel, with tunnel fans, ``tunnel × √pressure × tunnel inlet`` is
added. The two constants are those of one house and learned from its past, as medians. When a fan that is
switched on moves less air, the pressure falls or the inlets close after it, and the sum no longer holds. Only
moments at which fans run are looked at: with the ventilation timer a poll finds them on or off by chance.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_PRESSURE_PA: Final = 3.0
LEAST_OPENING: Final = 0.02
LEAST_ROWS: Final = 72
READINGS: Final = 4
"""A gust and an opened door are over after fewer readings."""
LONGEST: Final = pd.Timedelta(minutes=100)
"""So long it may take until fans on a timer were met running so often."""
SIDE_FAN: Final = 0.4
"""The air of a 36-inch side fan as a share of that of a 54-inch tunnel fan; matters only while both run."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Fans per square root of a pascal that fully open side inlets (tunnel inlet) feed; None: never seen."""

    side: float | None
    tunnel: float | None

    def state(self) -> dict[str, float | None]:
        """The numbers as JSON values."""
        return asdict(self)

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Balance:
        """What :meth:`state` gave, read back."""
        return cls(state["side"], state["tunnel"])


def fit(wide: pd.DataFrame) -> Balance | None:
    """The balance of a house, from its past; None when it lacks a pressure sensor, inlet positions or fan counts.

    Each number of running fans counts alike, however long it was run.
    """
    terms = _terms(wide)
    pressed = terms["root"] ** 2 >= LEAST_PRESSURE_PA
    by_side = terms[pressed & (terms["tunnel_fans"] == 0) & (terms["side_inlets"] >= LEAST_OPENING)]
    side = _usual(by_side["side_fans"] / (by_side["root"] * by_side["side_inlets"]), by_side["side_fans"])
    by_tunnel = terms[pressed & (terms["tunnel_fans"] > 0) & (terms["tunnel_inlet"] >= LEAST_OPENING)]
    rest = _fans(by_tunnel) - SIDE_FAN * (side or 0.0) * by_tunnel["root"] * by_tunnel["side_inlets"].fillna(0)
    tunnel = _usual(rest / (by_tunnel["root"] * by_tunnel["tunnel_inlet"]), by_tunnel["tunnel_fans"])
    return None if side is None and tunnel is None else Balance(side, tunnel)


def deficit(wide: pd.DataFrame, balance: Balance, *, readings: int = READINGS) -> pd.Series:
    """The share of the fans' air that does not come in: the smallest at the last readings with a fan running.

    Missing while no fan runs, and in the mode (side or tunnel) that the balance does not know.
    """
    lack = shortfall(wide, balance)
    seen = lack.dropna()
    least = seen.rolling(readings).min()
    spans = seen.index.to_series().diff(readings - 1)
    return least.where(spans <= LONGEST).reindex(wide.index).rename("deficit")


def shortfall(wide: pd.DataFrame, balance: Balance) -> pd.Series:
    """The share of the fans' air that does not come in at each reading: gusts and doors included."""
    terms = _terms(wide)
    in_tunnel = terms["tunnel_fans"] > 0
    through_side = (balance.side or 0.0) * terms["root"] * terms["side_inlets"]
    through_tunnel = (balance.tunnel or 0.0) * terms["root"] * terms["tunnel_inlet"]
    incoming = through_side.where(~in_tunnel, through_tunnel + SIDE_FAN * through_side.fillna(0))
    moved = terms["side_fans"].where(~in_tunnel, _fans(terms))
    known = in_tunnel if balance.side is None else ~in_tunnel if balance.tunnel is None else moved.notna()
    return (1 - incoming / moved).where(known & (moved > 0)).rename("shortfall")


def _usual(ratio: pd.Series, fans: pd.Series) -> float | None:
    """The median over the numbers of fans of their own medians; None when hardly any fan was seen."""
    known = ratio[(fans > 0) & ratio.notna()]
    groups = known.groupby(fans[known.index].round())
    medians = groups.median()[groups.size() >= LEAST_ROWS]
    return float(medians.median()) if len(medians) else None


def _fans(terms: pd.DataFrame) -> pd.Series:
    """Fans in units of a tunnel fan."""
    return terms["tunnel_fans"] + SIDE_FAN * terms["side_fans"].fillna(0)


def _terms(wide: pd.DataFrame) -> pd.DataFrame:
    inlets = [column for column in wide.columns if str(column).startswith("inlet_pct")]
    side = [column for column in inlets if column != "inlet_pct_tunnel"]
    terms = pd.DataFrame(index=wide.index)
    terms["root"] = np.sqrt(wide["pressure_pa"].clip(lower=0)) if "pressure_pa" in wide else np.nan
    terms["side_inlets"] = wide[side].mean(axis=1) / 100 if side else np.nan
    terms["tunnel_inlet"] = wide["inlet_pct_tunnel"].fillna(0) / 100 if "inlet_pct_tunnel" in wide else 0.0
    terms["side_fans"] = wide.get("fans_exhaust_running", np.nan)
    terms["tunnel_fans"] = wide["fans_tunnel_running"].fillna(0) if "fans_tunnel_running" in wide else 0.0
    return terms
