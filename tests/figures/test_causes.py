from __future__ import annotations

import pytest

from farmlab.domain import Hypothesis
from farmlab.figures import causes
from tests.figures.pages import parsed, texts

HOSTILE = '<script>alert("x")</script> & $\\frac{1}{0}$ '
WHY = (Hypothesis(cause="a fan stands", confidence=0.72), Hypothesis(cause="a belt slips", confidence=0.2))
EVIDENCE = [
    {"for": True, "text": "two fans are missing", "weight": 2.0},
    {"for": False, "text": "it grew for days", "weight": -9.0},
]


def test_causes_stand_with_their_confidence_and_evidence_says_which_way_it_speaks() -> None:
    said = " ".join(texts(causes(WHY, EVIDENCE, alt="why")))
    assert "72 % a fan stands" in " ".join(said.split())
    assert "+" in said
    assert "−" in said
    assert "it grew for days" in said


@pytest.mark.parametrize("evidence", [[], EVIDENCE * 9], ids=["none", "much"])
def test_none_and_much_evidence_make_a_figure(evidence: list[dict[str, object]]) -> None:
    picture = causes(WHY, evidence, alt="why")
    assert parsed(picture).get("role") == "img"
    assert len(picture.svg) < 20_000


def test_words_from_outside_are_only_text() -> None:
    why = (Hypothesis(cause=HOSTILE, confidence=0.5),)
    picture = causes(why, [{"for": True, "text": HOSTILE, "weight": 1.0}], alt=HOSTILE)
    tags = {element.tag.rpartition("}")[2] for element in parsed(picture).iter()}
    assert "script" not in tags
