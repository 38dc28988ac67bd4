"""The sample farms as scopes, opened once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from farmlab import scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from farmlab.scope import Scope


@pytest.fixture(scope="module")
def house() -> Iterator[Scope]:
    with scope.open("sample", house=1, hours=24) as lab:
        yield lab


@pytest.fixture(scope="module")
def room() -> Iterator[Scope]:
    with scope.open("sample room", hours=24) as lab:
        yield lab
