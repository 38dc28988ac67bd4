"""What was read from a table, and what was said of it."""

from __future__ import annotations

from farmlab.integrations import recognise
from farmlab.integrations.recognise import Recognised, Table


def values(made: Table, **options: object) -> dict[str, list[float]]:
    """The values of every sensor, in the order of their times."""
    frame, _ = recognise.read_table(made, **options)
    return {str(name): group["value"].tolist() for name, group in frame.groupby("sensor", observed=True, sort=False)}


def times(made: Table) -> list[str]:
    frame, _ = recognise.read_table(made)
    return [moment.strftime("%m-%d %H:%M") for moment in frame["time"].drop_duplicates()]


def said(known: Recognised, words: str) -> bool:
    return any(words in sentence for sentence in known.assumptions)
