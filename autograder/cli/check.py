"""`autograder check`: the package proves itself."""

from __future__ import annotations

import argparse
import sys

from autograder.cli.options import Commands, grading_options, must_be_checkout, root_option, settings_of


def add(commands: Commands) -> None:
    """The command with its options."""
    parser = commands.add_parser(
        "check", help="prove the package: solutions score all points, stubs and zeros none"
    )
    root_option(parser)
    grading_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from autograder.release.selfcheck import selfcheck

    must_be_checkout(options.root)
    with settings_of(options).grader() as grader:
        findings = selfcheck(grader, options.root)
    for line in findings.report:
        print(line)
    for problem in findings.problems:
        print(f"autograder check: {problem}", file=sys.stderr)
    return 1 if findings.problems else 0
