"""The search for secrets in what a run wrote: nothing is published in which one is found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from farmlab.errors import SecretLeak
from farmlab.secrets import forms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

REMOVED: Final = "[secret removed]"
_SHORT: Final = 8
_TEXTS: Final = ("*.ipynb", "*.json", "*.csv", "*.svg", "*.txt", "*.html")


class Scanner:
    """Finds the given secrets in texts, as they are and as JSON, HTML, URLs and base64 write them.

    A short secret counts only as a word of its own, so that a password ``1234`` is not found in
    every number.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        written = {form for secret in secrets if secret for form in forms(secret)}
        longest_first = sorted(written, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(_searched, longest_first))) if written else None

    def found_in(self, text: str) -> bool:
        """Whether one of the secrets is in the text."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def refuse(self, text: str, *, where: str) -> None:
        """Raise when a secret is in the text.

        Raises
        ------
        SecretLeak
            It is; the sentence does not repeat it.
        """
        if self.found_in(text):
            raise SecretLeak(
                "a stored secret is in the output, which is not published",
                where=where,
                next_step="Take it out of what the notebook prints, change it at its source, then run again.",
            )

    def refuse_folder(self, folder: Path) -> None:
        """Raise when a secret is in a file of the folder; it is blacked out there first.

        Raises
        ------
        SecretLeak
            It is; the sentence names the first such file.
        """
        leaking = [path for path in _files(folder) if self.found_in(_read(path))]
        for path in leaking:
            path.write_text(self.redact(_read(path)), encoding="utf-8")
        if leaking:
            raise SecretLeak(
                f"a stored secret was in {leaking[0].name}; it is blacked out, and nothing is published",
                where=folder.name,
                next_step="Take it out of what the notebook prints, change it at its source, then run again.",
            )

    def redact(self, text: str) -> str:
        """The text without the secrets."""
        return self._pattern.sub(REMOVED, text) if self._pattern else text


def _searched(form: str) -> str:
    escaped = re.escape(form)
    return escaped if len(form) >= _SHORT else rf"(?<!\w){escaped}(?!\w)"


def _files(folder: Path) -> list[Path]:
    return sorted(path for pattern in _TEXTS for path in folder.rglob(pattern))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
