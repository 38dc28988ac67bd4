"""What errors and pages tell people to type next can be typed: the verb is there, and so are its options."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

import farmlab
from farmlab.cli.app import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(farmlab.__file__).parent
COMMAND = re.compile(r"\bfarmlab ((?:[a-z]+ ?)(?:(?:--)?[\w'…-]+ ?)*)")
VALUE = re.compile(r"X|[A-Z]{1,9}|…|[\d'].*")
"""A value in a hint; what was filled in stands as X here, further words are prose."""


def hints() -> Iterator[tuple[str, str]]:
    """Every command that the package names in a text, with the place."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if id(node) not in parts and (text := said(node)):
                for found in COMMAND.finditer(text):
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}", found[1].strip()


def said(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@pytest.fixture(scope="module")
def root() -> Any:
    app = typer.Typer()
    for family in FAMILIES:
        import_module(f"farmlab.cli.{family}").register(app)
    return typer.main.get_command(app)


def wrong(root: Any, hint: str) -> str:
    """Why the hint cannot be typed; "" when it can."""
    command, words = root, hint.split()
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    if command is root:
        return "no such verb"
    options = {name: option for option in command.params for name in option.opts if name.startswith("--")}
    room = sum(option.param_type_name == "argument" for option in command.params)
    while words and (words[0].startswith("--") or VALUE.fullmatch(words[0])):
        word = words.pop(0)
        if not word.startswith("--"):
            room -= 1
        elif word not in options:
            return f"no {word}"
        elif words and not options[word].is_flag:
            words.pop(0)
    return "too many values" if room < 0 else ""


def test_every_hint_can_be_typed(root: Any) -> None:
    named = list(hints())
    assert len(named) > 60
    assert [f"{place}: {hint} ({why})" for place, hint in named if (why := wrong(root, hint))] == []


@pytest.mark.parametrize(
    ("hint", "why"),
    [("farms list", "no such verb"), ("house add X 3", "too many values"), ("sync --farm X", "no --farm")],
)
def test_a_hint_that_cannot_be_typed_is_found(root: Any, hint: str, why: str) -> None:
    assert wrong(root, hint) == why
