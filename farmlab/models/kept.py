"""What stands beside a model that is kept: with what and from what it was made, and whether it is what was written.

States are plain JSON, so that reading one never executes what it says.
"""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from farmlab.errors import VersionMismatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from farmlab.domain import ModelRecord

SEAL: Final = "seal"
"""Where the state of a record holds its digest, and the fingerprint of the data."""


def libraries(*names: str) -> dict[str, str]:
    """The versions of FarmLab and of these libraries, as they are installed."""
    return {name: _installed(name) for name in ("farmlab", *names)}


def fingerprint(table: pd.DataFrame) -> str:
    """A text that changes when a time, a column or a value of the table does."""
    digest = blake2b(digest_size=8)
    digest.update(repr([*map(str, table.columns), len(table)]).encode())
    for column in (table.index.to_series(), *(table[name] for name in table)):
        digest.update(column.to_numpy().tobytes())
    return digest.hexdigest()


def sealed(record: ModelRecord, *, data: str) -> ModelRecord:
    """The record with the digest of its state, and the fingerprint of what it was made from."""
    return replace(record, state={**record.state, SEAL: {"digest": _digest(record.state), "data": data}})


def opened(record: ModelRecord) -> dict[str, Any]:
    """The state of a record, to be used.

    Raises
    ------
    VersionMismatch
        It was made with other libraries, or changed since: it is made anew, not guessed at.
    """
    wrong = problem(record)
    if wrong:
        where = f"model {record.id} ({record.task}, {record.farm}, {record.scope})"
        raise VersionMismatch(wrong, where=where, next_step="Run: farmlab models train.")
    return {name: part for name, part in record.state.items() if name != SEAL}


FIGURES: Final = {
    "false_per_day": "false episodes a day, expected:",
    "judged": "sensors judged:",
    "in_grace": "in grace:",
    "risk_0_24h/pr_auc": "PR-AUC 24 h:",
    "risk_24_48h/pr_auc": "PR-AUC 24–48 h:",
    "risk_24_48h/prevalence": "guessing:",
}
"""Figure of a record → what people call it."""


def figures_in_words(record: ModelRecord) -> str:
    """The figures of a record that people should know; "" without any."""
    return ", ".join(f"{said} {record.metrics[name]:.3g}" for name, said in FIGURES.items() if name in record.metrics)


def problem(record: ModelRecord) -> str:
    """Why a record cannot be used; "" for one that can.

    >>> from datetime import UTC, datetime
    >>> from farmlab.domain import ModelRecord
    >>> moment = datetime(2026, 7, 1, tzinfo=UTC)
    >>> made = ModelRecord(name="m", version=1, task="t", farm="f", scope="s", fitted_at=moment,
    ...                    libraries=libraries("numpy"), state={"mean": 1.5})
    >>> problem(made), problem(sealed(made, data=""))
    ('its state was changed since it was made', '')
    """
    others = [f"{name} {made}" for name, made in sorted(record.libraries.items()) if made != _installed(name)]
    if others or not record.libraries:
        return f"it was made with {' and '.join(others) or 'unknown libraries'}, which is not what is installed"
    seal = record.state.get(SEAL)
    content = {name: part for name, part in record.state.items() if name != SEAL}
    if not isinstance(seal, dict) or seal.get("digest") != _digest(content):
        return "its state was changed since it was made"
    return ""


def data(record: ModelRecord) -> str:
    """The fingerprint of what a record was made from; "" where that is not known."""
    seal = record.state.get(SEAL)
    return str(seal.get("data", "")) if isinstance(seal, dict) else ""


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _digest(state: Mapping[str, Any]) -> str:
    """Of the state as it comes back from JSON: keys are texts, what is no number is null."""
    plain = json.loads(json.dumps(state), parse_constant=lambda _: None)
    return blake2b(json.dumps(plain, sort_keys=True).encode(), digest_size=12).hexdigest()
