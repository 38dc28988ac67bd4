"""FarmLab: a research workbench for animal houses.

Importing the package does no work and loads nothing heavy; the parts are reached by their own names,
``farmlab.store``, ``farmlab.features``, ``farmlab.runs`` and so on.
"""

__version__ = "0.1.0"
