"""The page of one run: the answer, how far to trust it, what changed, then what the notebook shows."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock, results
from farmlab.domain import RunStatus
from farmlab.errors import DataError, NotebookFailed
from farmlab.publish import assets, html, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from farmlab.config import Settings
    from farmlab.domain import Farm, Run, Verdict
    from farmlab.notebooks import Notebook

LARGEST: Final = 1 << 20
"""The size of a page, in bytes, that a phone in a barn still loads."""

_JUST_NOW: Final = timedelta(minutes=1)
_DRAWING: Final = re.compile(r"<figure\b[^>]*>.*?</figure>", re.DOTALL)
_TOO_LARGE: Final = '<p class="note">A figure is left out here: it is too large for a page. It is in the notebook.</p>'


def publish_run(
    settings: Settings,
    run: Run,
    notebook: Notebook,
    *,
    farm: Farm,
    good: Run | None = None,
    refuse: Callable[[str], None] | None = None,
    body: bool = True,
) -> Path:
    """Write the page of a run below ``settings.site`` and return its path.

    ``good`` is the last good run before this one: what changed is told against it, and the page of a
    failed run leads to it. ``refuse`` is shown the finished page and raises when it must not be published.
    Without ``body`` the page leaves out what the notebook shows.

    Raises
    ------
    NotebookFailed
        The page would be larger than 1 MiB even without its largest figures.
    """
    shown = html.body(settings.runs / run.folder / "notebook.ipynb") if body else html.NOTHING
    text = _small_enough(
        assets.render("run.html.j2", **_view(settings, run, notebook, farm, good, shown)), notebook.name
    )
    if refuse:
        refuse(text)
    return assets.write(settings.site / run.page, text)


def _view(
    settings: Settings, run: Run, notebook: Notebook, farm: Farm, good: Run | None, shown: html.Body
) -> dict[str, Any]:
    folder = settings.runs / run.folder
    found = _results(folder)
    at = _until(run)
    headline = _headline(run, notebook, found)
    return {
        "title": f"{notebook.title} · {farm.name}",
        "farm": farm.name,
        "house": f"House {run.house}" if run.house else "",
        "notebook": notebook.title,
        "simulated": farm.simulated,
        "headline": headline.rstrip("."),
        "state": words.of_run(run),
        "error": run.error,
        "reasons": _reasons(run, headline),
        "note": _note(run, farm, at),
        "good": _good(run, good, farm, at),
        "changes": _changes(run, found, folder, _since(run, good, farm, at)),
        "question": shown.question,
        "body": shown.main,
        "code": shown.code,
        "how": list(_how(run, notebook, farm)),
        **_trust(run, farm, at),
    }


def _results(folder: Path) -> results.Results:
    try:
        return results.load(folder)
    except DataError:
        return results.Results()


def _headline(run: Run, notebook: Notebook, found: results.Results) -> str:
    if run.status is RunStatus.FAILED:
        return f"{notebook.title} could not be made"
    return found.summary or (run.verdict.sentence if run.verdict else notebook.title)


def _reasons(run: Run, headline: str) -> list[str]:
    """Why to be careful, besides what the headline says."""
    return [reason for reason in run.verdict.reasons if reason != headline] if run.verdict else []


def _note(run: Run, farm: Farm, at: datetime) -> str:
    if run.status is not RunStatus.SKIPPED:
        return ""
    checked = words.moment(run.slot, farm.timezone, at)
    return f"Checked for {checked}: nothing new has come in, so that everything below still holds."


def _good(run: Run, good: Run | None, farm: Farm, at: datetime) -> dict[str, str] | None:
    if run.status is not RunStatus.FAILED or good is None:
        return None
    return {"href": good.page.rpartition("/")[2], "when": words.moment(good.slot, farm.timezone, at)}


def _trust(run: Run, farm: Farm, at: datetime) -> dict[str, str]:
    """The data window, the newest reading and the coverage, as said on the page."""
    verdict = run.verdict
    made = words.moment(run.ended_at, farm.timezone, at)
    if verdict is None:
        return {"window": "–", "newest": "–", "coverage": "", "made": made}
    return {
        "window": _window(verdict, farm, at),
        "newest": _newest(verdict, farm, at),
        "coverage": "" if verdict.coverage is None else f"{verdict.coverage:.0%} of the expected readings",
        "made": made,
    }


def _window(verdict: Verdict, farm: Farm, at: datetime) -> str:
    if verdict.start is None or verdict.until is None:
        return f"until {words.moment(at, farm.timezone, at)}"
    start, end = (words.moment(time, farm.timezone, at) for time in (verdict.start, verdict.until))
    return f"{start} – {end} ({words.lasting(verdict.start, verdict.until)})"


def _newest(verdict: Verdict, farm: Farm, at: datetime) -> str:
    if verdict.newest is None:
        return "none"
    moment = words.moment(verdict.newest, farm.timezone, at)
    if at - verdict.newest < _JUST_NOW:
        return moment
    return f"{moment}, {words.lasting(verdict.newest, at)} before the end"


def _changes(run: Run, found: results.Results, folder: Path, since: str) -> dict[str, Any] | None:
    before = results.previous(folder)
    if before is None or run.status is RunStatus.FAILED:
        return None
    changes = results.compare(found, before)
    return {
        "since": since,
        "rows": list(_rows(changes)),
        "sentence": changes.sentence,
        "numbers": [(words.quantity(name), pair) for name, pair in sorted(changes.values.items())],
    }


def _since(run: Run, good: Run | None, farm: Farm, at: datetime) -> str:
    """The time of the run before; the page of a skipped run is that of the last good one itself."""
    if good is None or run.status is RunStatus.SKIPPED:
        return ""
    return words.moment(good.slot, farm.timezone, at)


def _rows(changes: results.Changes) -> Iterator[dict[str, str]]:
    for kind, items in (("new", changes.new), ("worse", changes.worse), ("gone", changes.gone)):
        yield from ({"kind": kind, "word": kind, "title": _titled(item)} for item in items)
    same = [item for item in changes.open if item not in changes.worse]
    yield from ({"kind": "open", "word": "still open", "title": _titled(item)} for item in same)


def _titled(finding: Any) -> str:
    return f"House {finding.house}: {finding.title}" if finding.house else finding.title


def _how(run: Run, notebook: Notebook, farm: Farm) -> Iterator[tuple[str, str]]:
    yield "Notebook", f"{notebook.name}.ipynb"
    yield "FarmLab", run.code_version
    yield "Slot", f"{words.day(run.slot, farm.timezone)}, {run.slot.astimezone(clock.zone(farm.timezone)):%H:%M %Z}"
    yield "Parameters", _said(run.parameters)
    if run.started_at and run.ended_at:
        yield "Run time", f"{(run.ended_at - run.started_at).total_seconds():.1f} s"
    yield "Fingerprint", run.fingerprint or "–"


def _said(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in parameters.items() if name != "run_dir")


def _until(run: Run) -> datetime:
    return clock.parse_time(run.parameters["until"]) if run.parameters.get("until") else run.slot


def _small_enough(text: str, name: str) -> str:
    """The page, without its largest figures if it must be."""
    for drawing in sorted(set(_DRAWING.findall(text)), key=len, reverse=True):
        if len(text.encode()) <= LARGEST:
            break
        text = text.replace(drawing, _TOO_LARGE)
    size = len(text.encode())
    if size > LARGEST:
        raise NotebookFailed(
            f"the page would be {size / LARGEST:.1f} MiB, and 1 is the limit",
            where=name,
            next_step="Show fewer rows, and at most 2,000 points a line.",
        )
    return text
