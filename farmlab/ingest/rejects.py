"""What could not be taken in, kept in a file with the reason; formulas in it are made harmless."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from farmlab.text import inert, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from farmlab.config import Settings


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken in: its line in the file (0 = it has none), the reason, and the row."""

    line: int
    reason: str
    row: str


def file_name(text: str) -> str:
    """A name from outside as part of a file name.

    >>> file_name("../<b>Hill side</b>.csv")
    'b-Hill-side-b-.csv'
    """
    return re.sub(r"[^\w.]+", "-", one_line(text, limit=60)).strip("-.") or "unnamed"


def quarantine(settings: Settings, rejects: Sequence[Reject], *, name: str, at: datetime) -> Path | None:
    """The file with the rejected rows; None when there are none. The same rows again make no new file."""
    if not rejects:
        return None
    digest = blake2b(
        "\n".join(f"{r.line}|{r.reason}|{r.row}" for r in rejects).encode("utf-8", "replace"), digest_size=4
    )
    safe = file_name(name)
    known = next(settings.quarantine.glob(f"*-{safe}-{digest.hexdigest()}.csv"), None)
    if known is not None:
        return known
    path = settings.quarantine / f"{at:%Y%m%dT%H%M%SZ}-{safe}-{digest.hexdigest()}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "row"])
        writer.writerows([r.line or "", inert(one_line(r.reason)), inert(r.row)] for r in rejects)
    return path


def summary(rejects: Sequence[Reject], kept: Path | None) -> str:
    """How many rows were rejected, the commonest reason, and where they are; "" for none."""
    if not rejects:
        return ""
    reasons = [reject.reason for reject in rejects]
    first = max(dict.fromkeys(reasons), key=reasons.count)
    others = "" if len(set(reasons)) == 1 else ", among others"
    return f"Rejected: {len(rejects)} ({one_line(first)}{others}); they are in {kept}."
