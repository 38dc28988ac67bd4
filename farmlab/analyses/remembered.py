"""What an analysis leaves for its next run on this machine: plain JSON, made anew when it is lost."""

from __future__ import annotations

import json
import os
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from farmlab import config
from farmlab.scope import SAMPLE

if TYPE_CHECKING:
    from farmlab.scope import Scope


def recall(lab: Scope, what: str, house: int, *, data: Path | None = None) -> dict[str, Any]:
    """What was left for a house; empty when there is nothing that can be read.

    ``data`` is the folder of data, where it is not that of the settings in force.
    """
    try:
        found = json.loads(_path(lab, what, house, data).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(lab: Scope, what: str, house: int, left: dict[str, Any]) -> None:
    """Leave it for the next run; the sample farms, which are always read whole, leave nothing."""
    if lab.farm.name in SAMPLE:
        return
    path = _path(lab, what, house)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(left, allow_nan=False), encoding="utf-8")
    draft.replace(path)


def _path(lab: Scope, what: str, house: int, data: Path | None = None) -> Path:
    farm = blake2b(lab.farm.name.encode(), digest_size=6).hexdigest()
    return (data or config.load().data) / "remembered" / f"{what}-{farm}-{house}.json"
