"""What is left behind: ``forecast.csv`` for programs and spreadsheets, ``report.html`` for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

import farmlab
from farmlab import clock, figures, states, text
from farmlab.analyse import output
from farmlab.analyse.reading import zone_in_words
from farmlab.analyse.tables import on_the_clock
from farmlab.integrations.recognise.plain import REJECTED
from farmlab.models.forecasting.ensemble import ENSEMBLE
from farmlab.models.forecasting.naive import SEASONAL_NAIVE
from farmlab.publish import assets, html, words

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from markupsafe import Markup

    from farmlab.analyse.forecast.ahead import Ahead, Foreseen
    from farmlab.analyse.reading import Data

COLUMNS: Final = ("timestamp", "sensor", "forecast", "lower", "upper", "model")
MOST_FIGURES: Final = 12
MOST_ROWS: Final = 200
LARGEST: Final = 1 << 20
_DIGITS: Final = 6
_OURS: Final = {"forecast.csv": ",".join(COLUMNS), "rejected.csv": ",".join(REJECTED), "report.html": output.GENERATOR}


def prepare(folder: Path, source: Path) -> None:
    """Make the folder, and refuse what could not be written or would overwrite the work of others."""
    output.prepare(folder, [source], ours=_OURS)


def write_forecast(folder: Path, data: Data, ahead: Ahead) -> Path:
    """One row a series and time, series by series, on the clock of the file."""
    with output.replacing(folder / "forecast.csv") as sink:
        sink.write(",".join(COLUMNS) + "\n")
        for item in ahead.made:
            _rows(item, data).to_csv(sink, index=False, header=False)
    return folder / "forecast.csv"


def write_report(folder: Path, data: Data, ahead: Ahead, *, at: datetime) -> Path:
    """Write ``report.html``: one file, with everything in it."""
    return assets.write(folder / "report.html", render(data, ahead, at=at))


def render(data: Data, ahead: Ahead, *, at: datetime) -> str:
    """The page; with fewer figures where it would be larger than 1 MiB."""
    for drawn in (MOST_FIGURES, MOST_FIGURES // 3, 0):
        page = assets.render("analyse_forecast.html.j2", **_view(data, ahead, at, drawn))
        if len(page.encode()) <= LARGEST:
            break
    return page


def headline(ahead: Ahead) -> str:
    """The answer in a sentence: how many series, and how good in the past."""
    if not ahead.made:
        first = ahead.items[0]
        return f"no forecast could be made: of {text.one_line(first.name, limit=60)}, {first.why_not}"
    said = f"the next {ahead.hours} h of {len(ahead.made)} series"
    ratios = [ratio for item in ahead.made if np.isfinite(ratio := _ratio(item, 1))]
    if not ratios:
        return f"{said}: not judged yet, as the past is too short"
    return f"{said}: in the past {np.mean(ratios):.2f} times the error of yesterday's value"


def warnings(data: Data, ahead: Ahead) -> tuple[str, ...]:
    """What is wrong, in sentences."""
    unmade = [f"No forecast of {text.one_line(i.name, limit=60)}: {i.why_not}." for i in ahead.items if i.why_not]
    naive = [item for item in ahead.made if item.made is not None and item.made.model == SEASONAL_NAIVE]
    poor = [f"{text.one_line(item.name, limit=60)}: {item.made.reason}" for item in naive if item.made is not None]
    return (*data.warnings, *_shortened(unmade), *_shortened(poor))


def assumptions(data: Data) -> tuple[str, ...]:
    """What was taken to be so; series have no neighbours here."""
    return tuple(sentence for sentence in data.assumptions if "neighbours" not in sentence)


def as_values(data: Data, ahead: Ahead, outputs: list[Path]) -> dict[str, Any]:
    """The same for a program."""
    return {
        "file": data.known.name,
        "summary": headline(ahead),
        "warnings": list(warnings(data, ahead)),
        "until": ahead.until.isoformat(),
        "horizon_h": ahead.hours,
        "series": [
            {
                "sensor": item.name,
                "model": item.made.model if item.made else None,
                "reason": item.made.reason if item.made else item.why_not,
                "weights": {name: round(share, 3) for name, share in item.made.weights.items()} if item.made else {},
                "figures": _plain(item.made.figures) if item.made else [],
                "masked_hours": item.masked_hours,
            }
            for item in ahead.items
        ],
        "outputs": [str(path) for path in outputs],
    }


def _rows(item: Foreseen, data: Data) -> pd.DataFrame:
    assert item.made is not None
    assert item.frame is not None
    rounded = item.frame.round(_decimals(item.frame))
    return pd.DataFrame(
        {
            "timestamp": [on_the_clock(time, data) for time in item.frame.index],
            "sensor": text.inert(item.name),
            **{name: rounded[name].to_numpy() for name in ("forecast", "lower", "upper")},
            "model": item.made.model,
        }
    )


def _decimals(frame: pd.DataFrame) -> int:
    """Six, and more where the whole forecast is small."""
    largest = float(np.abs(frame[["forecast", "lower", "upper"]].to_numpy()).max())
    return _DIGITS - min(0, math.floor(math.log10(largest))) if largest > 0 else _DIGITS


def _view(data: Data, ahead: Ahead, at: datetime, drawn: int) -> dict[str, Any]:
    said = warnings(data, ahead)
    return {
        "title": f"{data.known.name} · forecast",
        "file": text.one_line(data.known.name),
        "headline": headline(ahead),
        "state": states.DISQUALIFIED if not ahead.made else states.WARNING if said else states.OK,
        "warnings": said,
        "trust": _trust(data, ahead, at),
        "figures": [_drawing(item, data, ahead) for item in ahead.made[:drawn]],
        "undrawn": max(0, len(ahead.made) - drawn),
        "rows": [row for item in ahead.made for row in _table(item)][:MOST_ROWS],
        "reasons": [(text.one_line(i.name), i.made.reason) for i in ahead.made[:MOST_ROWS] if i.made is not None],
        "assumptions": [*assumptions(data), *_notes(ahead), f"Times are {zone_in_words(data)}."],
        "how": [("Command", "farmlab analyse forecast"), ("FarmLab", farmlab.__version__)],
    }


def _trust(data: Data, ahead: Ahead, at: datetime) -> list[tuple[str, str]]:
    zone = clock.zone(data.zone)
    first, last, made = (
        f"{t.astimezone(zone).day} {t.astimezone(zone):%b %Y %H:%M}" for t in (data.start, ahead.until, at)
    )
    return [
        ("Data", f"{first} – {last} ({words.lasting(data.start, ahead.until.to_pydatetime())})"),
        ("Series", f"{len(ahead.made)} of {len(ahead.items)}"),
        ("Clock", zone_in_words(data)),
        ("Made", made),
    ]


def _table(item: Foreseen) -> list[dict[str, str]]:
    """The rolling origins of a series: what was issued, each member, and yesterday's value."""
    assert item.made is not None
    return [
        {
            "sensor": text.one_line(item.name, limit=60),
            "model": row["model"] + (" (used)" if row["model"] == item.made.model else ""),
            "ahead": "1–24 h" if row["day"] == 1 else "25–48 h",
            **{name: _number(row[name]) for name in ("mase", "wape", "ratio", "width")},
            "coverage": f"{100 * row['coverage']:.0f} %" if np.isfinite(row["coverage"]) else "–",
            "origins": str(row["origins"]),
        }
        for row in item.made.figures.sort_values("day", kind="stable").to_dict("records")
    ]


