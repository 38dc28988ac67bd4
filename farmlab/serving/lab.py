"""JupyterLab for data scientists: on this machine only, with a token, without news from outside."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from farmlab.serving import ports

if TYPE_CHECKING:
    from pathlib import Path

    from farmlab.config import Settings


def start(settings: Settings, *, port: int, browser: bool) -> tuple[list[str], dict[str, str]]:
    """The command that becomes JupyterLab, and what it needs in its environment.

    Raises
    ------
    ConfigError
        The port is taken.
    """
    folder = settings.data / "lab"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={settings.notebook_folder}",
        f"--ServerApp.ip={settings.host}",
        f"--ServerApp.port={ports.choose(settings.host, port, setting='--port')}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.open_browser={browser}",
        f"--LabApp.app_settings_dir={_overrides(folder)}",
        "--ServerApp.allow_root=True",
    ]
    return command, {"FARMLAB_HOME": str(settings.home), "JUPYTER_PREFER_ENV_PATH": "1"}


def _overrides(folder: Path) -> Path:
    """Settings that hold unless the user says otherwise: do not ask the network for news or updates."""
    folder.mkdir(parents=True, exist_ok=True)
    silent = {"fetchNews": "false", "checkForUpdates": False}
    (folder / "overrides.json").write_text(json.dumps({"@jupyterlab/apputils-extension:notification": silent}))
    return folder
