"""The trees of a gradient boosting as plain numbers, and their forecast without scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.models.forecasting.packing import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.models.forecasting.window import Values

FIELDS: Final = ("feature_idx", "num_threshold", "left", "right", "value", "is_leaf")


class Trees:
    """Binary trees of one regression: nodes as columns of numbers, one row a tree.

    Keeping them as numbers makes a fit JSON that is safe to load, and an hourly forecast needs no scikit-learn.
    """

    def __init__(self, base: float, nodes: Mapping[str, Values]) -> None:
        self.base = base
        self.nodes = dict(nodes)

    @classmethod
    def of(cls, model: Any) -> Trees:
        """The trees of a fitted HistGradientBoostingRegressor, with thresholds that survive 32 bits."""
        trees = [stage[0].nodes for stage in model._predictors]
        columns = {name: np.zeros((len(trees), max(map(len, trees)))) for name in FIELDS}
        for row, tree in enumerate(trees):
            for name, column in columns.items():
                column[row, : len(tree)] = tree[name]
        return cls(float(np.ravel(model._baseline_prediction)[0]), columns)

    def predict(self, X: Values) -> Values:
        """The forecast of each row."""
        leaf = self.nodes["is_leaf"].ravel() > 0
        own = np.arange(leaf.size)
        first = np.arange(0, leaf.size, self.nodes["is_leaf"].shape[1])
        left, right = (
            np.where(leaf, own, (self.nodes[name] + first[:, None]).ravel()).astype(np.intp)
            for name in ("left", "right")
        )
        feature, threshold = self.nodes["feature_idx"].ravel().astype(np.intp), self.nodes["num_threshold"].ravel()
        at = np.repeat(first[:, None], len(X), axis=1)
        rows, flat = np.arange(len(X)) * X.shape[1], np.ascontiguousarray(X).ravel()
        while not leaf[at].all():
            at = np.where(flat[rows + feature[at]] <= threshold[at], left[at], right[at])
        return np.asarray(self.base + self.nodes["value"].ravel()[at].sum(axis=0))

    def state(self) -> dict[str, Any]:
        """The nodes, as JSON values."""
        return {"base": self.base, "nodes": {name: pack(column) for name, column in self.nodes.items()}}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Trees:
        """What :meth:`state` gave."""
        return cls(state["base"], {name: unpack(column) for name, column in state["nodes"].items()})
