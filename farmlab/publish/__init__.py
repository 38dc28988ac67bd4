"""Pages: one self-contained HTML file per run, and the site's index with what is good, late and failed."""

from __future__ import annotations

from farmlab.publish.page import publish_run
from farmlab.publish.site import publish_index

__all__ = ["publish_index", "publish_run"]
