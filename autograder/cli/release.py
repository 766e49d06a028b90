"""`autograder release`: every zip to hand out or upload."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.cli.options import Commands, must_be_checkout, root_option
from autograder.release.tools import without_address_grammar
from autograder.report.terminal.table import console


def add(commands: Commands) -> None:
    """The command with its options."""
    parser = commands.add_parser("release", help="build every zip to hand out or upload, each of them proved")
    parser.add_argument("-o", "--out", type=Path, default=Path("dist"), help="folder (default: %(default)s)")
    root_option(parser)
    parser.add_argument("--seed", type=int, help="of the hidden inputs (default: that of every checkout)")
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="ZIP", help="these zips, such as student.zip"
    )
    parser.add_argument("--force", action="store_true", help="prove again what an earlier release has proved")
    parser.set_defaults(precondition=must_be_checkout, run=_run)


def _run(options: argparse.Namespace) -> int:
    without_address_grammar()
    from autograder.release.build import release
    from autograder.release.edition import Edition, ReleaseError
    from autograder.release.proofs import usual_folder
    from autograder.release.screen import show_release, telling

    screen = console()
    wanted = () if options.seed is None else (options.seed,)
    edition = Edition(options.course, options.root.resolve(), *wanted)
    try:
        with telling(screen) as tell:
            proofs = usual_folder(edition)
            built = release(edition, options.out, tell, options.only, proofs, options.force)
    except ReleaseError as error:
        for line in str(error).splitlines():
            print(f"autograder release: {line}", file=sys.stderr)
        print("autograder release: nothing was written", file=sys.stderr)
        return 1
    show_release(screen, built, options.out)
    return 0
