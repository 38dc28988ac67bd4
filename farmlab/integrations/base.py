"""The contract between FarmLab and a source of data: one class per kind of source, read-only.

A source is given its settings and the farm's time zone, and answers in the words of
:mod:`farmlab.domain`: SI units, UTC, source keys that stay the same. It raises nothing but
:class:`farmlab.errors.IntegrationError` and :class:`farmlab.errors.ConfigError`. What fails for one
house is a :class:`Problem` in the batch, what cannot be read a :class:`Rejected` row; neither stops the rest.

A class is offered under the entry point ``farmlab.integrations``; its author runs
:func:`farmlab.integrations.checks.check_integration` over it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import BaseModel, ValidationError

from farmlab.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Self

    import pandas as pd

    from farmlab.domain import Equipment, Event, Flock, House, Reading, Sensor

CAPABILITIES: Final[Mapping[str, str]] = {
    "houses": "names the houses of the farm",
    "equipment": "says what is installed in a house",
    "flocks": "says when the birds were placed",
    "live": "reads what the sensors say now",
    "daily": "reads one row per day of the running flock",
    "alarms": "reads alarms as events",
    "age": "says the growth day of a house",
}
"""What a source may be able to do. A method without its capability answers with nothing."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one house (0 = the farm), in one sentence."""

    house: int
    what: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken in, as it came, and why."""

    row: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is at the other end: its name, whether it is simulated, and a sentence about it."""

    name: str
    simulated: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one reading of a source brought.

    Attributes
    ----------
    readings
        Values in SI units; each carries its sensor (house, source key, metric, position).
    problems
        Houses that did not answer, or not as they should.
    rejected
        Rows that could not be read, with the reason.
    payload
        The answer as it came, for the archive; secrets are removed.
    houses_seen
        The houses that the source named, answering or not.
    table
        Readings of a source that has very many at a time: columns house, sensor (source key), time, value and
        quality; ``table_sensors`` are their sensors.
    """

    readings: tuple[Reading, ...] = ()
    problems: tuple[Problem, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    payload: bytes = b""
    houses_seen: frozenset[int] = frozenset()
    table: pd.DataFrame | None = field(default=None, compare=False)
    table_sensors: tuple[Sensor, ...] = ()

    @property
    def sensors(self) -> list[Sensor]:
        """The sensors of the readings, each once, in the order in which they come."""
        return list(dict.fromkeys((*(reading.sensor for reading in self.readings), *self.table_sensors)))


class Integration(ABC):
    """A source of data. Close it after use, or use it as a context manager."""

    name: ClassVar[str]
    capabilities: ClassVar[frozenset[str]]
    settings_schema: ClassVar[type[BaseModel]]

    def __init__(self, settings: BaseModel, *, timezone: str) -> None:
        if not isinstance(settings, self.settings_schema):
            raise ConfigError(
                f"the settings are a {type(settings).__name__}, not a {self.settings_schema.__name__}",
                where=self.name,
                next_step=f"Make the source with {type(self).__name__}.configure(…).",
            )
        self.settings = settings
        self.timezone = timezone

    @classmethod
    def configure(cls, values: Mapping[str, Any], *, timezone: str) -> Self:
        """The source with these settings, as they stand in a farm's record, secrets in plain text.

        Raises
        ------
        ConfigError
            A setting is missing, unknown or wrong; the sentence names it and never shows its value.
        """
        try:
            settings = cls.settings_schema.model_validate(dict(values))
        except ValidationError as error:
            raise _config_error(cls, error) from None
        return cls(settings, timezone=timezone)

    @abstractmethod
    def test_connection(self) -> str:
        """A sentence that says what was reached; raises when it was not."""

    @abstractmethod
    def describe(self) -> SourceInfo:
        """What is at the other end, and whether its data are simulated."""

    @abstractmethod
    def list_houses(self) -> list[House]:
        """The houses of the farm by number."""

    @abstractmethod
    def read_live(self, at: datetime) -> Batch:
        """The present values of all houses. ``at`` is the time of receipt in UTC, given by the caller."""

    def list_equipment(self) -> list[Equipment]:
        """What is installed in the houses, with the sensors that tell of it."""
        return []

    def list_flocks(self, at: datetime) -> list[Flock]:
        """The flocks that are in the houses at ``at``; an unknown breed is "", an unknown number None."""
        del at
        return []

    def read_daily(self, house: int, at: datetime) -> Batch:
        """One reading per day and quantity of the running flock of a house, as known at ``at``."""
        del at
        return Batch(houses_seen=frozenset({house}))

    def read_alarms(self, at: datetime) -> list[Event]:
        """Alarms that the source still knows at ``at``, oldest first."""
        del at
        return []

    def house_age(self, house: int) -> int | None:
        """Growth day of a house as its controller counts it; None when it is empty or not known."""
        del house
        return None

    def close(self) -> None:  # noqa: B027 - a source without a connection has nothing to close
        """Let go of connections; calling it twice does no harm."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _config_error(source: type[Integration], error: ValidationError) -> ConfigError:
    faults = [f"{'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}" for fault in error.errors()]
    known = ", ".join(source.settings_schema.model_fields)
    return ConfigError(f"the settings are wrong ({'; '.join(faults)})", where=source.name, next_step=f"Known: {known}.")
