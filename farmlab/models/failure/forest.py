"""Trees as plain arrays: grown by scikit-learn, kept as JSON, read with numpy; nothing of a file is ever executed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.errors import VersionMismatch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

METHODS: Final = ("gradient_boosting", "random_forest")
TREES: Final = 80
LEAF: Final = -1
MISSING: Final = -1e3
"""Stands for what is not known; a tree can split it off at the lower end."""
_FIELDS: Final = ("feature", "threshold", "left", "right", "value")


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree, node by node; ``value`` of inner nodes is the mean of the leaves below, weighted by their rows."""

    feature: NDArray[np.intp]
    threshold: Values
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    value: Values

    def walk(self, X: Values, contributions: Values | None = None) -> Values:
        """The value of the leaf of each row; what each step changed is added to the feature that it asked."""
        rows = np.arange(len(X))
        node = np.zeros(len(X), dtype=np.intp)
        going = rows[self.feature[node] != LEAF]
        while len(going):
            here = node[going]
            asked = self.feature[here]
            there = np.where(X[going, asked] <= self.threshold[here], self.left[here], self.right[here])
            if contributions is not None:
                contributions[going, asked] += self.value[there] - self.value[here]
            node[going] = there
            going = going[self.feature[there] != LEAF]
        return self.value[node]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose values add up to a score: log-odds; its logistic is a probability before calibration."""

    method: str
    offset: float
    trees: tuple[Tree, ...]

    def score(self, X: Values) -> Values:
        """Log-odds of each row (columns as in training, missing as NaN)."""
        known = _filled(X)
        total = np.full(len(known), self.offset)
        for tree in self.trees:
            total += tree.walk(known)
        return _log_odds(total) if self.method == "random_forest" else total

    def contributions(self, X: Values) -> Values:
        """What each column adds to the score of each row, beyond what is usual (row, column)."""
        known = _filled(X)
        parts = np.zeros(known.shape)
        for tree in self.trees:
            tree.walk(known, parts)
        return parts

    def state(self) -> dict[str, Any]:
        """The forest as JSON values."""
        trees = [{name: _plain(getattr(tree, name)) for name in _FIELDS} for tree in self.trees]
        return {"method": self.method, "offset": self.offset, "trees": trees}

    @classmethod
    def restored(cls, state: Mapping[str, Any], *, columns: int) -> Forest:
        """What :meth:`state` gave, checked: every child comes after its parent, every feature is a column.

        Raises
        ------
        VersionMismatch
            The file was changed: these are no trees.
        """
        try:
            trees = tuple(_tree(given) for given in state["trees"])
            sound = state["method"] in METHODS and bool(trees) and all(_is_sound(tree, columns) for tree in trees)
            forest = cls(str(state["method"]), float(state["offset"]), trees)
        except (KeyError, TypeError, ValueError, OverflowError):
            sound = False
        if not sound:
            raise VersionMismatch("the stored trees are damaged", where="failure_risk", next_step="Train it again.")
        return forest


def grow(
    method: str,
    X: Values,
    y: NDArray[np.bool_],
    weight: Values,
    *,
    random_state: int | None,
    small: bool = False,
) -> Forest:
    """A forest of this method that tells the rows of ``y`` from others; ``small`` for few rows."""
    known = _filled(X)
    return (_boosted if method == "gradient_boosting" else _averaged)(known, y, weight, random_state, small)


def _boosted(X: Values, y: NDArray[np.bool_], weight: Values, random_state: int | None, small: bool) -> Forest:
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(
        n_estimators=TREES, learning_rate=0.04 if small else 0.08, max_depth=2 if small else 4, min_samples_leaf=25,
        subsample=0.6, max_features=0.5, random_state=random_state,
    ).fit(X, y, sample_weight=weight)  # fmt: skip
    share = float(np.average(y, weights=weight))
    grown = [_from_sklearn(step[0].tree_, model.learning_rate) for step in model.estimators_]
    return Forest("gradient_boosting", float(np.log(share / (1 - share))), tuple(grown))


def _averaged(X: Values, y: NDArray[np.bool_], weight: Values, random_state: int | None, small: bool) -> Forest:
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(
        n_estimators=TREES, max_leaf_nodes=8 if small else 32, min_samples_leaf=20 if small else 10, max_features=0.4,
        random_state=random_state,
    ).fit(X, y, sample_weight=weight)  # fmt: skip
    grown = [_from_sklearn(tree.tree_, 1 / TREES, of_class=1) for tree in model.estimators_]
    return Forest("random_forest", 0.0, tuple(grown))


def _from_sklearn(tree: Any, scale: float, of_class: int = 0) -> Tree:
    value = np.array(tree.value[:, 0, of_class], dtype=float) * scale
    feature = np.where(tree.children_left == LEAF, LEAF, tree.feature).astype(np.intp)
    rows = tree.weighted_n_node_samples
    for node in range(len(value) - 1, -1, -1):  # children come after their parents
        if feature[node] != LEAF:
            below = [tree.children_left[node], tree.children_right[node]]
            value[node] = np.average(value[below], weights=rows[below])
    threshold = np.where(feature == LEAF, 0.0, tree.threshold)
    return Tree(feature, _short(threshold), tree.children_left.copy(), tree.children_right.copy(), _short(value))


def _short(values: Values) -> Values:
    """Six digits, as they are written, so that a stored forest says what the grown one said."""
    return np.array([float(f"{value:.6g}") for value in values])


def _plain(values: NDArray[Any]) -> list[float] | list[int]:
    plain: list[float] | list[int] = values.tolist()
    return plain


def _tree(given: Mapping[str, Sequence[float]]) -> Tree:
    whole = {name: np.array(given[name], dtype=np.intp) for name in ("feature", "left", "right")}
    return Tree(threshold=np.array(given["threshold"], float), value=np.array(given["value"], float), **whole)


def _is_sound(tree: Tree, columns: int) -> bool:
    nodes = len(tree.feature)
    same = {len(getattr(tree, name)) for name in _FIELDS} == {nodes} and nodes > 0
    if not same or not np.isfinite([*tree.threshold, *tree.value]).all():
        return False
    inner = np.flatnonzero(tree.feature != LEAF)
    after = all(((child[inner] > inner) & (child[inner] < nodes)).all() for child in (tree.left, tree.right))
    return bool(after and ((tree.feature >= LEAF) & (tree.feature < columns)).all())


def _filled(X: Values) -> Values:
    """As scikit-learn sees it: single precision, missing as a number of its own."""
    return np.nan_to_num(np.asarray(X, dtype=np.float32), nan=MISSING, posinf=1e6, neginf=-1e6).astype(float)


def _log_odds(share: Values) -> Values:
    clipped = np.clip(share, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)))
