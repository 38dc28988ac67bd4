"""The gateway's HTTP: addresses of both generations, byte order mark, compression, and pages that are no JSON."""

from __future__ import annotations

import gzip
import json
import re
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from farmlab.simulator.gateway_service import Call, Service

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK: Final = "127.0.0.1"
_ADDRESSES: Final = (
    ("legacy", re.compile(r"^/(?:Latest|Host\w+)/Services/AllServices\.svc/(\w+)$")),
    ("api", re.compile(r"^/api/(\w+)$")),
)
_PAGE: Final = b"<HTML><HEAD><TITLE>503 Service Temporarily Unavailable</TITLE></HEAD><BODY></BODY></HTML>"
_BOM: Final = b"\xef\xbb\xbf"
_IDLE_S: Final = 30


class Server(ThreadingHTTPServer):
    """A server that can be stopped while clients still hold their connections."""

    daemon_threads = True

    def __init__(self, port: int, service: Service) -> None:
        self.service = service
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__((LOOPBACK, port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection that was served."""
        with self._guard:
            self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that are still open; their threads close them."""
        with self._guard:
            for connection in self._connections:
                _shut(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong, unless the client merely went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # closed already
        return


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    disable_nagle_algorithm = True
    server: Server

    def do_POST(self) -> None:
        """Answer a call."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = self._call(body)
        if call is None:
            return self._send(404, b"<HTML><TITLE>404</TITLE></HTML>", {"Content-Type": "text/html"})
        return self._serve(call)

    def do_GET(self) -> None:
        """There is nothing to get."""
        self._send(405, b"", {"Allow": "POST"})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server gave it
        """Nothing: requests carry tokens."""

    def _call(self, body: bytes) -> Call | None:
        for generation, address in _ADDRESSES:
            found = address.match(self.path)
            if found and generation in self.server.service.traps.generations:
                headers = {name.lower(): value for name, value in self.headers.items()}
                return Call(found[1], generation, headers.get("host", ""), headers, _json(body))
        return None

    def _serve(self, call: Call) -> None:
        traps, calls = self.server.service.traps, self.server.service.calls
        calls.update(call.names)
        time.sleep(max((traps.slow_s.get(name, 0.0) for name in call.names), default=0.0))
        if any(calls[name] <= traps.unavailable.get(name, 0) for name in call.names):
            return self._send(503, _PAGE, {"Content-Type": "text/html"})
        target = next((traps.redirect[name] for name in call.names if name in traps.redirect), "")
        if target:
            return self._send(307, b"", {"Location": target})
        if not traps.web_page.isdisjoint(call.names):
            return self._send(200, _PAGE, {"Content-Type": "text/html"})
        return self._reply(call)

    def _reply(self, call: Call) -> None:
        traps = self.server.service.traps
        reply = self.server.service.answer(call)
        text = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":")).encode()
        if not traps.truncated.isdisjoint(call.names):
            text = text[: len(text) // 2]
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if reply.cookie:
            headers["Set-Cookie"] = f"ASP.NET_SessionId={reply.cookie}; path=/; HttpOnly"
        self._send(200, _BOM + text if traps.bom else text, headers)

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        packed = self.server.service.traps.compressed and "gzip" in self.headers.get("Accept-Encoding", "")
        content = gzip.compress(content, compresslevel=1) if packed and content else content
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if packed and content:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _json(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}
