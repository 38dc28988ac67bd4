from __future__ import annotations

from tests.runs.conftest import bench

__all__ = ["bench"]
