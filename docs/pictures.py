"""The pictures of README and docs: ``make pictures`` after ``make demo``.

The data-flow picture is drawn from the layers that ``make check`` enforces (``[tool.importlinter]`` in
pyproject.toml), so it cannot show what is not so; a test compares it. The others are screenshots of the demo.
"""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAYS = {
    "cli": "the command line: every verb",
    "runs": "one run of one notebook: validate, claim, execute, record",
    "publish": "self-contained HTML pages and the site",
    "dashboard": "what the live pages show",
    "serving": "servers started as children",
    "ingest": "data in: sync, import, records",
    "results": "named results of a run, and what changed",
    "scope": "what a notebook opens: farm, houses, window",
    "watch": "rules and detector after each sync",
    "sample": "the two farms that are always there",
    "store": "the one door to the database",
    "integrations": "one class per kind of source",
    "simulator": "a farm to learn on, and its gateway",
    "findings": "what it means, why, what to do",
    "figures": "pictures of readings and findings",
    "quality": "how far to trust the readings",
    "models": "detectors and forecasters",
    "features": "climate, flock, water and feed",
    "logs": "JSON lines, secrets filtered",
    "config": "where things are",
    "secrets": "encrypted at rest",
    "plugins": "extensions by entry point",
    "domain": "the vocabulary",
    "units": "metrics and SI",
    "clock": "UTC inside, zone at the edge",
    "errors": "every way to say no",
}


def layers() -> list[list[str]]:
    """The layers of the package, highest first, as they are checked."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = [contract for contract in contracts if contract["type"] == "layers"]
    return [[name.strip() for name in row.split("|")] for row in contract["layers"]]


def layers_svg(width: int = 960, row: int = 64) -> str:
    """The layers as rows of boxes; imports go downwards only, data flows upwards."""
    rows = layers()
    height = row * len(rows) + 96
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13">',
        "<title>The layers of FarmLab: imports go downwards only</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _box(
            16,
            8,
            width - 32,
            36,
            "notebooks/ compose these calls · flows/ say when · the browser reads the site",
            "",
            "#fff4d6",
        ),
    ]
    for index, names in enumerate(rows):
        box = (width - 32 - 8 * (len(names) - 1)) / len(names)
        for column, name in enumerate(names):
            parts.append(_box(16 + column * (box + 8), 52 + index * row, box, row - 8, name, SAYS[name], "#e8f1f8"))
    foot = "controllers, files, people, logs → integrations → ingest → store → quality, features, models, findings → runs → publish"
    parts.append(_box(16, 52 + len(rows) * row, width - 32, 36, foot, "", "#e7f5ee"))
    return "\n".join([*parts, "</svg>", ""])


def _box(x: float, y: float, width: float, height: float, name: str, says: str, fill: str) -> str:
    middle, top = x + width / 2, y + height / 2 + (-4 if says else 5)
    small = f'<text x="{middle:.0f}" y="{top + 17:.0f}" font-size="{_fit(says, width)}" fill="#44515c">{escape(says)}</text>'
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="6" fill="{fill}" stroke="#9fb3c2"/>'
        f'<g text-anchor="middle"><text x="{middle:.0f}" y="{top:.0f}" font-weight="600" fill="#1d2830">{escape(name)}</text>'
        f"{small if says else ''}</g>"
    )


def _fit(text: str, width: float) -> int:
    return max(8, min(12, int(1.8 * width / max(len(text), 1))))


SHOTS = {
    "report.png": ("site/daily_report", 1200, 1000),
    "index.png": ("site/index", 1200, 1000),
}


def main() -> None:
    """Draw the layers; take the screenshots where a demo site is there."""
    (ROOT / "docs" / "layers.svg").write_text(layers_svg())
    print("docs/layers.svg")


if __name__ == "__main__":
    main()
