"""The contract of an analysis notebook, as data and as a list of what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from farmlab.errors import ConfigError
from farmlab.notebooks import parameters, slots
from farmlab.notebooks.parameters import STANDARD, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Cell = Mapping[str, Any]

_FEWEST_CELLS: Final = 4


class Metadata(BaseModel):
    """What a notebook says about itself under ``farmlab`` in its metadata."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str = Field(min_length=1, description="what the page is called")
    audience: str = Field(min_length=1, description="for whom it is")
    scope: Literal["farm", "house"] = Field("farm", description="one run per farm, or one per house")
    reads: list[str] = Field([], description="metrics or records that it reads")
    produces: list[str] = Field([], description="findings, values and tables that it records")
    timeout_s: int | None = Field(None, gt=0, description="time limit of a run; unset: the setting run_timeout_s")
    max_staleness_h: float = Field(24.0, gt=0, description="a slot missed for longer is not caught up")
    needs: Literal["flocks", ""] = Field("", description='"flocks": not run by schedule for a farm that has none')
    skip: Literal["never", ""] = Field("", description='"never": run even when nothing changed')
    schedule: str = Field("hourly", description="hourly, daily 06:00, weekly mon 06:00 or none")
    order: int = Field(100, description="place in lists; smaller comes first")

    @field_validator("schedule")
    @classmethod
    def _is_schedule(cls, value: str) -> str:
        try:
            slots.parse(value)
        except ConfigError as error:
            raise ValueError(str(error)) from None
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """One analysis: what it is called, what it takes, when it runs, and where it breaks the contract.

    ``problems`` keep it from being run; ``remarks`` do not.
    """

    name: str
    path: Path
    parameters: tuple[Parameter, ...] = ()
    metadata: Metadata | None = None
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.metadata.title if self.metadata else self.name

    @property
    def audience(self) -> str:
        """For whom it is."""
        return self.metadata.audience if self.metadata else ""

    @property
    def scope(self) -> Literal["farm", "house"]:
        """One run per farm, or one per house."""
        return self.metadata.scope if self.metadata else "farm"

    @property
    def schedule(self) -> str:
        """When it runs; a notebook with problems does not."""
        return self.metadata.schedule if self.metadata and not self.problems else "none"

    @property
    def needs_flocks(self) -> bool:
        """Whether it has nothing to say about a farm without flocks."""
        return self.metadata is not None and self.metadata.needs == "flocks"

    @property
    def order(self) -> int:
        """Its place in lists."""
        return self.metadata.order if self.metadata else 1000


def read(name: str, path: Path, document: Mapping[str, Any]) -> Notebook:
    """The notebook in this parsed file, with everything that breaks the contract as sentences."""
    metadata, wrong = _metadata(document.get("metadata", {}).get("farmlab", {}))
    cells: Sequence[Cell] = document.get("cells", ())
    if len(cells) < _FEWEST_CELLS:
        few = "it has fewer than four cells: title, parameters, verdict, record"
        return Notebook(name=name, path=path, metadata=metadata, problems=(*wrong, few))
    found, ill = parameters.read(source(cells[1]))
    problems = (*wrong, *_shape(cells), *ill, *_standard(found))
    return Notebook(
        name=name, path=path, parameters=found, metadata=metadata, problems=problems, remarks=_outputs(cells)
    )


def source(cell: Cell) -> str:
    """The text of a cell."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def _metadata(said: object) -> tuple[Metadata | None, tuple[str, ...]]:
    try:
        return Metadata.model_validate(said), ()
    except ValidationError as error:
        return None, tuple(
            f"metadata farmlab.{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
        )


def _shape(cells: Sequence[Cell]) -> tuple[str, ...]:
    title, tagged, verdict, last = cells[0], cells[1], cells[2], cells[-1]
    rules = (
        (_is(title, "markdown") and source(title).startswith("# "), "the first cell is not markdown with a # title"),
        (_is(tagged, "code") and "parameters" in _tags(tagged), "the second cell is not tagged 'parameters'"),
        (_is(verdict, "code") and "verdict" in source(verdict), "the third cell does not show the verdict"),
        (_is(last, "code") and "record(" in source(last), "the last cell does not record(run_dir, …)"),
    )
    return tuple(sentence for holds, sentence in rules if not holds)


def _is(cell: Cell, kind: str) -> bool:
    return bool(cell.get("cell_type") == kind)


def _tags(cell: Cell) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", ()))


def _standard(found: Sequence[Parameter]) -> tuple[str, ...]:
    types = {parameter.name: parameter.type for parameter in found}
    return tuple(
        f"the standard parameter '{name}: {kind}' is missing or of another type"
        for name, kind in STANDARD.items()
        if types.get(name) != kind
    )


def _outputs(cells: Sequence[Cell]) -> tuple[str, ...]:
    kept = any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    return ("it is saved with outputs; strip them before it is committed",) if kept else ()
