"""``python -m qa`` and the console script."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from qa import cli


def main() -> None:
    """Run the command line; what goes into a pipe or a file is UTF-8 everywhere."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli.main()


if __name__ == "__main__":
    main()
