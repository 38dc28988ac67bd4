"""The way in: farms are added, polled and fed from files; what is rejected is kept with the reason.

``sync`` asks a farm's integration once; ``import_file`` takes a table in once; ``add_farm`` tests a
connection and creates what it finds. Each attempt leaves one row in the store's list of syncs.
"""

from __future__ import annotations

from farmlab.ingest.connect import connect, info, rotate_secrets
from farmlab.ingest.farms import Added, add_farm, edit_farm, known_breed
from farmlab.ingest.files import KNOWN_AS, Import, import_file
from farmlab.ingest.intake import take_in
from farmlab.ingest.payloads import find_payload
from farmlab.ingest.rounds import sync

__all__ = [
    "KNOWN_AS",
    "Added",
    "Import",
    "add_farm",
    "connect",
    "edit_farm",
    "find_payload",
    "import_file",
    "info",
    "known_breed",
    "rotate_secrets",
    "sync",
    "take_in",
]
