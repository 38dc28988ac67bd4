import socket

import pytest

from farmlab.errors import ConfigError
from farmlab.serving import ports


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_its_setting(taken):
    with pytest.raises(ConfigError, match=rf"port {taken} of 127.0.0.1.*dashboard_port \(FARMLAB_DASHBOARD_PORT\)"):
        ports.choose("127.0.0.1", taken, setting="dashboard_port")


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1"):
        ports.choose("192.0.2.1", 4200, setting="prefect_port")


def test_zero_is_any_free_port():
    port = ports.choose("127.0.0.1", 0, setting="x")
    assert 1024 <= port <= 65535
    assert not ports.listening("127.0.0.1", port)


def test_listening(taken):
    assert ports.listening("127.0.0.1", taken)
