"""How good the detectors are, each beside chance and beside the others: the tables of ``farmlab models evaluate``.

A row gives the recall of events (measured) beside chance and false episodes achieved by intended (ratio), or, for
labels that are windows, VUS-PR beside the random floor; the whole figures stand in the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

from farmlab import config
from farmlab.analyses import evaluation, labelled
from farmlab.cli import models
from farmlab.errors import ConfigError
from farmlab.models import registry

Row = dict[str, Any]


def detection(names: list[str]) -> Iterator[Row]:
    """These detectors on everything with labels that is there."""
    public = labelled.public(config.load().bench_data)
    yield from _measured(names, [*labelled.own(), *public], "" if public else labelled.WHERE)


def nab() -> Iterator[Row]:
    """The default detector on every series of the Numenta benchmark."""
    folder = config.load().bench_data
    if folder is None:
        raise ConfigError("there are no public data", next_step=labelled.WHERE)
    yield from _measured([registry.DEFAULT["anomaly"]], [labelled.nab(folder / "nab")], "")


def _measured(names: list[str], sets: list[labelled.DataSet], missing: str) -> Iterator[Row]:
    measured = evaluation.measure(names, sets)
    print(models.in_words(measured, sets, missing), end="\n\n", flush=True)
    for one in measured:
        yield _row(one)


def _row(one: evaluation.Measured) -> Row:
    shipped, ratio = one.shipped, one.shipped.ratio
    what = f"{one.model}: {one.data}"
    row: Row = {"what": what, "ratio": ratio if math.isfinite(ratio) else None, "figures": one.plain()}
    if not shipped.events:
        return row | {"measured": f"{shipped.flags_per_day:.2f}/day", "beside": "0/day"}
    if math.isfinite(one.floor):
        return row | {"measured": f"{shipped.vus_pr.value:.2f}", "beside": f"{one.floor:.2f}"}
    return row | {"measured": f"{shipped.recall.value:.2f}", "beside": f"{shipped.chance:.2f}"}


BENCHMARKS = {
    "detection": partial(detection, [entry.name for entry in registry.entries(task="anomaly")]),
    "detection_default": partial(detection, [registry.DEFAULT["anomaly"]]),
    "detection_nab": nab,
}
LONG = ("detection_default", "detection_nab")
"""The first is part of ``detection``."""
