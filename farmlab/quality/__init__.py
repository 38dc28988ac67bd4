"""How far readings can be trusted: rules for single readings, and the verdict on a scope and window."""

from farmlab.quality.rules import RULES, Rule, flag
from farmlab.quality.verdict import combine, judge

__all__ = ["RULES", "Rule", "combine", "flag", "judge"]
