"""Marking what sensors did: a stretch of one sensor, what kind of episode it is, and who says so.

``windows`` turns what a mouse drew into a stretch of readings, ``labels`` keeps labels as events of the store,
``plot`` draws the readings with the labels on them, and ``board`` is the page in a notebook.
"""

from farmlab.labelling.labels import KINDS, Label, read, remove, save, table
from farmlab.labelling.windows import Window

__all__ = ["KINDS", "Label", "Window", "read", "remove", "save", "table"]
