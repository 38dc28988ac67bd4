"""Ports on which the servers listen."""

from __future__ import annotations

import socket

from farmlab.errors import ConfigError


def choose(host: str, port: int, *, setting: str) -> int:
    """The port to listen on: this one, or any free one for 0.

    Raises
    ------
    ConfigError
        Somebody listens there already, or the address is not of this machine; the sentence names
        the port and the setting.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            option = setting.startswith("--")
            raise ConfigError(
                f"port {port} of {host} cannot be used: {getattr(error, 'strerror', None) or error}",
                next_step=f"Set {setting if option else f'{setting} (FARMLAB_{setting.upper()})'} to another port,"
                " or to 0 for any free one.",
            ) from None
        return int(probe.getsockname()[1])


def url(host: str, port: int) -> str:
    """The address that people open.

    >>> url("127.0.0.1", 8866), url("::1", 8866)
    ('http://127.0.0.1:8866', 'http://[::1]:8866')
    """
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listening(host: str, port: int, *, timeout_s: float = 0.3) -> bool:
    """Whether somebody answers at this address."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s):
            return True
    except OSError:
        return False
