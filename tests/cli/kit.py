"""Commands as a person types them, in one process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import typer
from typer.testing import CliRunner

from farmlab.cli import context


@dataclass
class Terminal:
    """A command line with some families of verbs, for one home."""

    home: Path
    app: typer.Typer

    @classmethod
    def of(cls, home: Path, *families: ModuleType) -> Terminal:
        app = typer.Typer()
        for family in families:
            family.register(app)
        return cls(home, app)

    def type(self, *words: str, code: int = 0) -> str:
        """What is printed; the exit code must be this. An error of FarmLab is raised."""
        context.begin(home=self.home, debug=False)
        result = CliRunner().invoke(self.app, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    def ask(self, *words: str, code: int = 0) -> Any:
        """The answer for a program."""
        return json.loads(self.type(*words, "--json", code=code))
