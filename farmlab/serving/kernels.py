"""The kernels behind the dashboards: few, and none that nobody looks at.

Voila is told to use this class (:mod:`farmlab.serving.services`); it is not imported elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Integer


class DashboardKernels(AsyncMappingKernelManager):
    """At most ``most`` kernels; one that no page is connected to is culled after its idle time.

    A dashboard renews itself all the time, so that its messages say nothing about whether somebody
    looks at it: idle is a kernel without a connection, from the moment of the last one.
    """

    most = Integer(8, config=True, help="number of dashboards that can be open at once")

    def track_message_type(self, message_type: str | None) -> bool:
        """No message counts as activity; only connections do."""
        del message_type
        return False

    def notify_disconnect(self, kernel_id: str) -> None:
        """The idle time begins when a page is closed."""
        super().notify_disconnect(kernel_id)  # type: ignore[no-untyped-call]
        if kernel_id in self:
            self.get_kernel(kernel_id).last_activity = datetime.now(UTC)  # type: ignore[attr-defined]

    async def start_kernel(self, **arguments: Any) -> str:  # type: ignore[override]
        """Start one more; when there are enough, the longest idle one makes room, else the page says so."""
        if len(self) >= self.most and not await self._make_room():
            raise HTTPError(503, f"{self.most} dashboards are open already: close one and load this page again")
        return str(await super().start_kernel(**arguments))

    async def _make_room(self) -> bool:
        models: list[dict[str, Any]] = self.list_kernels()  # type: ignore[no-untyped-call]
        unseen = [model for model in models if not model["connections"]]
        if not unseen:
            return False
        longest = min(unseen, key=lambda model: str(model["last_activity"]))
        await self.shutdown_kernel(longest["id"])  # type: ignore[no-untyped-call]
        return True
