"""The command `autograder`, and `python -m autograder` where no script is installed: the engine, with this course."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from autograder import start

GRADING = ("grade", "check")  # the commands that start a sandbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command of `cli` and gives its exit code."""
    from autograder import cli
    from autograder.course import COURSE

    return cli.main(COURSE, arguments)


def program() -> int:
    """The command as a program of its own."""
    if sys.argv[1:2] and sys.argv[1] in GRADING:
        # else a worker that begins looks for Python's own modules in the current folder, which may be a hand-in
        os.environ["PYTHONSAFEPATH"] = "1"
        start.begin_anew("autograder.__main__")
    return main()


if __name__ == "__main__":
    sys.exit(program())
