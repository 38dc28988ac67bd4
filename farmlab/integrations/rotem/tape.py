"""The answers of one reading, as they came, without the secrets: what goes into the payload archive."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from farmlab.secrets import SHORTEST_SCANNED, mask

if TYPE_CHECKING:
    from collections.abc import Iterable


class Tape:
    """JSON lines, one per answer: ``{"asked": …, "answer": …}``."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, str]] = []

    def keep(self, asked: str, answer: str) -> None:
        """Add an answer, which is JSON, under what was asked."""
        self._lines.append((asked, answer))

    def payload(self, secrets: Iterable[str]) -> bytes:
        """Everything that was kept, by what was asked, without these secrets."""
        lines = [f'{{"asked": {json.dumps(asked)}, "answer": {answer.strip()}}}' for asked, answer in self._lines]
        hidden = [secret for secret in secrets if len(secret) >= SHORTEST_SCANNED]
        return "".join(mask(f"{line}\n", hidden) for line in sorted(lines)).encode()
