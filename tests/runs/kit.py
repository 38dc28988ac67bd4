"""A small farm, tiny notebooks, and a way to execute them without a kernel."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from farmlab import config, runs
from farmlab.domain import Farm, House, Run, Sensor, Verdict, VerdictState
from farmlab.errors import NotebookFailed
from farmlab.store import Store

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PARAMETERS = """\
farm: str = "sample"  # the farm
house: int = 0  # its house; 0 = all
until: str = ""  # end of the window
hours: int = 24  # length of the window
run_dir: str = ""  # folder of the results
day: int = 0  # tells runs apart
share: float = 0.5  # a share
deep: bool = False  # look deeper"""
RECORD = """\
from datetime import datetime
from farmlab.domain import Category, Finding
from farmlab.results import record
found = Finding(category=Category.ANOMALY, kind="high", house=1, subject="temp",
                start=datetime.fromisoformat(until), title="it is warm", check=("open the inlet",))
record(run_dir, summary=f"Day {day}", values={"temp_c": 20.0 + day}, findings=[found] if day != 2 else [])"""


def good_verdict(store: Store, farm: str, house: int, until: datetime) -> Verdict:
    """A verdict that finds nothing wrong."""
    return Verdict(state=VerdictState.OK, newest=until, start=until - timedelta(hours=24), until=until, coverage=1.0)


def no_data(store: Store, farm: str, house: int, until: datetime) -> Verdict:
    return Verdict(state=VerdictState.DISQUALIFIED, reasons=("No data since 09:40.",), until=until)


def write_notebook(
    folder: Path, name: str = "warmth", *, code: str = "1", record: str = RECORD, **metadata: Any
) -> Path:
    """A notebook after the contract; ``metadata`` goes over its own."""
    said = {"title": name.capitalize(), "audience": "managers", **metadata}
    cells = [
        nbformat.v4.new_markdown_cell(f"# {name.capitalize()}\nIs it **warm**?"),
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell('verdict = "as above"'),
        nbformat.v4.new_code_cell(code),
        nbformat.v4.new_code_cell(record),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(nbformat.v4.new_notebook(cells=cells, metadata={"farmlab": said})))
    return path


def in_process(source: Path, target: Path, parameters: dict[str, Any], *, kernels: Any, timeout_s: int) -> None:
    """Execute the code cells here and now: what the tests of the door need of a kernel."""
    notebook = nbformat.read(source, as_version=4)
    names: dict[str, Any] = {}
    try:
        for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
            exec(cell.source, names)
            if "parameters" in cell.metadata.get("tags", ()):
                names |= parameters
    except Exception as error:
        raise NotebookFailed(f"{type(error).__name__}: {error}", where=source.stem, next_step="Mend it.") from None
    finally:
        nbformat.write(notebook, target)


@dataclass
class Bench:
    """A home with a store, a farm of two houses, and a folder for notebooks."""

    settings: config.Settings
    store: Store

    @property
    def analyses(self) -> Path:
        return self.settings.notebook_folder / "analyses"

    def read(self, moment: datetime, *, farm: str = "Hillside", value: float = 21.0) -> None:
        """One reading of each house, learned when it was measured."""
        rows = [{"house": number, "sensor": "T", "time": moment, "value": value} for number in (1, 2)]
        self.store.write(farm, pd.DataFrame(rows), learned_at=moment)

    def run(self, notebook: str = "warmth", at: datetime = NOON, **options: Any) -> Run:
        options = {"farm": "Hillside", "until": at, "slot": at, "verdict_of": good_verdict, **options}
        return runs.run(self.store, self.settings, notebook, **options)

    def page(self, run: Run) -> str:
        return (self.settings.site / run.page).read_text()

    def index(self) -> str:
        return (self.settings.site / "index.html").read_text()


def add_farm(store: Store, name: str = "Hillside", *, integration: str = "rotem", timezone: str = "UTC") -> None:
    """A farm of two houses with a thermometer each."""
    store.add_farm(Farm(name=name, integration=integration, timezone=timezone))
    for number in (1, 2):
        store.save_house(name, House(number=number))
    store.save_sensors(name, [Sensor(house=number, source_key="T", metric="temp") for number in (1, 2)])
