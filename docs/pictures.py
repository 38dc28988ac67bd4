"""The pictures of README and docs: ``make pictures``, after ``make demo``.

The layers are drawn from what ``make check`` enforces (``[tool.importlinter]`` in pyproject.toml), so the picture
cannot show what is not so; a test compares it. The others are screenshots of the demo's site and dashboards.
"""

from __future__ import annotations

import shutil
import sys
import tomllib
from html import escape
from pathlib import Path
from threading import Event
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "data" / "demo"
TOKEN = "pictures"  # noqa: S105 (of a server that lives for this script, on loopback)
SAYS = {
    "cli": "the command line: every verb",
    "forms": "pages on which people answer",
    "runs": "one run of one notebook",
    "dashboard": "what the live pages show",
    "labelling": "episodes marked by hand",
    "serving": "servers, started as children",
    "analyse": "one-shot: a table in, a report out",
    "publish": "self-contained pages, and the site",
    "training": "models, trained again and looked after",
    "analyses": "the steps of each analysis",
    "watch": "rules and detector after each sync",
    "scope": "a farm, some houses, a window: what notebooks open",
    "sample": "the two farms that are always there",
    "ingest": "data in: sync, import, records",
    "actions": "recommended steps and what became of them",
    "feedback": "what people said, for those who learn",
    "effectiveness": "how good alerts have been",
    "results": "named results, and what changed",
    "store": "the one door to the database",
    "integrations": "one class per kind of source",
    "simulator": "a farm to learn on, and its gateway",
    "findings": "what it means, why, what to do",
    "figures": "pictures of readings and findings",
    "quality": "how far to trust the readings",
    "models": "detectors and forecasters",
    "features": "climate, flock, water and feed",
    "notebooks": "what notebooks there are, and their contract",
    "logs": "JSON lines, secrets filtered",
    "secrets": "encrypted at rest",
    "config": "where things are",
    "plugins": "extensions by entry point",
    "states": "a shape, a word and a colour each",
    "domain": "the vocabulary",
    "units": "metrics and SI",
    "clock": "UTC inside, zone at the edge",
    "text": "text from outside",
    "errors": "every way to say no",
}
ABOVE = "notebooks/ compose these calls · flows/ say when · the browser reads the site"
BELOW = "sources → integrations → ingest → store → features, models, findings → runs → publish"
WIDTH, ROW = 960, 50


def layers() -> list[list[str]]:
    """The layers of the package, highest first, as they are checked."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = [contract for contract in contracts if contract["type"] == "layers"]
    return [[name.strip() for name in row.split("|")] for row in contract["layers"]]


def layers_svg() -> str:
    """The layers as rows of boxes; imports go downwards only."""
    rows = layers()
    height = ROW * len(rows) + 96
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13">',
        "<title>The layers of FarmLab: imports go downwards only</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _box(16, 8, WIDTH - 32, 36, ABOVE, "", "#fff4d6"),
    ]
    for index, names in enumerate(rows):
        width = (WIDTH - 32 - 8 * (len(names) - 1)) / len(names)
        boxes = enumerate(names)
        parts += [
            _box(16 + at * (width + 8), 52 + index * ROW, width, ROW - 8, n, SAYS[n], "#e8f1f8") for at, n in boxes
        ]
    parts.append(_box(16, 52 + len(rows) * ROW, WIDTH - 32, 36, BELOW, "", "#e7f5ee"))
    return "\n".join([*parts, "</svg>", ""])


def _box(x: float, y: float, width: float, height: float, name: str, says: str, fill: str) -> str:
    middle, top = x + width / 2, y + height / 2 + (-3 if says else 5)
    lower = f'<text x="{middle:.0f}" y="{top + 15:.0f}" font-size="11" fill="#44515c">{escape(says)}</text>'
    upper = f'<text x="{middle:.0f}" y="{top:.0f}" font-weight="600" fill="#1d2830">{escape(name)}</text>'
    shape = f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="6"'
    return f'{shape} fill="{fill}" stroke="#9fb3c2"/><g text-anchor="middle">{upper}{lower if says else ""}</g>'


def screenshots() -> None:
    """The newest daily report and the overview of the demo, as a browser shows them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.goto(newest("daily_report").as_uri())
        page.screenshot(path=ROOT / "docs" / "report.png")
        _overview(browser)
        browser.close()


def newest(notebook: str) -> Path:
    """The newest page of an analysis of the simulated farm."""
    folder = HOME / "site" / "Hillside" / notebook
    return max(set(folder.glob("*.html")) - {folder / "index.html"})


def _overview(browser: Any) -> None:
    from farmlab import config
    from farmlab.serving import ports, services
    from farmlab.serving.supervise import Supervisor

    settings = config.load(HOME)
    voila = services.dashboards(settings, ports.choose("127.0.0.1", 0, setting="port"), TOKEN)
    running = Supervisor([voila], logs=settings.logs, say=lambda _: None, stopping=Event())
    try:
        running.start()
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{voila.address}/voila/render/overview.ipynb?token={TOKEN}")
        page.wait_for_selector("text=Hillside", timeout=60_000)
        page.wait_for_timeout(1000)
        page.screenshot(path=ROOT / "docs" / "overview.png")
    finally:
        running.stop()


def main() -> None:
    """Draw the layers; take the screenshots where a demo is there."""
    (ROOT / "docs" / "layers.svg").write_text(layers_svg())
    if not (HOME / "site").is_dir():
        sys.exit("The layers are drawn; for the screenshots run `make demo` first.")
    screenshots()


if __name__ == "__main__":
    main()
