"""`autograder new`: begins an exercise."""

from __future__ import annotations

import argparse

from autograder.cli.options import CommandError, Commands, must_be_checkout, root_option


def add(commands: Commands) -> None:
    """The command with its options."""
    parser = commands.add_parser(
        "new", help="begin an exercise: its solution, topic, hidden suite and public check"
    )
    parser.add_argument("name", help="ex, the next number, _ and a word, such as ex8_name")
    parser.add_argument("--title", required=True, help="as students read it")
    parser.add_argument("--points", required=True, help="a whole number")
    parser.add_argument("--track", default="", help="one of course.toml, if it is not the first")
    root_option(parser)
    parser.set_defaults(precondition=must_be_checkout, run=_run)


def _run(options: argparse.Namespace) -> int:
    from autograder.release.header import SourceError
    from autograder.release.new import CannotBegin, begin

    try:
        paths = begin(
            options.course, options.root, options.name, options.title, options.points, options.track
        )
    except (CannotBegin, SourceError) as error:
        raise CommandError(str(error)) from error
    for path in paths:
        print(f"wrote {path.relative_to(options.root).as_posix()}")
    print("Each says what to replace. After every change: autograder stubs && autograder check")
    return 0
