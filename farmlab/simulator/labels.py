"""The truth about a simulated farm: its faults, in a file of their own that no analysis reads."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from farmlab.simulator.faults import Fault
from farmlab.simulator.history import write
from farmlab.simulator.timeline import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def label(fault: Fault) -> dict[str, Any]:
    """One fault as people and scores read it; times in ISO format, UTC."""
    return {
        "id": fault.id,
        "house": fault.house,
        "unit": fault.unit,
        "type": fault.type,
        "severity": fault.severity,
        "t_onset": moment_of(fault.onset).isoformat(),
        "t_detectable": moment_of(fault.detectable).isoformat(),
        "t_failure": moment_of(fault.failure).isoformat(),
        "t_repair": None if fault.repaired is None else moment_of(fault.repaired).isoformat(),
        "precursor": fault.precursor,
    }


def write_labels(file: Path, faults: Iterable[Fault], until: int) -> None:
    """The labels of all faults that had begun by this minute."""
    begun = [label(fault) for fault in faults if fault.onset <= until]
    write(file, json.dumps(begun, indent=1).encode())


def write_faults(file: Path, faults: Iterable[Fault]) -> None:
    """Injected faults, to be taken up by whoever holds the farm."""
    write(file, json.dumps([asdict(fault) for fault in faults], indent=1).encode())


def read_faults(file: Path) -> list[Fault]:
    """The faults that were injected so far."""
    return [Fault(**given) for given in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []
