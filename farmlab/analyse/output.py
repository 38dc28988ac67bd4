"""Where an analysis of a table leaves its files: checked before the work, and never over the work of others."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from farmlab.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

GENERATOR: Final = '<meta name="generator" content="farmlab analyse">'
"""By this line a report is known as one of ours."""


def prepare(folder: Path, sources: Iterable[Path], *, ours: Mapping[str, str]) -> None:
    """Make the folder, and refuse what could not be written or would overwrite the work of others.

    Parameters
    ----------
    folder, sources
        Where the files go, and the files that are read.
    ours
        Name of a file that will be written → how its first line begins, or :data:`GENERATOR`, by which an old one is
        known.

    Raises
    ------
    ConfigError
        The sentence says which file and why.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".farmlab.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"nothing can be written there: {error.strerror}", where=str(folder), next_step="Choose another --out."
        ) from None
    read = [source for source in sources if source.exists()]
    for name, mark in ours.items():
        path = folder / name
        if path.exists() and (any(path.samefile(source) for source in read) or not _is_ours(path, mark)):
            raise ConfigError(
                f"there is already a {name} that is not of this command",
                where=str(folder),
                next_step="Choose another --out.",
            )


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A file that takes the place of the old one when it is complete."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as sink:
            yield sink
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _is_ours(path: Path, mark: str) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return mark in file.read(2_000) if mark == GENERATOR else file.readline().startswith(mark)
    except OSError:
        return False
