"""Run the benchmarks, all or those that are named, print the table and keep it as JSON."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

from farmlab.errors import UnknownName
from tests.benchmarks import backbone

OUT = Path("data/bench/backbone.json")


def main(names: list[str]) -> None:
    known = backbone.BENCHMARKS
    for name in names:
        if name not in known:
            raise UnknownName.among("benchmark", name, known)
    chosen = names or [name for name in known if name not in backbone.LONG]
    rows = []
    print(f"{'benchmark':<34}{'measured':>14}{'beside':>14}{'ratio':>9}")
    for name in chosen:
        for row in known[name]():
            rows.append({"benchmark": name, **row})
            ratio = f"{row['ratio']:.2f}" if row.get("ratio") is not None else "–"
            print(f"{row['what']:<34}{row['measured']:>14}{row.get('beside', '–'):>14}{ratio:>9}", flush=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.platform()}
    OUT.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1, ensure_ascii=False))
    print(f"\nkept in {OUT}")


if __name__ == "__main__":
    main(sys.argv[1:])
