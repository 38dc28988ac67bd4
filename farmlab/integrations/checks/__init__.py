"""The contract as a battery of checks, for authors of integrations.

::

    from farmlab.integrations.checks import check_integration

    def test_contract():
        check_integration(lambda: MySource.configure(settings, timezone="Europe/Berlin"))

Give it a source that has something to say: a recording, a simulator, a test account. The first breach is
an AssertionError with a sentence. Nothing is written anywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from farmlab.integrations.checks import manners, sayings
from farmlab.integrations.checks.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from farmlab.integrations.base import Integration

__all__ = ["CHECKS", "check_integration"]

CHECKS: Final[tuple[Callable[[Subject], None], ...]] = (
    manners.check_class,
    manners.check_capabilities,
    manners.check_read_only,
    manners.check_description,
    sayings.check_houses,
    sayings.check_live,
    sayings.check_daily,
    sayings.check_sensors,
    sayings.check_alarms,
    sayings.check_ages,
    sayings.check_equipment,
    manners.check_unknown_house,
    manners.check_secrets,
)
"""All checks of one open source; closing, stability and refusal follow."""


def check_integration(
    make: Callable[[], Integration],
    *,
    at: datetime | None = None,
    refused: Callable[[], Integration] | None = None,
) -> None:
    """Run all checks over the source that ``make`` makes.

    Parameters
    ----------
    make
        Makes the source, ready to be asked; it is made twice and closed.
    at
        Time of receipt to read with; the present, unless the source speaks of another time.
    refused
        Makes the same source with wrong credentials, for sources that have any.

    Raises
    ------
    AssertionError
        The contract is broken; the sentence says how.
    """
    moment = at or datetime.now(UTC)
    with make() as source:
        subject = Subject(source, moment)
        for check in CHECKS:
            check(subject)
    manners.check_closing(source)
    with make() as again:
        manners.check_stability(subject, Subject(again, moment))
    if refused is not None:
        with refused() as stranger:
            manners.check_refusal(stranger)
