"""What is configured, what works, and how to mend what does not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from farmlab import plugins
from farmlab.errors import ConfigError, FarmLabError
from farmlab.serving import home, ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from farmlab.config import Settings

LEAST_FREE: Final = 2 * 1024**3
"""Bytes of disk that should be free: a year of a farm of eight houses takes about one."""
LIBRARIES: Final = ("numpy", "pandas", "scipy", "sklearn", "matplotlib", "prophet", "sqlalchemy", "cryptography", "zmq")
"""Those that stand on compiled code, and so on libraries of the system."""
PROGRAMS: Final = ("prefect", "papermill", "voila", "jupyterlab")
EXTENSIONS: Final = "farmlab.integrations"
_TRY: Final = """
import importlib, json, sys, warnings
warnings.simplefilter("ignore")
broken = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        broken[name] = f"{type(error).__name__}: {error}"
print(json.dumps(broken))
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``mend`` says what to do when it is not ok."""

    what: str
    ok: bool
    says: str
    mend: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Everything that was looked at, in the order in which it should be mended."""
    checks = (_python, _libraries, _disk, _database, _notebooks, _extensions, _ports)
    return [finding for check in checks for finding in _guarded(check, settings)]


def configuration(settings: Settings) -> dict[str, str]:
    """The settings in force, secrets masked."""
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return {name: "(set, not shown)" if isinstance(value, SecretStr) else str(value) for name, value in values.items()}


def _guarded(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> list[Finding]:
    try:
        return list(check(settings))
    except FarmLabError as error:
        return [Finding(check.__name__.strip("_"), False, str(error.what), error.next_step)]


def _python(settings: Settings) -> Iterator[Finding]:
    del settings
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", (3, 11) <= sys.version_info[:2] < (3, 14), version, "FarmLab needs Python 3.11 to 3.13.")


def _libraries(settings: Settings) -> Iterator[Finding]:
    del settings
    broken = {name: "it is not installed" for name in PROGRAMS if find_spec(name) is None} | unloadable(LIBRARIES)
    for name, error in broken.items():
        yield Finding(name, False, error, "Make the environment anew: rm -r .venv, then make demo.")
    if not broken:
        yield Finding("libraries", True, f"all {len(LIBRARIES) + len(PROGRAMS)} are there")


def unloadable(names: Sequence[str]) -> dict[str, str]:
    """Libraries that do not load and why: missing, or without a library of the system that they stand on.

    They are tried in a process of their own, which a broken one may take down with it.
    """
    tried = subprocess.run([sys.executable, "-c", _TRY, *names], capture_output=True, text=True, check=False)
    try:
        return dict(json.loads(tried.stdout.splitlines()[-1]))
    except (ValueError, IndexError):
        return {"libraries": f"one of {', '.join(names)} ends Python (exit code {tried.returncode})"}


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(_existing(settings.data)).free
    says = f"{free / 1024**3:.1f} GiB free at {settings.data}"
    yield Finding("disk", free >= LEAST_FREE, says, "Make room, or choose another home with --home.")


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _database(settings: Settings) -> Iterator[Finding]:
    from farmlab.store import Store

    if settings.database_url is None and not (settings.data / "farmlab.db").exists():
        yield Finding("database", True, "none yet; it is made with the first farm")
        return
    with Store.open(settings) as store:
        yield Finding("database", True, f"reachable and up to date, {len(store.farms())} farms")


def _notebooks(settings: Settings) -> Iterator[Finding]:
    from farmlab import notebooks

    found = notebooks.catalogue(settings)
    for notebook in found:
        for problem in notebook.problems:
            yield Finding(f"notebook {notebook.name}", False, str(problem), "See docs/notebooks.md for the contract.")
    yield Finding("notebooks", bool(found), f"{len(found)} analyses in {settings.notebook_folder / 'analyses'}",
                  "Run FarmLab from a clone of its repository, or set FARMLAB_NOTEBOOKS.")  # fmt: skip


def _extensions(settings: Settings) -> Iterator[Finding]:
    del settings
    for plugin in plugins.discover(EXTENSIONS):
        says = plugin.error or f"{plugin.package} {plugin.version}"
        yield Finding(f"integration {plugin.name}", not plugin.error, says, f"Update or remove {plugin.package}.")


def _ports(settings: Settings) -> Iterator[Finding]:
    if home.holder(settings.data) is not None:
        yield Finding("ports", True, "in use by FarmLab, which is up")
        return
    for setting in ("prefect_port", "dashboard_port", "forms_port"):
        port = getattr(settings, setting)
        try:
            ports.choose(settings.host, port, setting=setting)
        except ConfigError as error:
            yield Finding(setting, False, error.what, error.next_step)
        else:
            yield Finding(setting, True, f"{port} is free" if port else "any free one")
