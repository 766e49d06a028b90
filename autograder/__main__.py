"""The command `autograder`, and `python -m autograder` where no script is installed: the engine, with this course."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from autograder import cli
from autograder.course import COURSE


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command of `cli` and gives its exit code."""
    return cli.main(COURSE, arguments)


if __name__ == "__main__":
    sys.exit(main())
