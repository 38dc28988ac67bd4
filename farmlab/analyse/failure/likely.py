"""What kind of failure it would be, where kinds are on record: learned from the days before past failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.models.failure import HORIZONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Shares = NDArray[np.float64]

LEAST_OF_KIND: Final = 5
"""Failures of a kind before the end of learning; of rarer ones nothing can be learned."""
LEARN: Final = 0.75
"""Share of the failures that trees learn from; the rest says whether they know more than how frequent kinds are."""
TOGETHER: Final = " + "


@dataclass(frozen=True, slots=True)
class Likely:
    """The likeliest kind of each row that was asked for, were it to fail.

    Attributes
    ----------
    kind, share
        By row: the kind ("" where no kinds are on record) and how likely it is among those that are.
    note
        What was learned, and how often it was right on failures after the end of learning beside always naming the
        most frequent kind; "" where no kinds are on record.
    """

    kind: NDArray[np.object_]
    share: Shares
    note: str


def kinds_ahead(
    moments: pd.DatetimeIndex, hours: NDArray[np.float64], kinds: Mapping[pd.Timestamp, Sequence[str]]
) -> list[str]:
    """The kinds of the failure that comes next, joined by " + "; "" where none comes within two days.

    >>> day = pd.date_range("2026-07-01", periods=3, freq="24h", tz="UTC")
    >>> kinds_ahead(day, np.array([24.0, np.inf, np.nan]), {day[1]: ["belt", "motor"]})
    ['belt + motor', '', '']
    """
    if not kinds:
        return [""] * len(moments)
    failed = pd.DatetimeIndex(sorted(kinds))
    told = [TOGETHER.join(kinds[moment]) for moment in failed]
    place = failed.searchsorted(moments, side="right")
    soon = np.isfinite(hours) & (place < len(told))
    return [told[at] if here else "" for at, here in zip(place, soon, strict=True)]


def likely(rows: pd.DataFrame, columns: Sequence[str], asked: pd.DataFrame, *, until: pd.Timestamp) -> Likely:
    """The likeliest kind for each row of ``asked``, learned from rows before failures up to ``until``.

    Trees that do not know more on the last quarter of these failures than how frequent each kind is are not used.

    Parameters
    ----------
    rows, asked
        Features with ``unit``, ``time``, ``hours`` to the next failure, ``learn``, and its ``kind``
        (:func:`kinds_ahead`).
    columns
        The features.
    until
        Failures after it are not looked at.
    """
    known = rows[np.isfinite(rows["hours"]) & rows["learn"] & (rows["kind"] != "")]
    failed = (known["time"] + pd.to_timedelta(known["hours"], unit="h")).dt.round("s")
    past = known.assign(failed=failed, kinds=known["kind"].str.split(TOGETHER, regex=False))[failed <= until]
    past = past.explode("kinds").sort_values("failed", kind="stable")
    count = _failures(past)
    names = sorted(count.index[count >= LEAST_OF_KIND])
    if not names:
        return Likely(np.full(len(asked), "", dtype=object), np.zeros(len(asked)), "")
    past = past[past["kinds"].isin(names)]
    shares, by = _shares(past, names, list(columns), asked)
    best = shares.argmax(axis=1)
    told = np.array(names, dtype=object)[best]
    return Likely(told, shares[np.arange(len(best)), best], _note(asked, told, str(count.idxmax()), names, by))


def _failures(past: pd.DataFrame) -> pd.Series:
    """How many failures there were of each kind; many rows come before each."""
    return past.drop_duplicates(["unit", "failed", "kinds"])["kinds"].value_counts().sort_index()


def _shares(past: pd.DataFrame, names: list[str], columns: list[str], asked: pd.DataFrame) -> tuple[Shares, str]:
    """How likely each kind is in each row, and by what that is told."""
    usual = _frequency(past, names)
    if len(names) > 1:
        moments = past.drop_duplicates(["unit", "failed"])["failed"].to_list()
        middle = moments[int(LEARN * len(moments))]
        first = past[past["failed"] <= middle - pd.Timedelta(hours=max(most for _, most in HORIZONS.values()))]
        last = past[past["failed"] > middle]
        if first["kinds"].nunique() > 1 and len(last):
            tried = _loss(_grown(first, names, columns, last), last, names)
            if tried < _loss(np.tile(_frequency(first, names), (len(last), 1)), last, names):
                return _grown(past, names, columns, asked), "a random forest of the days before"
    return np.tile(usual, (len(asked), 1)), "how frequent each kind is"


def _frequency(past: pd.DataFrame, names: list[str]) -> Shares:
    """The share of each kind among the failures, none of them nothing."""
    count = _failures(past).reindex(names).fillna(0).to_numpy(float) + 0.5
    return np.asarray(count / count.sum())


def _grown(past: pd.DataFrame, names: list[str], columns: list[str], asked: pd.DataFrame) -> Shares:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        n_estimators=120, max_leaf_nodes=32, min_samples_leaf=5, max_features=0.4, random_state=0
    ).fit(_filled(past[columns]), past["kinds"])
    shares = np.zeros((len(asked), len(names)))
    if len(asked):
        shares[:, [names.index(str(name)) for name in forest.classes_]] = forest.predict_proba(_filled(asked[columns]))
    return shares


def _filled(table: pd.DataFrame) -> NDArray[np.float32]:
    return np.asarray(np.nan_to_num(table.to_numpy(np.float32), nan=-1e3, posinf=1e6, neginf=-1e6), np.float32)


def _loss(shares: Shares, rows: pd.DataFrame, names: list[str]) -> float:
    """Mean logarithmic loss; a kind that was never seen costs as much as a share of a hundredth."""
    came = shares[np.arange(len(rows)), [names.index(kind) for kind in rows["kinds"]]]
    return float(-np.log(np.maximum(came, 0.01)).mean())


def _note(asked: pd.DataFrame, told: NDArray[np.object_], usual: str, names: list[str], by: str) -> str:
    said = f"The likely kind of failure ({len(names)} with {LEAST_OF_KIND} failures or more) is told by {by}"
    before = (np.isfinite(asked["hours"]) & (asked["kind"] != "")).to_numpy()
    if not before.any() or len(names) < 2:
        return f"{said}."
    came = asked["kind"][before].str.split(TOGETHER, regex=False)
    right = np.mean([one in kinds for one, kinds in zip(told[before], came, strict=True)])
    always = np.mean([usual in kinds for kinds in came])
    return (
        f"{said}: right in {100 * right:.0f} % of the readings in the two days before a later failure, "
        f"always saying {usual} in {100 * always:.0f} %."
    )
