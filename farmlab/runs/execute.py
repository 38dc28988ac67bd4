"""One notebook, once, by papermill, in a kernel of the very Python that runs FarmLab."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Any, Final

from farmlab import text
from farmlab.errors import KernelFailed, NotebookFailed, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from jupyter_client.manager import KernelManager

    from farmlab.config import Settings

_STARTUP_S: Final = 60
_ATTEMPTS: Final = 2
_INLINE: Final = "module://matplotlib_inline.backend_inline"
_ARGUMENTS: Final = ("--InlineBackend.figure_formats=svg", "--IPKernelApp.log_level=CRITICAL")
"""Figures as vectors; and a kernel that is told to end does not complain of it on the terminal."""
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Small matrices gain nothing by more, and several kernels at once lose much; who sets them keeps them."""
_ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")


def execute(source: Path, target: Path, parameters: Mapping[str, Any], *, settings: Settings, timeout_s: int) -> None:
    """Execute a notebook into ``target``, which is kept whatever happens; it sees the home of these settings.

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
            _execute(source, target, parameters, settings=settings, timeout_s=timeout_s)
        except KernelFailed:
            if attempt == _ATTEMPTS:
                raise
        else:
            return


def _execute(source: Path, target: Path, parameters: Mapping[str, Any], *, settings: Settings, timeout_s: int) -> None:
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    ends = time.monotonic() + timeout_s
    try:
        papermill.execute_notebook(
            str(source),
            str(target),
            parameters=dict(parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
            start_timeout=_STARTUP_S,
            timeout_func=lambda _: max(1, int(ends - time.monotonic())),  # for the whole notebook, not for each cell
            kernel_manager_class=_manager(settings),
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


def _manager(settings: Settings) -> Callable[..., KernelManager]:
    """A kernel manager that knows this interpreter only, whatever kernels are installed on the machine."""
    import zmq
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    own = {"FARMLAB_HOME": str(settings.home), "FARMLAB_DATABASE_URL": settings.url, "MPLBACKEND": _INLINE}
    environment = {**_ONE_THREAD, **os.environ, **own}

    class OwnKernel(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            policy = "auto" if zmq.has("curve") else "disabled"
            specs = KernelSpecManager(kernel_dirs=[])
            super().__init__(**options, kernel_spec_manager=specs, transport_encryption=policy)

        async def _async_pre_start_kernel(self, **options: Any) -> Any:
            options["extra_arguments"] = [*options.get("extra_arguments", []), *_ARGUMENTS]
            return await super()._async_pre_start_kernel(**{**options, "env": environment})

    return OwnKernel
