"""``analyse forecast``: the next two days of any table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farmlab.cli import context
from farmlab.cli.analyse import Dates, File, Group, Time, Timezone, analyse
from farmlab.cli.columns import aligned
from farmlab.text import told_apart

if TYPE_CHECKING:
    from farmlab.analyse import Data
    from farmlab.analyse.forecast import Ahead

_MOST_SAID = 20


@analyse.command()
def forecast(
    file: File,
    out: Annotated[Path, typer.Option(help="Folder for forecast.csv and report.html.", show_default=False)],
    horizon: Annotated[str, typer.Option(help="How far ahead, at most 48h.")] = "24h",
    time: Time = "",
    value: Annotated[
        list[str] | None, typer.Option(help="Column (or series of a long table) to forecast; again for more.")
    ] = None,
    group: Group = "",
    timezone: Timezone = "",
    dates: Dates = None,
    as_json: context.Json = False,
) -> None:
    """Forecast every series of a table by its own past, with an 80 % interval and a report.

    Needs two days of values, one every six hours at least; from three days on members compete, all of them from 28.
    """
    from farmlab import analyse as one_shot
    from farmlab import clock
    from farmlab.analyse import forecast as ahead_of

    now, hours = clock.now(), ahead_of.horizon_of(horizon)
    asked = one_shot.Asked(path=file, time=time, values=tuple(value or ()), group=group, timezone=timezone, dates=dates)
    ahead_of.prepare(out, file)
    data = one_shot.read(asked, now=now)
    ahead = ahead_of.foresee(data, hours=hours, say=context.progress(quiet=as_json))
    outputs = [ahead_of.write_forecast(out, data, ahead), ahead_of.write_report(out, data, ahead, at=now)]
    rejected = one_shot.write_rejected(out, data)
    outputs += [rejected] if rejected else []
    context.say(ahead_of.as_values(data, ahead, outputs), as_json=as_json, text=_told(data, ahead, outputs))


def _told(data: Data, ahead: Ahead, outputs: list[Path]) -> str:
    """What is wrong first, then the answer, the series, and where all of it is."""
    from farmlab.analyse import forecast as ahead_of

    said = ahead_of.headline(ahead)
    lines = [
        *(f"Warning: {warning}" for warning in ahead_of.warnings(data, ahead)),
        f"{said[:1].upper()}{said[1:]}.",
        *_series(ahead),
        *(f"Assumed: {sentence}" for sentence in ahead_of.assumptions(data)),
        f"Written: {', '.join(map(str, outputs))}",
    ]
    return "\n".join(lines)


def _series(ahead: Ahead) -> list[str]:
    rows = [
        [item.name, item.made.model, " to ".join(told_apart(low, high)), item.made.reason]
        for item in ahead.made[:_MOST_SAID]
        if item.made is not None and item.frame is not None
        for low, high in [(item.frame["forecast"].min(), item.frame["forecast"].max())]
    ]
    return ["", aligned(["series", "model", f"next {ahead.hours} h", "why"], rows, empty=""), ""] if rows else []
