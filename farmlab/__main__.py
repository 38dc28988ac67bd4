"""``python -m farmlab`` is the command ``farmlab``."""

from farmlab.cli import main

if __name__ == "__main__":
    main()
