"""The parameters of a notebook: read from its tagged cell, and checked strictly before a kernel starts."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from farmlab.errors import BadParameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import TypeAdapter

STANDARD: Final[Mapping[str, str]] = {"farm": "str", "house": "int", "until": "str", "hours": "int", "run_dir": "str"}
"""Parameters that every notebook has, with their types."""

RESERVED: Final = frozenset({"farm", "house", "until", "run_dir"})
"""Standard parameters that the run itself sets."""

_TYPES: Final[Mapping[str, Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "list[str]": list[str],
    "list[int]": list[int],
    "list[float]": list[float],
    "dict[str, float]": dict[str, float],
    "str | None": str | None,
    "int | None": int | None,
    "float | None": float | None,
}
_SECRET_WORDS: Final = frozenset(
    {
        "token",
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "secrets",
        "key",
        "apikey",
        "credential",
        "credentials",
    }
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, type, default, and the comment beside it."""

    name: str
    type: str
    default: Any
    help: str


def read(source: str) -> tuple[tuple[Parameter, ...], tuple[str, ...]]:
    """The parameters of a parameters cell, and what is wrong with it.

    >>> read("hours: int = 24  # length of the window")
    ((Parameter(name='hours', type='int', default=24, help='length of the window'),), ())
    >>> read("hours = 24")[1]
    ("line 1 of the parameters is not 'name: type = value  # what it means'",)
    """
    try:
        lines, comments = ast.parse(source).body, _comments(source)
    except (SyntaxError, ValueError, RecursionError, tokenize.TokenError) as error:
        return (), (f"the parameters cell is not Python: {error}",)
    read_lines = [_parameter(line, comments.get(line.lineno, "")) for line in lines]
    good = tuple(item for item in read_lines if isinstance(item, Parameter))
    return good, tuple(item for item in read_lines if isinstance(item, str)) + _not_allowed(good)


def from_text(parameters: Iterable[Parameter], assignments: Iterable[str], *, notebook: str) -> dict[str, Any]:
    """The values of ``name=value`` texts, each in the type of its parameter.

    Raises
    ------
    BadParameter
        No such parameter (the nearest is named), or a value of another type.
    """
    known = {parameter.name: parameter for parameter in parameters}
    return dict(_assigned(assignment, known, notebook) for assignment in assignments)


def check(parameters: Iterable[Parameter], given: Mapping[str, Any], *, notebook: str) -> dict[str, Any]:
    """The given values, as JSON types, after a strict check of names and types.

    Raises
    ------
    BadParameter
        An unknown name (the nearest is named), a value of another type, a secret, or a parameter
        that the run itself sets.
    """
    known = {parameter.name: parameter for parameter in parameters}
    return {name: _checked(name, value, known, notebook) for name, value in given.items()}


def is_secret(name: str) -> bool:
    """Whether a parameter of this name would hold a secret, which would be printed in every output.

    >>> is_secret("api_key"), is_secret("keyword")
    (True, False)
    """
    return not _SECRET_WORDS.isdisjoint(re.split(r"[_\W]+", name.lower()))


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def _parameter(line: ast.stmt, comment: str) -> Parameter | str:
    shape = f"line {line.lineno} of the parameters is not 'name: type = value  # what it means'"
    if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name) or line.value is None:
        return shape
    if not comment or line.end_lineno != line.lineno:
        return shape
    name, kind = line.target.id, ast.unparse(line.annotation)
    if kind not in _TYPES:
        return f"the parameter {name!r} has the type {kind!r}; known types: {', '.join(_TYPES)}"
    try:
        default = _adapter(kind).validate_python(ast.literal_eval(line.value), strict=True)
    except (ValueError, TypeError):
        return f"the default of the parameter {name!r} is not a plain value of type {kind}"
    return Parameter(name, kind, default, comment)


def _not_allowed(parameters: Iterable[Parameter]) -> tuple[str, ...]:
    return tuple(f"the parameter {item.name!r} looks like a secret" for item in parameters if is_secret(item.name))


def _assigned(assignment: str, known: Mapping[str, Parameter], notebook: str) -> tuple[str, Any]:
    name, equals, written = assignment.partition("=")
    name = name.strip()
    if not equals:
        raise BadParameter(f"{assignment!r} is not NAME=VALUE", where=notebook, next_step="Write it as -p hours=48.")
    kind = _known(name, known, notebook).type
    if kind == "str":
        return name, written
    text = written.lower() if kind == "bool" else written
    try:
        return name, _adapter(kind).validate_python(json.loads(text), strict=True)
    except ValueError:
        if kind == "str | None":
            return name, written
        raise _ill_typed(name, written, kind, notebook) from None


def _checked(name: str, value: Any, known: Mapping[str, Parameter], notebook: str) -> Any:
    kind = _known(name, known, notebook).type
    if name in RESERVED:
        raise BadParameter(f"{name!r} is set by the run itself", where=notebook, next_step=f"Give it as --{name}.")
    plain = value.item() if hasattr(value, "item") else value  # papermill would pass a number of numpy on as text
    try:
        return _adapter(kind).validate_python(plain, strict=True)
    except ValueError:
        raise _ill_typed(name, value, kind, notebook) from None


def _known(name: str, known: Mapping[str, Parameter], notebook: str) -> Parameter:
    if is_secret(name):
        raise BadParameter(
            f"{name!r} looks like a secret, and parameters are printed in every output",
            where=notebook,
            next_step="Keep secrets in the farm's record: farmlab farm edit NAME --secret …",
        )
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(known)}."
        raise BadParameter(f"there is no parameter {name!r}", where=notebook, next_step=hint)
    return known[name]


def _ill_typed(name: str, value: object, kind: str, notebook: str) -> BadParameter:
    return BadParameter(
        f"{name} = {value!r} is not of type {kind}", where=notebook, next_step=f"Give a value of type {kind}."
    )


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(_TYPES[kind])
