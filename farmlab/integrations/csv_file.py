"""A growing CSV file, such as a logger writes: read anew at each sync; the store knows what it has seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from farmlab.domain import House
from farmlab.errors import BadPayload, DataError, SourceUnavailable
from farmlab.integrations.base import Batch, Integration, Rejected, SourceInfo
from farmlab.text import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.integrations.recognise import Recognised, Table


def _pairs(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    pairs = (part.rpartition("=") for part in value.split(",") if part.strip())
    return {name.strip(): meaning.strip() for name, _, meaning in pairs}


class CsvSettings(BaseModel):
    """Which file, and what cannot be seen in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(description="the file; plain or gzip")
    house: int = Field(1, ge=0, description="house of rows that do not name theirs")
    columns: Annotated[dict[str, str], BeforeValidator(_pairs)] = Field(
        default_factory=dict, description="what columns mean: T1=temp:F, T2=temp:F:north"
    )
    dates: Literal["dmy", "mdy", "ymd"] | None = Field(None, description="order of day and month")

    @field_validator("path")
    @classmethod
    def _whole(cls, value: Path) -> Path:
        return value.expanduser().absolute()


class CsvFile(Integration):
    """A file that somebody else appends to. A last line that is not ended is left for the next time."""

    name: ClassVar[str] = "csv_file"
    capabilities: ClassVar[frozenset[str]] = frozenset({"houses", "live"})
    settings_schema: ClassVar[type[BaseModel]] = CsvSettings

    def __init__(self, settings: CsvSettings, *, timezone: str) -> None:
        super().__init__(settings, timezone=timezone)
        self._settings = settings

    def test_connection(self) -> str:
        """What was recognised in the file."""
        known = self._table().recognised
        columns = "; ".join(str(column) for column in known.columns)
        return f"{self._settings.path.name}: {known.rows} rows, {columns}. {' '.join(known.assumptions)}".strip()

    def describe(self) -> SourceInfo:
        """The name of the file and where it is."""
        return SourceInfo(one_line(self._settings.path.name), detail=one_line(str(self._settings.path)))

    def list_houses(self) -> list[House]:
        """The houses that the file names, or the one of the settings."""
        names = {number: name for name, number in self._table().recognised.houses}
        return [
            House(number=number, name="" if names.get(number, "").isdecimal() else one_line(names.get(number, "")))
            for number in sorted(self._houses())
            if number
        ]

    def read_live(self, at: datetime) -> Batch:
        """All readings of the file, and the rows that cannot be read."""
        del at
        from farmlab.integrations import recognise

        table = self._table()
        frame, rejected = recognise.read_table(table, house=self._settings.house)
        told = [Rejected(f"line {line}: {row}", reason) for line, reason, row in rejected.itertuples(index=False)]
        return Batch(
            rejected=tuple(told),
            houses_seen=frozenset(self._houses(table.recognised)) - {0},
            table=frame,
            table_sensors=tuple(recognise.sensors_in(frame, table.recognised)),
        )

    def _houses(self, known: Recognised | None = None) -> set[int]:
        known = known or self._table().recognised
        said = {column.house for column in known.columns if column.house is not None}
        rest = any(column.house is None for column in known.columns)
        named = {number for _, number in known.houses}
        return said | (named or {self._settings.house} if rest else set())

    def _table(self) -> Table:
        from farmlab.integrations import recognise

        hints = recognise.Hints(
            timezone=self.timezone,
            columns=self._settings.columns,
            dates=self._settings.dates,
            skip_open_line=True,
        )
        path = self._settings.path
        if not path.exists():
            raise SourceUnavailable(
                "the file is not there", where=str(path), next_step="Check that its folder is connected."
            )
        try:
            return recognise.open_table(path, hints)
        except DataError as error:
            raise BadPayload(error.what, where=error.where or path.name, next_step=error.next_step) from None