def _drawing(item: Foreseen, data: Data, ahead: Ahead) -> Markup:
    assert item.made is not None
    shift = ahead.until.ceil("h") - ahead.until
    history, frame = item.made.history, item.made.frame.iloc[: ahead.hours]
    day = item.made.frame["forecast"].iloc[:24]
    name = text.one_line(item.name, limit=60)
    picture = figures.fan(
        history.set_axis(pd.DatetimeIndex(history.index) - shift),
        frame.set_axis(pd.DatetimeIndex(frame.index) - shift),
        metric="",
        until=ahead.until.to_pydatetime(),
        timezone=data.zone,
        title=f"{name}: {words.value(float(day.min()))} to {words.value(float(day.max()))} in the next 24 h",
        issued=item.made.issued.assign(
            origin=item.made.issued["origin"] - shift, time=item.made.issued["time"] - shift
        ),
        label=name,
    )
    return html.drawing(picture.svg, picture.alt)


def _ratio(item: Foreseen, day: int) -> float:
    assert item.made is not None
    table = item.made.figures
    row = table[(table["model"] == ENSEMBLE) & (table["day"] == day)]
    return float(row["ratio"].iloc[0]) if len(row) else float("nan")


def _notes(ahead: Ahead) -> list[str]:
    noted = [f"{text.one_line(item.name, limit=60)}: {item.note}." for item in ahead.made if item.note]
    hidden = sum(item.masked_hours for item in ahead.made)
    masks = [f"{words.count(hidden, 'hour')} far off or stuck were left out of the past."] if hidden else []
    return [*_shortened(noted), *masks, "Forecasts are made of means of hours, each series from its own past alone."]


def _number(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "–"


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    short = {str(name): table[name].map("{:.5g}".format).astype(float) for name in table.select_dtypes("float")}
    rounded = table.assign(**short).astype(object)
    rows = rounded.where(rounded.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _shortened(sentences: list[str], most: int = 6) -> list[str]:
    more = [f"The same of {len(sentences) - most} more, see the report."] if len(sentences) > most else []
    return sentences[:most] + more
