"""A source under examination, and what every check needs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from farmlab.domain import Event, House
    from farmlab.integrations.base import Batch, Integration


@dataclass
class Subject:
    """A source under examination; what was read once is kept, so that checks share it."""

    source: Integration
    at: datetime

    @cached_property
    def houses(self) -> list[House]:
        """The houses that it lists."""
        return self.source.list_houses()

    @cached_property
    def numbers(self) -> set[int]:
        """Their numbers, and 0 for the farm itself."""
        return {house.number for house in self.houses} | {0}

    @cached_property
    def live(self) -> Batch:
        """What its sensors say."""
        return self.source.read_live(self.at)

    @cached_property
    def daily(self) -> list[Batch]:
        """The days of each house, when it can tell them."""
        if "daily" not in self.source.capabilities:
            return []
        return [self.source.read_daily(house.number, self.at) for house in self.houses]

    @cached_property
    def alarms(self) -> list[Event]:
        """Its alarms."""
        return self.source.read_alarms(self.at)


def require(condition: Any, sentence: str) -> None:
    """Raise with this sentence unless the condition holds."""
    if not condition:
        raise AssertionError(sentence)


def twice(items: Iterable[Any]) -> Any:
    """The first that is there more than once; None without any."""
    return next((item for item, count in Counter(items).items() if count > 1), None)
