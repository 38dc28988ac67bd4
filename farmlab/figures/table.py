"""Tables as HTML: every cell escaped, numbers as people write them, a missing value as a dash."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from numbers import Real
from typing import TYPE_CHECKING, Any

import pandas as pd

from farmlab import units
from farmlab.figures.style import number
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Table:
    """A table for a notebook or a page."""

    html: str
    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def table(frame: pd.DataFrame, *, caption: str, digits: Mapping[str, int] | None = None) -> Table:
    """The rows of a frame, without its index, under a caption; ``digits`` are decimals by column.

    Without rows it is a sentence.

    >>> table(pd.DataFrame({"step": []}), caption="Steps that are planned").html
    '<p>Steps that are planned: none.</p>'
    >>> table(pd.DataFrame({"house": ["<b>"], "age": [float("nan")]}), caption="All").html[-64:]
    '<td>&lt;b&gt;</td><td class="number">–</td></tr></tbody></table>'
    """
    if frame.empty:
        return Table(f"<p>{_escaped(caption)}: none.</p>", f"{caption}: none.")
    decimals = digits or {}
    kinds = {column: _kind(frame[column]) for column in frame}
    head = "".join(f'<th scope="col"{kinds[column]}>{_escaped(column)}</th>' for column in frame)
    rows = (
        "<tr>"
        + "".join(f"<td{kinds[column]}>{_cell(row[column], decimals.get(str(column)))}</td>" for column in frame)
        + "</tr>"
        for row in frame.to_dict("records")
    )
    body = "".join(rows)
    html = f"<table><caption>{_escaped(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return Table(html, f"{caption}\n{frame.to_string(index=False)}")


def backtest_table(figures: pd.DataFrame, *, metric: str, caption: str) -> Table:
    """The figures of a :class:`~farmlab.models.forecast.Forecasted`, one row per model and day ahead."""
    unit = units.metric(metric).unit
    shown = pd.DataFrame(
        {
            "model": figures["model"],
            "hours ahead": figures["day"].map({1: "1–24", 2: "25–48"}),
            f"mean error, {unit}": figures["mae"],
            "× yesterday's value": figures["ratio"],
            "MASE": figures["mase"],
            "80 % interval held, %": 100 * figures["coverage"],
            "past origins": figures["origins"],
        }
    )
    digits = {f"mean error, {unit}": units.metric(metric).digits + 1, "× yesterday's value": 2, "MASE": 2}
    return table(shown, caption=caption, digits=digits | {"80 % interval held, %": 0, "past origins": 0})


def _kind(column: pd.Series) -> str:
    return ' class="number"' if pd.api.types.is_numeric_dtype(column) else ""


def _cell(value: object, digits: int | None) -> str:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(float(value), digits) if isinstance(value, Real) else _escaped(value)


def _escaped(value: object) -> str:
    return escape(one_line(str(value)))
