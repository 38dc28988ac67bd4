"""Any delimited table becomes readings: what stands in it is recognised once, for ``import`` and ``analyse``.

>>> from pathlib import Path
>>> import tempfile
>>> path = Path(tempfile.mkdtemp()) / "room.csv"
>>> _ = path.write_text("date;Temp (°F)\\n04/02/2015 17:51;70,5\\n14/02/2015 17:52;68,0\\n")
>>> table = open_table(path)
>>> [str(column) for column in table.recognised.columns]
['Temp (°F): temperature, °F']
>>> frame, rejected = read_table(table)
>>> frame["value"].round(2).tolist(), len(rejected)
([21.39, 20.0], 0)
"""

from __future__ import annotations

from farmlab.integrations.recognise.hints import Hints
from farmlab.integrations.recognise.mapping import parse_pairs
from farmlab.integrations.recognise.plain import Plain, plain
from farmlab.integrations.recognise.reading import read, read_table, sensors_in
from farmlab.integrations.recognise.result import Column, Places, Recognised
from farmlab.integrations.recognise.table import Table, open_table, recognise

__all__ = [
    "Column",
    "Hints",
    "Places",
    "Plain",
    "Recognised",
    "Table",
    "open_table",
    "parse_pairs",
    "plain",
    "read",
    "read_table",
    "recognise",
    "sensors_in",
]
