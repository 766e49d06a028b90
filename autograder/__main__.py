"""The command `autograder`, and `python -m autograder` where no script is installed: the engine, with this course."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from autograder import cli, start

GRADING = ("grade", "check")  # the commands that start a sandbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command of `cli` and gives its exit code."""
    options = cli.parsed(arguments)
    return cli.refused(options) or _run(options)


def _run(options: argparse.Namespace) -> int:
    from autograder.course import COURSE  # which needs torch: what is asked for may be help

    return cli.run(options, COURSE)


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
    return _run(options)


if __name__ == "__main__":
    sys.exit(program())
