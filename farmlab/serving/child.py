"""``python -m farmlab.serving.child PARENT COMMAND…``: become the command, and end when the parent dies.

A parent that is killed outright cannot end its children; on Linux the kernel does it for us.
"""

from __future__ import annotations

import os
import signal
import sys

from farmlab.serving import kernel


def main(parent: int, command: list[str]) -> None:
    """Replace this process by ``command``; it is told to end as soon as ``parent`` is gone."""
    kernel.end_with_parent(signal.SIGTERM)
    if os.getppid() == parent:  # else the parent died before we asked
        os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
