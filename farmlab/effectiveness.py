"""How good alerts have been, by kind and month: were they true, in time, and what happened without one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock
from farmlab.domain import Answer, EventKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from farmlab.domain import Event, Feedback, Finding
    from farmlab.store import Store

LATE: Final = timedelta(hours=2)
"""An alert that comes this much after the failure still counts as one of it; its lead is negative."""
REACH: Final = timedelta(hours=24)
"""An alert that ended longer than this before a failure did not announce it."""
COLUMNS: Final = ("month", "kind", "alerts", "answered", "answered_share", "occurred", "false", "known", "precision",
                  "delay_h", "lead_h", "missed")  # fmt: skip


def read(store: Store, farm: str, *, house: int = 0, start: datetime, until: datetime) -> pd.DataFrame:
    """The table of :func:`effectiveness` for alerts and failures in (start, until], as far as known at its end."""
    found = store.findings(farm, house=house, start=start - REACH, until=until)
    failures = store.events(farm, house=house, kinds=[EventKind.FAILURE], start=start, until=until, known_at=until)
    said = [word for word in store.feedback() if word.learned_at is None or word.learned_at <= until]
    known = [one for one in found if detected(one) <= until]
    return effectiveness(known, said, failures, timezone=store.farm(farm).timezone, start=start)


def effectiveness(
    findings: Iterable[Finding],
    feedback: Iterable[Feedback],
    failures: Iterable[Event],
    *,
    timezone: str = "UTC",
    start: datetime | None = None,
) -> pd.DataFrame:
    """One row a month and kind of alert; what has no value (nothing was answered) is missing.

    ``alerts`` are findings that ask somebody to act (severity warning or critical); ``answered`` are those with
    an answer, of which the newest counts; ``precision`` is ``occurred`` divided by ``occurred`` and ``false``
    (known ones are neither). ``delay_h`` is the median from onset to alert of what occurred, ``lead_h`` the median
    from alert to the failure that people recorded, negative when the alert came after it. ``missed`` counts failures
    of which no alert told up to two hours after; they stand under the kind of the machine. Alerts before ``start``
    are only asked whether they told of a failure.
    """
    import pandas as pd

    alerts = [one for one in findings if one.severity is not Severity.INFO]
    answers = newest_answers(feedback)
    happened = list(failures)
    counted = [one for one in alerts if start is None or detected(one) > start]
    rows = [_of_alert(one, answers.get(one.id), happened, timezone) for one in counted]
    rows += [_of_missed(event, timezone) for event in happened if not _announced(event, alerts, answers)]
    table = pd.DataFrame(rows, columns=["month", "kind", *_COUNTS, "delay_h", "lead_h"])
    groups = table.groupby(["month", "kind"], sort=True)
    counts = groups[list(_COUNTS)].sum().astype(int)
    both = counts.join(groups[["delay_h", "lead_h"]].median())
    both["answered_share"] = both["answered"] / both["alerts"].where(both["alerts"] > 0)
    judged = both["occurred"] + both["false"]
    both["precision"] = both["occurred"] / judged.where(judged > 0)
    return both.reset_index()[list(COLUMNS)]


def newest_answers(feedback: Iterable[Feedback]) -> dict[str, Feedback]:
    """The last word on each finding, by its id; a later answer takes back an earlier one."""
    return {word.finding: word for word in sorted(feedback, key=lambda word: (word.learned_at or word.at, word.id))}


def detected(finding: Finding) -> datetime:
    """When somebody could know of the finding."""
    return finding.detected_at or finding.start


_COUNTS: Final = ("alerts", "answered", "occurred", "false", "known", "missed")


def _of_alert(alert: Finding, word: Feedback | None, failures: Sequence[Event], timezone: str) -> dict[str, Any]:
    answer = word.answer if word else None
    told = [event.time for event in failures if announces(alert, event)]
    lead = (min(told) - detected(alert)) / timedelta(hours=1) if told and answer is not Answer.FALSE else None
    occurred = answer is Answer.TRUE
    delay = (detected(alert) - alert.start) / timedelta(hours=1) if occurred else None
    return {
        **_row(detected(alert), alert.kind, timezone),
        "alerts": 1,
        "answered": int(answer is not None),
        "occurred": int(occurred),
        "false": int(answer is Answer.FALSE),
        "known": int(answer is Answer.KNOWN),
        "delay_h": delay,
        "lead_h": lead,
    }


def _of_missed(event: Event, timezone: str) -> dict[str, Any]:
    machine = re.sub(r"\s*\d+$", "", event.equipment)
    return {**_row(event.time, f"{machine} failure".strip(), timezone), "missed": 1}


def _row(moment: datetime, kind: str, timezone: str) -> dict[str, Any]:
    month = f"{moment.astimezone(clock.zone(timezone)):%Y-%m}"
    return {"month": month, "kind": kind, **dict.fromkeys(_COUNTS, 0), "delay_h": None, "lead_h": None}


def _announced(event: Event, alerts: Iterable[Finding], answers: Mapping[str, Feedback]) -> bool:
    false = {name for name, word in answers.items() if word.answer is Answer.FALSE}
    return any(announces(alert, event) for alert in alerts if alert.id not in false)


def announces(alert: Finding, failure: Event) -> bool:
    """Whether an alert told of a failure: same house and machine, and neither too late nor over long before."""
    if alert.house != failure.house or detected(alert) > failure.time + LATE:
        return False
    return (alert.end is None or alert.end >= failure.time - REACH) and _same_machine(alert, failure.equipment)


def _same_machine(alert: Finding, equipment: str) -> bool:
    """Whether the words for two machines fit; where none is named, any alert of the house is taken."""
    named, subject = _words(equipment), _words(str(alert.data.get("equipment") or alert.subject))
    return not named or named <= subject or subject <= named


def _words(name: str) -> set[str]:
    """The words of a name without numbers and plural.

    >>> sorted(_words("tunnel fans")) == sorted(_words("tunnel_fan 2"))
    True
    """
    return {word.removesuffix("s") for word in re.findall(r"[a-z]+", name.lower())}
