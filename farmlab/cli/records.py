"""The records: farms, houses, flocks, and what people write down by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from farmlab.cli import farm, flock, house, record

if TYPE_CHECKING:
    import typer


def register(root: typer.Typer) -> None:
    """Add the families of verbs."""
    root.add_typer(farm.app, name="farm")
    root.add_typer(house.app, name="house")
    root.add_typer(flock.app, name="flock")
    root.add_typer(record.app, name="record")
