"""Which analyses there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from farmlab.errors import BadNotebook, UnknownName
from farmlab.notebooks import contract
from farmlab.notebooks.contract import Notebook

if TYPE_CHECKING:
    from pathlib import Path

    from farmlab.config import Settings


def catalogue(settings: Settings) -> list[Notebook]:
    """Every analysis in ``notebooks/analyses/``, in order; those that break the contract say how."""
    folder = settings.notebook_folder / "analyses"
    found = [inspect(path) for path in folder.glob("*.ipynb")]
    return sorted(found, key=lambda notebook: (notebook.order, notebook.name))


def inspect(path: Path) -> Notebook:
    """What the notebook says about itself, without running it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        return Notebook(name=path.stem, path=path, problems=(f"it cannot be read: {error}",))
    if not _is_notebook(document):
        return Notebook(name=path.stem, path=path, problems=("it is no notebook of format 4",))
    return contract.read(path.stem, path, document)


def find(settings: Settings, name: str) -> Notebook:
    """The analysis of this name, fit to be run.

    Raises
    ------
    UnknownName
        There is none; the nearest is named.
    BadNotebook
        It breaks the contract; the first problem is said.
    """
    known = {notebook.name: notebook for notebook in catalogue(settings)}
    if name not in known:
        where = settings.notebook_folder / "analyses"
        raise UnknownName.among("notebook", name, known, next_step=f"Put one into {where}.")
    notebook = known[name]
    if notebook.problems:
        raise BadNotebook(
            notebook.problems[0], where=name, next_step="`farmlab notebooks` lists what each notebook lacks."
        )
    return notebook


def _is_notebook(document: Any) -> bool:
    """Whether the file has the parts of a notebook where the contract looks for them."""
    if not isinstance(document, dict) or document.get("nbformat") != 4:
        return False
    cells = document.get("cells", [])
    return isinstance(document.get("metadata", {}), dict) and isinstance(cells, list) and all(map(_is_cell, cells))


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or not isinstance(metadata := cell.get("metadata", {}), dict):
        return False
    source = cell.get("source", "")
    lines = [source] if isinstance(source, str) else source
    return _are_texts(lines) and _are_texts(metadata.get("tags", []))


def _are_texts(parts: Any) -> bool:
    return isinstance(parts, list) and all(isinstance(part, str) for part in parts)
