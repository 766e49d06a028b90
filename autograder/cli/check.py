"""`autograder check`: the package proves itself."""

from __future__ import annotations

import argparse
import sys

from autograder.cli.options import (
    CommandError,
    Commands,
    grading_options,
    must_be_checkout,
    root_option,
    settings_of,
)


def add(commands: Commands) -> None:
    """The command with its options."""
    parser = commands.add_parser(
        "check", help="prove the package: solutions score all points, stubs and zeros none"
    )
    root_option(parser)
    grading_options(parser)
    parser.set_defaults(precondition=must_be_checkout, run=_run)


def _run(options: argparse.Namespace) -> int:
    from autograder.release.header import SourceError
    from autograder.release.parts import missing_parts
    from autograder.release.selfcheck import selfcheck
    from autograder.release.stubs import made_from, out_of_date

    try:
        problems = missing_parts(options.course, options.root)
        if not problems:
            made = made_from(options.course, options.root)
            problems = [f"{line}: run autograder stubs" for line in out_of_date(*made)]
    except SourceError as error:
        raise CommandError(str(error)) from error
    for line in problems:  # what is graded would not be what stands there
        print(f"autograder check: {line}", file=sys.stderr)
    if problems:
        return 1
    with settings_of(options).grader() as grader:
        findings = selfcheck(grader, options.root)
    for line in findings.report:
        print(line)
    for problem in findings.problems:
        print(f"autograder check: {problem}", file=sys.stderr)
    return 1 if findings.problems else 0
