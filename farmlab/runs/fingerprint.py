"""Whether anything changed since the last run: a hash over everything that its outcome depends on."""

from __future__ import annotations

import json
from functools import cache
from hashlib import blake2b
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import farmlab
from farmlab import clock
from farmlab.config import workspace
from farmlab.results import as_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from farmlab.domain import Run
    from farmlab.notebooks import Notebook

_TIME_BOUND: Final = frozenset({"until", "run_dir"})
_LOCK: Final = "requirements.lock"


def fingerprint(
    notebook: Notebook,
    parameters: Mapping[str, Any],
    *,
    watermark: datetime | None,
    records: str,
    prices: Mapping[str, Any],
) -> str:
    """A hash that stays the same while notebook, package, libraries, parameters, data, records and prices do.

    ``watermark`` is the newest ``learned_at`` in scope, ``records`` the version of flocks, houses, models
    and feedback. The end of the window is left out: see :func:`unchanged`.
    """
    lasting = {name: value for name, value in parameters.items() if name not in _TIME_BOUND}
    parts = (_cells(notebook.path), code_version(), libraries(), lasting, watermark, records, prices)
    return _hash([json.dumps(as_plain(part), sort_keys=True) for part in parts])


def unchanged(now: Run, before: Run | None) -> bool:
    """Whether a run would say the same as the one before.

    The same fingerprint is not enough: of two windows the later may see data that the earlier, ending
    before them, did not. Only when all was known by the end of the earlier window are they alike.
    """
    if before is None or not before.fingerprint or now.fingerprint != before.fingerprint:
        return False
    then, end = _until(before), _until(now)
    return end == then or (end > then and (now.watermark is None or now.watermark <= then))


@cache
def code_version() -> str:
    """The version of the package and a hash of its source: 0.1.0+3fa2c1b09d."""
    folder = Path(farmlab.__file__).parent
    sources = sorted(folder.rglob("*.py"))
    texts = [f"{path.relative_to(folder)}\n{path.read_text(encoding='utf-8')}" for path in sources]
    return f"{farmlab.__version__}+{_hash(texts)[:10]}"


@cache
def libraries() -> str:
    """A hash of the lock file; where there is none, of the versions that are installed."""
    lock = workspace() / _LOCK
    if lock.is_file():
        return _hash([lock.read_text(encoding="utf-8")])
    return _hash(sorted({f"{package.name}=={package.version}" for package in distributions()}))


def _cells(path: Path) -> list[Any]:
    """The cells without their outputs, which change whenever somebody opens the notebook and runs it."""
    return [(cell["cell_type"], cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def _until(run: Run) -> datetime:
    return clock.parse_time(run.parameters["until"]) if run.parameters.get("until") else run.slot


def _hash(texts: Iterable[str]) -> str:
    digest = blake2b(digest_size=16)
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()
