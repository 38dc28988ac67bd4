"""How good a detector is, measured honestly: beside chance, on a split by time, with the false alarms it costs.

There is no point-adjusted score (a random one reaches .95 by it), no threshold chosen on test labels, and no recall
without the false episodes and the chance that belong to it.
"""

from farmlab.models.evaluation.bootstrap import Interval, interval
from farmlab.models.evaluation.events import Event, Outcome, outcome
from farmlab.models.evaluation.injection import KINDS, inject
from farmlab.models.evaluation.summary import Figures, figures
from farmlab.models.evaluation.trial import Trial, outcomes, quieter
from farmlab.models.evaluation.vus import period, random_floor, vus_pr

__all__ = [
    "KINDS",
    "Event",
    "Figures",
    "Interval",
    "Outcome",
    "Trial",
    "figures",
    "inject",
    "interval",
    "outcome",
    "outcomes",
    "period",
    "quieter",
    "random_floor",
    "vus_pr",
]
