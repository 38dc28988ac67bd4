"""Every estimator by name: the built-in ones, and those of plug-ins (entry points ``farmlab.models``)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from farmlab import plugins
from farmlab.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.models.base import Estimator

GROUP: Final = "farmlab.models"


@dataclass(frozen=True, slots=True)
class Entry:
    """One estimator: its name, its task, and where it lives (``module:class``, imported when used)."""

    name: str
    task: str
    target: str

    def load(self) -> type[Estimator]:
        """The class."""
        module, _, attribute = self.target.partition(":")
        found: type[Estimator] = getattr(import_module(module), attribute)
        return found


_BUILT_IN: Final = (
    Entry("layered", "anomaly", "farmlab.models.layered:Layered"),
    Entry("neighbours", "anomaly", "farmlab.models.neighbours:Neighbours"),
    Entry("shape", "anomaly", "farmlab.models.shape:Shape"),
    Entry("level", "anomaly", "farmlab.models.level:Level"),
    Entry("sensor_rules", "anomaly", "farmlab.models.sensor_rules:SensorRules"),
    Entry("z_score", "anomaly", "farmlab.models.classic.z_score:ZScore"),
    Entry("iqr", "anomaly", "farmlab.models.classic.iqr:Iqr"),
    Entry("moving_average", "anomaly", "farmlab.models.classic.moving_average:MovingAverage"),
    Entry("seasonal", "anomaly", "farmlab.models.classic.seasonal:Seasonal"),
    Entry("isolation_forest", "anomaly", "farmlab.models.classic.isolation_forest:IsolationForest"),
    Entry("lof", "anomaly", "farmlab.models.classic.lof:Lof"),
    Entry("one_class_svm", "anomaly", "farmlab.models.classic.one_class_svm:OneClassSvm"),
    Entry("subsequence_pca", "anomaly", "farmlab.models.classic.subsequence_pca:SubsequencePca"),
    Entry("failure_risk", "failure", "farmlab.models.failure.risk:FailureRisk"),
)


DEFAULT: Final = {"anomaly": "layered", "failure": "failure_risk"}
"""Task → the estimator that is used where nobody chose one."""


def entries(*, task: str = "") -> tuple[Entry, ...]:
    """All estimators, or those of a task, the built-in ones first.

    >>> [entry.name for entry in entries(task="anomaly")][:2]
    ['layered', 'neighbours']
    """
    known = _BUILT_IN + tuple(_extensions())
    return tuple(entry for entry in known if task in ("", entry.task))


def find(name: str) -> type[Estimator]:
    """The class of this name.

    >>> find("layered").__name__
    'Layered'

    Raises
    ------
    UnknownName
        There is none; the nearest name is given.
    """
    known = {entry.name: entry for entry in entries()}
    if name not in known:
        raise UnknownName.among("model", name, known)
    return known[name].load()


def default(task: str) -> type[Estimator]:
    """The class that is used for a task where nobody chose one.

    >>> default("anomaly").task
    'anomaly'

    Raises
    ------
    UnknownName
        There is no such task.
    """
    if task not in DEFAULT:
        raise UnknownName.among("task", task, DEFAULT)
    return find(DEFAULT[task])


def restore(state: Mapping[str, Any]) -> Estimator:
    """The fitted estimator of a stored state (see :meth:`farmlab.models.base.Estimator.to_state`)."""
    return find(str(state.get("model"))).from_state(state)


def _extensions() -> list[Entry]:
    loaded = [plugin.target for plugin in plugins.discover(GROUP) if not plugin.error]
    return [Entry(model.name, model.task, f"{model.__module__}:{model.__qualname__}") for model in loaded]
