"""`autograder diff`: whose points two folders of reports tell differently."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.classes import difference
from autograder.cli.options import CommandError, Commands
from autograder.report.terminal.table import console


def add(commands: Commands) -> None:
    """The command with its options."""
    parser = commands.add_parser("diff", help="whose points differ between two folders of reports, and why")
    parser.add_argument("old", type=Path, metavar="OLD", help="a folder that `grade` wrote")
    parser.add_argument("new", type=Path, metavar="NEW", help="another one")
    parser.set_defaults(precondition=_check, run=_run)


def _check(options: argparse.Namespace) -> None:
    for folder in (options.old, options.new):
        if folder.is_file():
            raise CommandError(f"{folder}: is a file; give a folder that `grade` wrote")
        if not folder.is_dir():
            raise CommandError(f"{folder}: there is no such folder")


def _run(options: argparse.Namespace) -> int:
    found = difference.compare(options.old, options.new)
    if not found.compared and not found.any:
        raise CommandError(f"{options.old}, {options.new}: no reports there")
    difference.show(console(), found)
    return 1 if found.any else 0
