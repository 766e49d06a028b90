"""`autograder stubs`: what students get, written from the solutions."""

from __future__ import annotations

import argparse
import sys

from autograder.cli.options import Commands, must_be_checkout, root_option


def add(commands: Commands) -> None:
    """The command with its options."""
    parser = commands.add_parser("stubs", help="write exercises/ from solutions/")
    root_option(parser)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something would change")
    parser.set_defaults(precondition=must_be_checkout, run=_run)


def _run(options: argparse.Namespace) -> int:
    from autograder.release.header import SourceError
    from autograder.release.parts import missing_parts
    from autograder.release.stubs import made_from, out_of_date, write_stubs

    try:
        problems = missing_parts(options.course, options.root)
        for line in problems:
            print(f"autograder: {line}", file=sys.stderr)
        if problems:
            return 2
        made = made_from(options.course, options.root)
        if options.check:
            changed = out_of_date(*made)
            for line in changed:
                print(f"autograder stubs: {line}", file=sys.stderr)
            return 1 if changed else 0
        for path in write_stubs(*made):
            print(f"{'wrote' if path.exists() else 'removed'} {path.relative_to(options.root).as_posix()}")
    except SourceError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    return 0
