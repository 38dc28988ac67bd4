"""Raw answers of sources, kept for a while, to see what exactly a controller said."""

from __future__ import annotations

import gzip
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from farmlab.errors import UnknownName
from farmlab.ingest.rejects import file_name

if TYPE_CHECKING:
    from farmlab.config import Settings
    from farmlab.domain import SyncRun


def archive(settings: Settings, sync: SyncRun, payload: bytes) -> str:
    """The name under which the payload of a sync is kept, below the folder of payloads; "" for an empty one."""
    if not payload:
        return ""
    name = Path(file_name(sync.farm)) / f"{sync.started_at:%Y-%m-%d}" / f"{sync.started_at:%H%M%S}-{sync.id}.gz"
    path = settings.payloads / name
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _forget(path.parent.parent, f"{sync.started_at - timedelta(days=settings.keep_payloads_days):%Y-%m-%d}")
    path.write_bytes(gzip.compress(payload, compresslevel=6, mtime=0))
    return name.as_posix()


def find_payload(settings: Settings, sync: SyncRun) -> bytes:
    """The raw answer that a sync brought.

    Raises
    ------
    UnknownName
        None was kept, or it has been deleted since.
    """
    path = settings.payloads / sync.payload
    if not sync.payload or not path.is_file():
        raise UnknownName(
            f"sync {sync.id} has no payload",
            where=sync.farm,
            next_step=f"Answers are kept for {settings.keep_payloads_days} days; choose a newer sync.",
        )
    return gzip.decompress(path.read_bytes())


def _forget(folder: Path, oldest: str) -> None:
    for day in folder.iterdir():
        if day.name < oldest:
            shutil.rmtree(day, ignore_errors=True)
