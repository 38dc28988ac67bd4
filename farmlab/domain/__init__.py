"""The words of FarmLab as frozen, typed objects.

Records that the store keeps carry ``id``; 0 means "not stored yet". A farm is called by its name and a
house by its number (0 = the farm itself, or all houses), so that integrations and notebooks need no ids.
Times are in UTC, values in the SI unit of their metric (:mod:`farmlab.units`).
"""

from farmlab.domain.answers import Action, ActionStatus, Answer, Feedback
from farmlab.domain.events import Event, EventKind
from farmlab.domain.findings import Category, Finding, FindingStatus, Hypothesis, Severity
from farmlab.domain.models import ModelChange, ModelRecord, ModelStep
from farmlab.domain.places import Device, Equipment, Farm, Flock, House, HouseKind, Sensor
from farmlab.domain.readings import Quality, Reading
from farmlab.domain.runs import Run, RunStatus, SyncRun, SyncStatus
from farmlab.domain.verdict import Verdict, VerdictState

__all__ = [
    "Action",
    "ActionStatus",
    "Answer",
    "Category",
    "Device",
    "Equipment",
    "Event",
    "EventKind",
    "Farm",
    "Feedback",
    "Finding",
    "FindingStatus",
    "Flock",
    "House",
    "HouseKind",
    "Hypothesis",
    "ModelChange",
    "ModelRecord",
    "ModelStep",
    "Quality",
    "Reading",
    "Run",
    "RunStatus",
    "Sensor",
    "Severity",
    "SyncRun",
    "SyncStatus",
    "Verdict",
    "VerdictState",
]
