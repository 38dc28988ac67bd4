"""Run the benchmarks of all modules here, all or those that are named, print the tables and keep them as JSON."""

from __future__ import annotations

import json
import pkgutil
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from farmlab.errors import UnknownName
from tests import benchmarks

OUT = Path("data/bench")

Benchmark = Callable[[], Iterable[dict[str, Any]]]


def modules() -> Iterator[ModuleType]:
    """The modules that have benchmarks: ``BENCHMARKS`` by name, and in ``LONG`` those that run only when named."""
    for found in pkgutil.iter_modules(benchmarks.__path__, f"{benchmarks.__name__}."):
        if not found.name.endswith("__main__"):
            module = import_module(found.name)
            if hasattr(module, "BENCHMARKS"):
                yield module


def main(names: list[str]) -> None:
    every = list(modules())
    known = [name for module in every for name in module.BENCHMARKS]
    for name in names:
        if name not in known:
            raise UnknownName.among("benchmark", name, known)
    print(f"{'benchmark':<46}{'measured':>16}{'beside':>22}{'ratio':>9}")
    for module in every:
        long: Iterable[str] = getattr(module, "LONG", ())
        chosen = [name for name in module.BENCHMARKS if name in names or (not names and name not in long)]
        if chosen:
            keep(module, {name: module.BENCHMARKS[name] for name in chosen})


def keep(module: ModuleType, chosen: dict[str, Benchmark]) -> None:
    """Run these benchmarks of a module, and write them into its file; those that were not run stay as they are."""
    rows = [{"benchmark": name, **row} for name, benchmark in chosen.items() for row in told(benchmark())]
    path = OUT / f"{module.__name__.rpartition('.')[2]}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(path.read_text())["rows"] if path.exists() else []
    kept = [row for row in before if row["benchmark"] not in chosen]
    machine = {"python": platform.python_version(), "system": platform.platform()}
    path.write_text(json.dumps({"machine": machine, "rows": kept + rows}, indent=1, ensure_ascii=False))
    print(f"kept in {path}\n")


def told(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows, printed as they come."""
    for row in rows:
        ratio = f"{row['ratio']:.2f}" if row.get("ratio") is not None else "–"
        print(f"{row['what']:<46}{row['measured']:>16}{row.get('beside', '–'):>22}{ratio:>9}", flush=True)
        yield row


if __name__ == "__main__":
    main(sys.argv[1:])
