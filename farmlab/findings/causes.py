"""Why something is as it is: ranked causes of a finding, with what speaks for and against each."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log
from typing import TYPE_CHECKING, Any, Final

from farmlab.domain import Hypothesis
from farmlab.findings import facts, similar
from farmlab.findings.cause_rules import BEHIND, CAUSES, QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.domain import Finding
    from farmlab.findings.case import Case
    from farmlab.findings.facts import Fact

NAMED: Final = 3
SOMETHING_ELSE: Final = 0.05
"""What is left for a cause that nobody has thought of."""
LEAST: Final = 0.02
SOFTER: Final = 0.8
"""Answers are not independent of each other, so that their sum says too much."""


def explained(case: Case, finding: Finding) -> Finding:
    """The finding with its causes, the likeliest first; as it is, when the tree does not know its kind.

    Its data get ``causes`` (their codes), ``confidence``, ``evidence`` (for and against the first: ``for``, ``text``,
    ``weight``), ``answers`` and, where there is one, ``like`` (the past episode that it resembles).
    """
    if finding.kind not in BEHIND:
        return finding
    known = facts.gathered(case, finding, [name for name in QUESTIONS if _matters(name, finding.kind)])
    match = similar.nearest(finding.kind, {name: fact.yes for name, fact in known.items()}, case.past)
    shares = ranked(finding.kind, known, match)
    first = next(iter(shares))
    evidence = _evidence(first, known)
    if match is not None:
        evidence.insert(0, _alike(match, first))
    return replace(
        finding,
        why=tuple(_hypothesis(finding, code, share, known) for code, share in list(shares.items())[:NAMED]),
        check=tuple(dict.fromkeys((CAUSES[first].check, *finding.check))),
        data={
            **finding.data,
            "causes": list(shares)[:NAMED],
            "confidence": [round(share, 3) for share in list(shares.values())[:NAMED]],
            "evidence": evidence,
            "answers": {name: fact.yes for name, fact in known.items()},
            **({"like": _like_words(match)} if match is not None else {}),
        },
    )


def ranked(kind: str, known: Mapping[str, Fact], match: similar.Match | None = None) -> dict[str, float]:
    """Cause → confidence (0–1) of everything that can be behind this kind, the likeliest first."""
    odds = {code: log(share) + SOFTER * sum(_said(code, known).values()) for code, share in BEHIND[kind].items()}
    if match is not None:
        code = match.episode.code
        odds[code] = odds.get(code, log(LEAST)) + similar.WEIGHT * match.likeness
    most = max(odds.values())
    sizes = {code: exp(value - most) for code, value in odds.items()}
    total = sum(sizes.values()) / (1 - SOMETHING_ELSE)
    return {code: sizes[code] / total for code in sorted(sizes, key=lambda code: -sizes[code])}


def _said(code: str, known: Mapping[str, Fact]) -> dict[str, float]:
    """By question: what its answer adds to this cause."""
    answers = {name: QUESTIONS[name].yes if fact.yes else QUESTIONS[name].no for name, fact in known.items()}
    return {name: weights[code] for name, weights in answers.items() if code in weights}


def _matters(name: str, kind: str) -> bool:
    """Whether the question tells any two of the causes apart."""
    asked = QUESTIONS[name]
    return any(code in asked.yes or code in asked.no for code in BEHIND[kind])


def _evidence(code: str, known: Mapping[str, Fact]) -> list[dict[str, Any]]:
    said = sorted(_said(code, known).items(), key=lambda item: -abs(item[1]))
    return [{"for": weight > 0, "text": known[name].text, "weight": weight} for name, weight in said]


def _hypothesis(finding: Finding, code: str, share: float, known: Mapping[str, Fact]) -> Hypothesis:
    speaking = [item["text"] for item in _evidence(code, known) if item["for"]]
    seen = str(finding.data.get("seen", ""))
    words = "; ".join([*([seen] if seen else []), *speaking][:2])
    return Hypothesis(cause=CAUSES[code].words, confidence=round(share, 2), evidence=words)


def _alike(match: similar.Match, first: str) -> dict[str, Any]:
    same = match.episode.code == first
    return {"for": same, "text": _like_words(match), "weight": similar.WEIGHT * match.likeness * (1 if same else -1)}


def _like_words(match: similar.Match) -> str:
    episode = match.episode
    return f"like {episode.day.isoformat()} in house {episode.house}, which was: {CAUSES[episode.code].words}"
