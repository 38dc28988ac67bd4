"""What ``farmlab up`` starts: the command, environment and address of each process."""

from __future__ import annotations

import json
import os
import secrets
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from farmlab.config import workspace
from farmlab.errors import ConfigError
from farmlab.serving import ports
from farmlab.serving.supervise import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from farmlab.config import Settings

KERNELS: Final = 8
IDLE_S: Final = 600
TEMPLATES: Final = Path(__file__).resolve().parent.parent / "dashboard" / "share"
"""Jupyter data folder with the Voila template of the dashboards, which asks no other host for anything."""

POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; frame-ancestors 'self'"
)
"""What a browser may load for a dashboard: from its own server only."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The services of one start, and what is printed when all of them answer: (name, address with token)."""

    services: tuple[Service, ...]
    addresses: tuple[tuple[str, str], ...]


def plan(settings: Settings, *, gateways: Iterable[str] = (), with_forms: bool = False) -> Plan:
    """Everything that ``up`` runs; ``gateways`` are the addresses of simulated farms that are to be served.

    Pages that write are served only ``with_forms``, by a server of their own with a token of its own.

    Raises
    ------
    ConfigError
        A port is taken.
    """
    password, token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    server = ports.choose(settings.host, settings.prefect_port, setting="prefect_port")
    page = ports.choose(settings.host, settings.dashboard_port, setting="dashboard_port")
    env = prefect_env(settings, server, password)
    writing = [_forms_with_token(settings)] if with_forms else []
    services = (
        *(gateway(settings, address) for address in gateways),
        prefect(settings, server, env),
        schedules(env),
        dashboards(settings, page, token),
        *(service for service, _ in writing),
    )
    addresses = (
        ("Dashboards", f"{ports.url(settings.host, page)}/voila/render/overview.ipynb?token={token}"),
        *(("Forms", address) for _, address in writing),
        ("Schedules", f"{ports.url(settings.host, server)}  (sign in with farmlab:{password})"),
        ("Reports", str(settings.site / "index.html")),
    )
    return Plan(services, addresses)


def prefect_env(settings: Settings, port: int, password: str) -> dict[str, str]:
    """The environment of Prefect's server and clients: its own database, no telemetry, a password, pruned history."""
    return {
        "PREFECT_HOME": str(settings.data / "prefect"),
        "PREFECT_API_URL": f"{ports.url(settings.host, port)}/api",
        "PREFECT_SERVER_API_AUTH_STRING": f"farmlab:{password}",
        "PREFECT_API_AUTH_STRING": f"farmlab:{password}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        # few runs ahead: after an outage Prefect executes every one that it missed
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "20",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "2",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT2M",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "P3D",
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P1D",
        "FARMLAB_HOME": str(settings.home),
    }


def prefect(settings: Settings, port: int, env: dict[str, str]) -> Service:
    """Prefect's server with its UI."""
    address = ports.url(settings.host, port)
    return Service(
        "prefect",
        (sys.executable, "-m", "prefect", "server", "start", "--host", settings.host, "--port", str(port)),
        env=env,
        ready=answers(f"{address}/api/health"),
        address=address,
    )


def schedules(env: dict[str, str]) -> Service:
    """The process that executes flows when they are due."""
    path = os.pathsep.join(filter(None, (str(workspace()), os.environ.get("PYTHONPATH", ""))))
    return Service("schedules", (sys.executable, "-m", "flows"), env={**env, "PYTHONPATH": path})


def dashboards(settings: Settings, port: int, token: str) -> Service:
    """Voila, for the dashboards only.

    Raises
    ------
    ConfigError
        There are no dashboards beside this FarmLab.
    """
    return _voila(settings, "dashboards", port, token, folder=settings.data / "voila")


def forms(settings: Settings, port: int, token: str) -> Service:
    """A second Voila, for the pages that write.

    Raises
    ------
    ConfigError
        There are no forms beside this FarmLab.
    """
    return _voila(settings, "forms", port, token, folder=settings.data / "voila_forms")


def _forms_with_token(settings: Settings) -> tuple[Service, str]:
    token = secrets.token_urlsafe(24)
    port = ports.choose(settings.host, settings.forms_port, setting="forms_port")
    return forms(settings, port, token), f"{ports.url(settings.host, port)}/voila/render/findings.ipynb?token={token}"


def _voila(settings: Settings, name: str, port: int, token: str, *, folder: Path) -> Service:
    """Voila on one folder of notebooks; ``folder`` is for its configuration, which the owner alone can read."""
    notebooks = settings.notebook_folder / name
    if not notebooks.is_dir():
        raise ConfigError(
            f"there are no {name}", where=str(notebooks), next_step="Run it in a clone, or set FARMLAB_NOTEBOOKS."
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_private(folder / "voila.json", voila_config(settings, port, token))
    address = ports.url(settings.host, port)
    return Service(
        name,
        (sys.executable, "-m", "voila", str(notebooks), "--no-browser"),
        env={
            "FARMLAB_HOME": str(settings.home),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_NO_CONFIG": "1",
            "JUPYTER_PATH": str(TEMPLATES),
            "JUPYTER_PREFER_ENV_PATH": "1",
        },
        cwd=folder,
        ready=answers(f"{address}/voila/static/none"),
        address=address,
    )


def voila_config(settings: Settings, port: int, token: str) -> dict[str, Any]:
    """The settings of Voila, as its configuration file holds them."""
    return {
        "Voila": {
            "ip": settings.host,
            "port": port,
            "port_retries": 0,
            "token": token,
            "tornado_settings": {"headers": {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}},
        },
        "VoilaConfiguration": {
            "template": "farmlab",
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "file_allowlist": [r"^$"],
            "multi_kernel_manager_class": "farmlab.serving.kernels.DashboardKernels",
            "attempt_fix_notebook": False,
            "extension_allowlist": ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"],
        },
        "TemplateExporter": {"exclude_markdown": True},
        "DashboardKernels": {"most": KERNELS, "cull_idle_timeout": IDLE_S, "cull_interval": 60},
    }


def gateway(settings: Settings, address: str) -> Service:
    """The simulated RotemNet gateway, brought up to the present first."""
    parts = urlsplit(address)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    return Service(
        "gateway",
        (sys.executable, "-m", "farmlab", "--home", str(settings.home), "simulate"),
        ready=lambda: ports.listening(host, port),
        address=address,
    )


def answers(url: str) -> Callable[[], bool]:
    """A question to this address: whether anything answers there, short of a server error."""

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=3):  # noqa: S310
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    return ask


def write_private(path: Path, value: Any) -> None:
    """Write JSON that only the owner may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(value, file)
