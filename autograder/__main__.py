"""The command `autograder`, and `python -m autograder` where no script is installed: the engine, with this course."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

try:
    from autograder import cli, start
except ModuleNotFoundError as missing:  # whoever has the student's part alone has the command, too
    print(
        f"autograder: it needs {(missing.name or '').partition('.')[0]}: pip install -e '.[class]' in a checkout",
        file=sys.stderr,
    )
    sys.exit(2)

if TYPE_CHECKING:
    from exercises.feedback.course import Course

GRADING = ("grade", "check")  # the commands that start a sandbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command of `cli` and gives its exit code."""
    options = cli.parsed(arguments)
    return cli.refused(options) or cli.run(options, _course)


def _course() -> Course:
    from autograder.course import COURSE  # which needs torch: what is asked for may be help

    return COURSE


def program() -> int:
    """The command as a program of its own."""
    options = cli.parsed()
    refused = cli.refused(options)
    if refused:
        return refused
    if options.command in GRADING:
        # else a worker that begins looks for Python's own modules in the current folder, which may be a hand-in
        os.environ["PYTHONSAFEPATH"] = "1"
        start.begin_anew("autograder.__main__")
    return cli.run(options, _course)


if __name__ == "__main__":
    sys.exit(program())
