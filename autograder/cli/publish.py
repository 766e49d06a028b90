"""`autograder publish`: what was graded, as files to upload, so that each student gets their feedback page."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.classes.published import in_words
from autograder.cli.options import CommandError, Commands
from autograder.report.terminal.table import printable
from autograder.report.text import first_of
from autograder.sandbox.lock import lock

if TYPE_CHECKING:
    from autograder.classes.publication import Feedback, Publication


def add(commands: Commands) -> None:
    """The command with its options."""
    parser = commands.add_parser("publish", help="make feedback files to upload of what was graded")
    parser.add_argument("graded", type=Path, metavar="GRADED", help="the folder that `grade` wrote")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        default=Path("published"),
        help="a new folder for zips to upload to Moodle and Canvas, and each student's page (default: %(default)s)",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also what is as it was published before, which is left out otherwise",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only list what would be told whom; nothing is written"
    )
    parser.set_defaults(precondition=_check, run=_run)


def _check(options: argparse.Namespace) -> None:
    if not options.graded.is_dir():
        raise CommandError(f"{options.graded}: there is no such folder")
    if options.dry_run:
        return
    out: Path = options.out
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise CommandError(f"-o {out}: is a file; give the name of a new folder")
    if out.is_dir() and any(out.iterdir()):
        raise CommandError(f"-o {out}: is not empty; give the name of a new folder")


def _run(options: argparse.Namespace) -> int:
    from autograder.classes.publication import publication
    from autograder.classes.uploads import chosen, publish

    graded, out = options.graded, options.out
    with _only_reader(graded):
        found = publication(graded)
        pages = chosen(found.feedback, options.all)
        if options.dry_run:
            _list_news(found)
        _list_withheld(found, options.dry_run)
        if any(pages.values()) and not options.dry_run:
            try:
                publish(graded, out, pages, found.before)
            except OSError as error:
                why = f"{error.filename or out}: {error.strerror or error}"
                raise CommandError(f"{why}; nothing counts as published") from error
    _list_files(found, pages, out, options.dry_run)
    if any(pages.values()):
        left = 0 if options.all else sum(not each.news for each in found.feedback)
        _say([f"{left} are as published before, and left out; --all takes them, too"] if left else [])
    else:
        _say([_nothing(found)])
    return 0


@contextlib.contextmanager
def _only_reader(graded: Path) -> Iterator[None]:
    """Nobody writes reports meanwhile, where the system can tell."""
    try:
        held = lock(graded)
    except OSError:  # a file system without locks, or a link
        yield
        return
    if held is None:
        raise CommandError(f"{graded}: another autograder is at work there; wait for it")
    try:
        yield
    finally:
        os.close(held)


def _list_news(found: Publication) -> None:
    for each in found.feedback:
        if each.news:
            _say([f"{each.member.student}: {each.news}"])
    _say(f"{student}: gone, told {in_words(found.before[student].points)} before" for student in found.gone)


def _list_withheld(found: Publication, everyone: bool) -> None:
    lines = []
    for student, why in found.withheld.items():
        told = found.before.get(student)
        before = f" (told {in_words(told.points)} before)" if told else ""
        lines.append(f"not published: {student}: {why}{before}")
    _say(lines if everyone else first_of(lines, "{} more are not published; --dry-run lists all"))


def _list_files(
    found: Publication, pages: Mapping[str, Sequence[Feedback]], out: Path, dry_run: bool
) -> None:
    from autograder.classes.publication import PAGES
    from autograder.classes.uploads import TABLE

    for way, students in pages.items():
        if students:
            number = f"{len(students)} {'page' if len(students) == 1 else 'pages'}"
            called = f", each named by {found.kind}; {TABLE} says whose they are" if way == PAGES else ""
            _say([f"{out / way}: {'would hold ' if dry_run else ''}{number}{called}"])
        # what each way lacks was told when its pages were published
        known = not students and not dry_run and found.before
        lines = [] if known else [f"{way}: {note}" for note in found.notes.get(way, ())]
        _say(lines if dry_run else first_of(lines, f"{way}: {{}} more such lines; --dry-run lists all"))


def _nothing(found: Publication) -> str:
    told = [each.before.at for each in found.feedback if each.before is not None]
    if not found.feedback:
        return "nothing to publish: there is no page for anybody"
    if not told:
        return "nothing to publish: the lines above say why nobody's page can be brought"
    return (
        f"nothing to publish: all is as it was published, the last on {max(told)[:10]}; --all takes it anyway"
    )


def _say(lines: Sequence[str] | Iterator[str]) -> None:
    for line in lines:
        print(printable(line))
