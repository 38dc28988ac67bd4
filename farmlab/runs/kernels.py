"""Kernels of the very Python that runs FarmLab; the next one starts and imports while a notebook runs."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.manager import AsyncKernelManager

    from farmlab.config import Settings

_INLINE: Final = "module://matplotlib_inline.backend_inline"
_ARGUMENTS: Final = (
    "--InlineBackend.figure_formats=svg",
    "--IPKernelApp.log_level=CRITICAL",
    "--HistoryManager.hist_file=:memory:",
)
"""Figures as vectors; a kernel that is told to end does not complain of it on the terminal; nothing is remembered."""
_USUAL: Final = ("farmlab.figures", "farmlab.results", "farmlab.scope", "farmlab.analyses.blocks", "matplotlib.figure")
"""What nearly every analysis imports: a kernel that waits for its notebook has it already."""
_WARM: Final = f"--IPKernelApp.exec_lines=list(map(__import__, {_USUAL!r}));"
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Small matrices gain nothing by more, and several kernels at once lose much; who sets them keeps them."""


class Kernels:
    """The kernels of so many notebooks in a row, all of one home, each used once; for one thread."""

    def __init__(self, settings: Settings, count: int = 1) -> None:
        self.settings, self._left = settings, count
        self._waiting: AsyncKernelManager | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._waiting is not None:
            _end(self._waiting)

    @contextmanager
    def one(self) -> Iterator[AsyncKernelManager]:
        """A kernel that has been started, ended with the block; if more will follow, the next one starts meanwhile."""
        kernel = self._waiting or self._start()
        self._left -= 1
        self._waiting = self._start(_WARM) if self._left > 0 else None
        try:
            yield kernel
        finally:
            _end(kernel)

    def _start(self, *arguments: str) -> AsyncKernelManager:
        from jupyter_core.utils import run_sync

        kernel = self._kind(kernel_name="python3")
        run_sync(kernel.start_kernel)(extra_arguments=[*_ARGUMENTS, *arguments], env=self._environment)
        return kernel

    @property
    def _environment(self) -> dict[str, str]:
        home = {"FARMLAB_HOME": str(self.settings.home), "FARMLAB_DATABASE_URL": self.settings.url}
        return {**_ONE_THREAD, **os.environ, **home, "MPLBACKEND": _INLINE}

    @cached_property
    def _kind(self) -> type[AsyncKernelManager]:
        """A kernel manager that knows this interpreter only, whatever kernels are installed on the machine."""
        import zmq
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_client.manager import AsyncKernelManager

        class OwnKernel(AsyncKernelManager):
            def __init__(self, **options: Any) -> None:
                policy = "auto" if zmq.has("curve") else "disabled"
                specs = KernelSpecManager(kernel_dirs=[])
                super().__init__(**options, kernel_spec_manager=specs, transport_encryption=policy)
                self.clients: list[Any] = []

            def client(self, **options: Any) -> Any:
                self.clients.append(super().client(**options))
                return self.clients[-1]

        return OwnKernel


def _end(kernel: Any) -> None:
    from jupyter_core.utils import run_sync

    for client in kernel.clients:
        client.stop_channels()
    if run_sync(kernel.is_alive)():
        run_sync(kernel.shutdown_kernel)(now=not kernel.clients)
    else:
        run_sync(kernel.cleanup_resources)()
