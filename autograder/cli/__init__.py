"""`autograder`: grade hand-ins, check the package itself, write the students' stubs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from autograder import __version__
from autograder.classes.options import BatchError
from autograder.cli import check, diff, grade, new, release, stubs
from autograder.cli.options import CommandError
from autograder.grading.collecting import SuiteError
from autograder.grading.grade import DeviceError
from autograder.sandbox.handle import SandboxError
from autograder.submissions.submission import ReadingError, SubmissionError
from exercises.feedback.course import Course

COMMANDS = (grade, diff, check, stubs, new, release)


def main(course: Course, arguments: Sequence[str] | None = None) -> int:
    """Runs a command; exit code 0 when it did what was asked, 1 when a check failed, 2 for bad input."""
    options = _parser().parse_args(arguments, argparse.Namespace(course=course))
    try:
        return int(options.run(options))
    except (
        CommandError,
        BatchError,
        SubmissionError,
        ReadingError,
        DeviceError,
        SandboxError,
        SuiteError,
    ) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograder: stopped; the reports written so far are complete", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
