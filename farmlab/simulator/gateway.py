"""A RotemNet gateway on loopback that serves a simulated farm by the wire protocol, its traps included.

The protocol is private; what is publicly known of it comes from one farm's traffic and three clients.
Where nobody has published an answer, the gateway assumes:

1. A login answers ``{FarmUser, FarmConnectionInfo{ConnectionToken, GatewayName}, WebServerUrl}``; a refused
   one is HTTP 200 with false flags, code 1 and "Invalid username or password.".
2. A session lives 20 minutes from the last call and ends with HTTP 200, false flags and no payload; a
   second login leaves the first alone.
3. A missing or wrong connection token, bearer or cookie is the same as no session; a missing context id is "".
4. A byte order mark stands before every JSON, which is compressed for clients that accept it.
5. A row of ``HousesAlarms`` is ``{HouseNumber, RoomNumber, AlarmID, Alarm_Message, Alarm_Time, IsActive}``.
6. Columns of the tables 36–38, 42, 45, 6, 23 and 25 are those of the firmware of 2014.
7. Pages do not exist: tables come whole, with ``PagingInfo`` null.
8. The addresses of both generations are served together.
9. A disconnected house answers a table with an error, with nothing, or with result 10: a trap says which.
10. A silo that is there has something else than 0 beside its value, so that an empty one can be told.
11. The controller's midnight starts a new growth day; the last row of a history is the running day.

>>> from farmlab.simulator.gateway_traps import Traps
>>> Traps(units="us").units
'us'
"""

from __future__ import annotations

import errno
import threading
from typing import TYPE_CHECKING, Final

from farmlab import clock
from farmlab.errors import ConfigError
from farmlab.simulator.gateway_globals import GATEWAY_CODE
from farmlab.simulator.gateway_http import LOOPBACK, Server
from farmlab.simulator.gateway_service import Service
from farmlab.simulator.gateway_sessions import Sessions
from farmlab.simulator.gateway_traps import Traps

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from datetime import datetime
    from typing import Self

    from farmlab.simulator.gateway_farm import ServedFarm

__all__ = ["GATEWAY_CODE", "Gateway", "Traps"]

_POLL_S: Final = 0.05


class Gateway:
    """The service of one farm, in a thread of this process.

    Parameters
    ----------
    farm
        What is served.
    port
        0 takes any free one.
    now
        What time it is for the farm; the present, unless a test says otherwise.
    """

    def __init__(
        self,
        farm: ServedFarm,
        *,
        port: int = 0,
        username: str,
        password: str,
        traps: Traps | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._port = port
        self._service = Service(farm, Sessions(username, password), now, traps or Traps())
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address to give to a client."""
        return f"http://{LOOPBACK}:{self._server.server_port if self._server else self._port}"

    @property
    def calls(self) -> Counter[str]:
        """How often each operation was called."""
        return self._service.calls

    @property
    def traps(self) -> Traps:
        """The manners of the gateway; set them to change them while it runs."""
        return self._service.traps

    @traps.setter
    def traps(self, traps: Traps) -> None:
        self._service.traps = traps

    def end_sessions(self) -> None:
        """Log everybody out."""
        with self._service.lock:
            self._service.sessions.end_all()

    def start(self) -> Self:
        """Listen; a port that is taken is a :class:`~farmlab.errors.ConfigError`."""
        try:
            self._server = Server(self._port, self._service)
        except OSError as error:
            taken = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be opened ({error.strerror})"
            raise ConfigError(f"port {self._port} {taken}", where=LOOPBACK, next_step="Choose another port.") from None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_S,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening and end all connections; stopping twice does no harm."""
        if self._server is None or self._thread is None:
            return
        self._port = self._server.server_port
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
