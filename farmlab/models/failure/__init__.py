"""How likely a machine fails in the next day, and in the day after it: the two apart, calibrated, with reasons."""

from farmlab.models.failure.contest import Contest, contest
from farmlab.models.failure.health import Health, health
from farmlab.models.failure.learning import HORIZONS
from farmlab.models.failure.measured import Figures, figures
from farmlab.models.failure.risk import FailureRisk
from farmlab.models.failure.taught import TAUGHT, taught

__all__ = [
    "HORIZONS",
    "TAUGHT",
    "Contest",
    "FailureRisk",
    "Figures",
    "Health",
    "contest",
    "figures",
    "health",
    "taught",
]
