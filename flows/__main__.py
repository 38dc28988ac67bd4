"""``python -m flows``: serve the schedules of the home that FARMLAB_HOME names."""

from __future__ import annotations

import sys

from farmlab import config
from farmlab.errors import FarmLabError
from flows import serve

if __name__ == "__main__":
    try:
        serve.main(config.load())
    except FarmLabError as error:
        sys.exit(f"Error: {error}")
