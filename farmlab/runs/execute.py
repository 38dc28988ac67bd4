"""One notebook, once, by papermill."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final

from farmlab import text
from farmlab.errors import KernelFailed, NotebookFailed, RunError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from farmlab.runs.kernels import Kernels

_STARTUP_S: Final = 60
_ATTEMPTS: Final = 2
_ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")


def execute(source: Path, target: Path, parameters: Mapping[str, Any], *, kernels: Kernels, timeout_s: int) -> None:
    """Execute a notebook into ``target``, which is kept whatever happens; it sees the home of its kernel.

    Only a kernel that did not start is tried a second time.

    Raises
    ------
    KernelFailed
        The kernel did not start, twice.
    NotebookFailed
        A cell raised, the kernel died, or the time was up.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _execute(source, target, parameters, kernels=kernels, timeout_s=timeout_s)
        except KernelFailed:
            if attempt == _ATTEMPTS:
                raise
        else:
            return


def _execute(source: Path, target: Path, parameters: Mapping[str, Any], *, kernels: Kernels, timeout_s: int) -> None:
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    ends = time.monotonic() + timeout_s
    try:
        with kernels.one() as kernel:
            papermill.execute_notebook(
                str(source),
                str(target),
                parameters=dict(parameters),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                log_output=False,
                start_timeout=_STARTUP_S,
                timeout_func=lambda _: max(1, int(ends - time.monotonic())),  # of the whole notebook, not of a cell
                km=kernel,
            )
    except papermill.PapermillExecutionError as error:
        raise _raised(error.ename, error.evalue, source.stem) from None
    except CellTimeoutError:
        raise NotebookFailed(
            f"it took longer than {timeout_s} s",
            where=source.stem,
            next_step="Ask for fewer hours or one house, or raise timeout_s in the notebook's metadata.",
        ) from None
    except DeadKernelError:
        raise NotebookFailed(
            "its kernel died", where=source.stem, next_step="It may lack memory: ask for fewer hours or one house."
        ) from None
    except RuntimeError as error:
        raise KernelFailed(
            f"the kernel did not start: {text.one_line(str(error))}",
            where=source.stem,
            next_step="Try again; `farmlab doctor` tells what is missing.",
        ) from None


def _raised(kind: str, message: str, name: str) -> RunError:
    """What a cell raised, as a sentence; errors of FarmLab carry their own next step."""
    said = text.one_line(_ANSI.sub("", message), limit=400)
    return NotebookFailed(f"{kind}: {said}", where=name, next_step="Look at the cell on its page, then run it again.")
