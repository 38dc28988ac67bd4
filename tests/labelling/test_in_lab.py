"""Labelling as people do it: in JupyterLab, in a browser, with the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from farmlab import clock, config, labelling
from farmlab.config import Settings
from farmlab.serving import lab, ports
from farmlab.serving.services import answers
from farmlab.serving.supervise import Service
from farmlab.store import Store
from tests.browser import served
from tests.dashboards import farms

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TOKEN = "scientist"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("home")
    settings = config.load(home).model_copy(update={"notebooks": home / "notebooks"})
    with Store.open(settings) as store:
        farms.fill(store, clock.now(), folder=home / "f", houses=1)
    settings.notebook_folder.mkdir()
    source = Path("notebooks/workbench/label.ipynb").read_text()
    (settings.notebook_folder / "label.ipynb").write_text(
        source.replace('farm = \\"sample\\"', 'farm = \\"Hillside\\"')
    )
    return settings


@pytest.fixture(scope="module")
def address(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on this machine only, with a token, as `farmlab lab` starts it."""
    port = ports.choose("127.0.0.1", 0, setting="port")
    command, env = lab.start(settings, port=port, browser=False)
    env |= {"JUPYTER_TOKEN": TOKEN, "JUPYTER_CONFIG_DIR": str(settings.data / "jupyter")}
    url = f"http://127.0.0.1:{port}"
    service = Service("lab", tuple(command), env=env, ready=answers(f"{url}/api"), address=url)
    with served(service, tmp_path_factory.mktemp("logs")) as address:
        yield address


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Any:
    page = browser.new_page(viewport={"width": 1280, "height": 1100})
    page.goto(f"{address}/lab/tree/label.ipynb?token={TOKEN}&reset", timeout=90_000)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000)
    page.wait_for_selector(".jp-NotebookPanel-toolbar >> text=Python 3", timeout=90_000)
    page.keyboard.press("Escape")
    page.click("text=Run >> nth=0")
    page.click(".lm-Menu-itemLabel >> text=/^Run All Cells$/")
    page.wait_for_selector(".fl-surface", timeout=90_000)
    return page


def test_a_stretch_marked_with_the_mouse_is_in_the_store(page: Any, settings: Settings) -> None:
    page.select_option(".fl-board select >> nth=0", label="temperature 2")
    page.wait_for_selector(".fl-plot text >> text=temperature 2", timeout=90_000)
    surface = page.locator(".fl-surface").bounding_box()
    at = [(surface["x"] + share * surface["width"], surface["y"] + 80) for share in (0.25, 0.5)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=4)
    page.mouse.up()
    page.wait_for_function("document.querySelectorAll('.fl-board input[type=text]')[1].value !== ''", timeout=90_000)
    page.select_option(".fl-board select >> nth=2", index=2)
    page.click(".fl-board button >> text=Save label")
    page.wait_for_selector("[role=status] >> text=Saved", timeout=90_000)
    with Store.open(settings, read_only=True) as store:
        [kept] = labelling.read(store, "Hillside")
        end = max(store.newest("Hillside").values())
    assert (kept.sensor, kept.kind) == ("Temperature_Sensor_2", "stuck")
    shares = [1 - (end - moment).total_seconds() / 86_400 for moment in (kept.start, kept.end)]
    assert shares == pytest.approx([0.25, 0.5], abs=0.006), "to a reading of five minutes"
    page.click(".fl-board button >> text=Undo last")
    page.wait_for_selector("[role=status] >> text=Removed", timeout=90_000)
    with Store.open(settings, read_only=True) as store:
        assert labelling.read(store, "Hillside") == []
