"""The workspace itself: pins that agree, layers that hold, a wheel that works elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
REQUIRED = {
    "jupyterlab", "papermill", "nbconvert", "pandas", "scikit-learn", "prophet",
    "httpx", "sqlalchemy", "voila", "prefect", "pytest", "nbval",
}  # fmt: skip


def requirements() -> dict[str, str]:
    """Name → bounds of everything that pyproject asks for."""
    lines = PROJECT["dependencies"] + [line for extra in PROJECT["optional-dependencies"].values() for line in extra]
    matches = [re.match(r"([A-Za-z0-9_-]+)(?:\[.*?\])?\s*([^;]*)", line) for line in lines]
    return {match[1].lower(): match[2].strip() for match in matches if match}


def locked() -> dict[str, str]:
    """Name → version of the lock."""
    return dict(re.findall(r"^([a-z0-9_.-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))


def conda() -> dict[str, MatchSpec]:
    """Name → spec of environment.yml, read by conda's own rules."""
    specs = [MatchSpec(text, strict=True) for text in ENVIRONMENT["dependencies"] if isinstance(text, str)]
    return {spec.name.normalized: spec for spec in specs}


def normalised(bounds: str) -> set[str]:
    return {part.strip() for part in bounds.split(",") if part.strip()}


def test_conda_environment_has_the_bounds_of_pyproject() -> None:
    wanted = requirements()
    for name, spec in conda().items():
        if name in {"python", "pip"}:
            continue
        assert normalised(str(spec.version)) == normalised(wanted[name]), name
    assert normalised(str(conda()["python"].version)) == normalised(PROJECT["requires-python"])
    assert set(conda()) >= REQUIRED


def test_conda_environment_installs_the_package_itself() -> None:
    (pip,) = [entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict)]
    assert pip == ["--editable ."]


def test_lock_satisfies_every_bound_and_names_no_index() -> None:
    versions = locked()
    for name, bounds in requirements().items():
        assert SpecifierSet(bounds).contains(versions[name]), f"{name} {versions[name]} is outside {bounds}"
    assert "://" not in (ROOT / "requirements.lock").read_text()


def test_every_requirement_has_an_upper_bound() -> None:
    unbounded = [name for name, bounds in requirements().items() if "<" not in bounds and "==" not in bounds]
    assert unbounded == ["tzdata"], "zone data are the one thing that must never be held back"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sources and unpacked far from them."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    target = folder / "installed"
    zipfile.ZipFile(wheel).extractall(target)
    return target


def elsewhere(installed: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(installed), "FARMLAB_HOME": str(installed.parent / "home")}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=installed.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_wheel_works_elsewhere(installed: Path) -> None:
    assert elsewhere(installed, "-m", "farmlab", "--version").startswith("farmlab 0.")
    assert "notebooks" in elsewhere(installed, "-m", "farmlab", "--help")
    code = "import farmlab, farmlab.store as s; s.Store.open('sqlite:///t.db').close(); print(farmlab.__file__)"
    assert str(installed) in elsewhere(installed, "-c", code)
    code = (
        "from farmlab.publish.assets import template_folder; print(sorted(p.name for p in template_folder().iterdir()))"
    )
    assert ".j2" in elsewhere(installed, "-c", code)


def test_import_of_the_package_is_light() -> None:
    code = "import sys, farmlab.domain, farmlab.config; print(*sys.modules)"
    loaded = set(elsewhere(ROOT, "-c", code).split())
    assert loaded.isdisjoint({"pandas", "numpy", "matplotlib", "sqlalchemy", "httpx"})


def test_now_is_asked_only_at_the_edges() -> None:
    """Everything below the edges takes the time as an argument."""
    asks = re.compile(r"clock\.now\(|datetime\.now\(|datetime\.utcnow\(|Timestamp\.now\(|time\.time\(")
    edges = (
        "cli",
        "runs",
        "ingest",
        "simulator/gateway",
        "integrations/checks",
        "clock.py",
        "serving",
        "dashboard",
        "forms",
        "labelling/board.py",
        "logs.py",
        "store/locks.py",
    )
    files = [path for path in (ROOT / "farmlab").rglob("*.py") if asks.search(path.read_text())]
    inside = [str(path.relative_to(ROOT / "farmlab")) for path in files]
    assert [name for name in inside if not name.startswith(edges)] == []
