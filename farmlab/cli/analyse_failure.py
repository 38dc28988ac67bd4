"""``analyse failure``: the risk of failure of any machines, from tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farmlab.cli import context
from farmlab.cli.analyse import Dates, Time, analyse

if TYPE_CHECKING:
    from farmlab.analyse.failure import Judged

Table = Annotated[Path | None, typer.Option(show_default=False, help="Table with unit, timestamp and kind.")]


@analyse.command()
def failure(
    readings: Annotated[Path, typer.Option(help="Table with unit, timestamp and any numbers.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for risk.csv and report.html.", show_default=False)],
    failures: Table = None,
    events: Table = None,
    maintenance: Table = None,
    units: Annotated[Path | None, typer.Option(show_default=False, help="Table with unit and any attributes.")] = None,
    train_until: Annotated[str, typer.Option(help="Learn until then; unset: the first 70 % of the failures.")] = "",
    unit: Annotated[str, typer.Option(help="Column of the units; unset: recognised.")] = "",
    time: Time = "",
    timezone: Annotated[str, typer.Option(help="Zone of times without an offset.")] = "UTC",
    dates: Dates = None,
    as_json: context.Json = False,
) -> None:
    """Tell how likely each unit fails in the next 24 hours and in the 24 after them.

    Learns from the failures up to --train-until; what comes after is predicted and never learned from.
    """
    from farmlab import clock
    from farmlab.analyse import failure as one_shot

    now = clock.now()
    asked = one_shot.Asked(
        readings=readings, events=events, maintenance=maintenance, failures=failures, units=units,
        unit=unit, time=time, train_until=train_until, timezone=timezone,
        dates=dates,
    )  # fmt: skip
    one_shot.prepare(out, [path for path in (readings, events, maintenance, failures, units) if path is not None])
    tables = one_shot.read(asked, now=now)
    judged = one_shot.judge(tables, say=context.progress(quiet=as_json))
    written = [one_shot.write_risk(out, judged), one_shot.write_report(out, tables, judged, at=now)]
    context.say(_values(judged, written), as_json=as_json, text=_told(judged, written))


def _told(judged: Judged, written: list[Path]) -> str:
    """What is wrong first, then the figures of both horizons beside the baseline, and where everything is."""
    from farmlab.analyse.failure.judging import BASELINE
    from farmlab.analyse.failure.report import SAYS, headline

    lines = [f"Warning: {warning}" for warning in judged.warnings]
    lines.append(f"{headline(judged)}.")
    for name, told in judged.figures.items():
        beside = judged.baseline.get(name)
        lines.append(
            f"{SAYS[name]}: Brier {told.brier:.4f} (guessing {told.brier_usual:.4f}), calibration error "
            f"{told.calibration_error:.3f}, recall {told.recall:.2f} at precision {told.precision:.2f}, "
            f"lead {told.lead_h:.0f} h; {BASELINE}: PR-AUC {beside.pr_auc if beside else float('nan'):.3f}."
        )
    lines += [f"Assumed: {note}" for note in judged.notes]
    return "\n".join([*lines, f"Written: {', '.join(map(str, written))}"])


def _values(judged: Judged, written: list[Path]) -> dict[str, Any]:
    return {
        "train_until": judged.train_until.isoformat(),
        "warnings": list(judged.warnings),
        "figures": {name: told.state() for name, told in judged.figures.items()},
        "baseline": {name: told.state() for name, told in judged.baseline.items()},
        "written": [str(path) for path in written],
    }
