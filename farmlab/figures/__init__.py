"""Figures: tables and series in, drawings out; nothing is read, nothing is kept.

Each gives a :class:`Picture` that notebooks show by themselves and pages take as SVG.
"""

from farmlab.figures.causes import causes
from farmlab.figures.coverage import coverage
from farmlab.figures.evidence import evidence
from farmlab.figures.fan import Fan, fan, fans
from farmlab.figures.house_day import house_day
from farmlab.figures.houses import houses
from farmlab.figures.recalls import recalls
from farmlab.figures.risks import riskiest, trust
from farmlab.figures.sparkline import sparkline
from farmlab.figures.svg import Picture, picture, themed_svg
from farmlab.figures.table import Table, backtest_table, table
from farmlab.figures.targets import targets
from farmlab.figures.wear import wear

__all__ = [
    "Fan",
    "Picture",
    "Table",
    "backtest_table",
    "causes",
    "coverage",
    "evidence",
    "fan",
    "fans",
    "house_day",
    "houses",
    "picture",
    "recalls",
    "riskiest",
    "sparkline",
    "table",
    "targets",
    "themed_svg",
    "trust",
    "wear",
]
