"""`autograder grade`: hand-ins, one class or an nbgrader course, to reports and grades."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.classes import jplag
from autograder.classes.arrivals import with_times
from autograder.classes.decided import Decided
from autograder.classes.decisions import DECISIONS, DecisionError, read_decisions
from autograder.cli.options import CommandError, Commands, count, grading_options, settings_of
from autograder.paths import SOLUTIONS
from autograder.report.canvas import CANVAS
from autograder.report.faults import Faults
from autograder.report.grades import GRADES
from autograder.report.moodle import MOODLE
from autograder.report.policy import Policy, PolicyError, read_policy
from autograder.report.terminal.progress import display
from autograder.report.terminal.table import console, printable, show_table
from autograder.sandbox.private_folder import PrivateFolder
from autograder.submissions.downloads import ClassSubmission, classes_of
from autograder.submissions.downloads.exported import Exported, exported
from autograder.submissions.downloads.formats import stamped
from exercises.feedback.catalogue import exercises

if TYPE_CHECKING:
    from autograder.classes.batch import ClassReports


def add(commands: Commands) -> None:
    """The command with its options."""
    parser = commands.add_parser("grade", help="grade hand-ins: folders, .py files, zips, notebooks")
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="a hand-in, a folder with one sub-folder, zip or notebook for each, or a class download as it comes "
        "from Canvas, Gradescope, Moodle or nbgrader",
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="the class list (columns name, login, email), Canvas's gradebook or Moodle's grading worksheet: gives "
        "names, and adds those who handed in nothing",
    )
    parser.add_argument("--roster-anyway", action="store_true", help="even if it knows few of the hand-ins")
    parser.add_argument(
        "--times",
        type=Path,
        metavar="FILE",
        help="when hand-ins came, where the download does not tell: a CSV file with an id and submitted, or the JSON "
        "of Canvas's API",
    )
    parser.add_argument(
        "--nbgrader",
        type=Path,
        metavar="COURSE",
        help="grade what was submitted to an nbgrader course, and write scores and comments into its gradebook",
    )
    parser.add_argument(
        "--assignment",
        default="",
        metavar="NAME",
        help="of that course (default: the only one with this notebook); or Canvas's, by title or id, for canvas.csv",
    )
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        default=Path("graded"),
        help="folder for the reports, grades.csv, dashboard.htm, and canvas.csv or moodle.csv for a download of "
        "theirs (default: %(default)s)",
    )
    parser.add_argument(
        "--show-calls", action="store_true", help="let students see the hidden calls that failed"
    )
    parser.add_argument(
        "--require-confinement",
        action="store_true",
        help="grade nothing where this machine cannot confine hand-ins in every way",
    )
    parser.add_argument(
        "--workers",
        type=count,
        metavar="N",
        help=f"hand-ins graded at a time (default: the number of processors, {os.cpu_count() or 1})",
    )
    parser.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="grade on the workers of a Dask cluster, such as tcp://10.0.0.1:8786 (docs/cluster.md)",
    )
    parser.add_argument(
        "--jplag",
        type=Path,
        metavar="FOLDER",
        help="also write the hand-ins into a new folder as JPlag and MOSS take them",
    )
    parser.add_argument(
        "--decisions",
        type=Path,
        metavar="CSV",
        help=f"points, excuses, extensions and comments of yours (default: {DECISIONS} in OUT, if there)",
    )
    parser.add_argument(
        "--anonymous",
        action="store_true",
        help="pseudonyms in place of names in dashboard.htm, to show it to others",
    )
    parser.add_argument("--force", action="store_true", help="grade again what has been graded before")
    parser.add_argument(
        "--profile", action="store_true", help="say where the time went, in profile.csv and profile.htm"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per event, nothing else")
    grading_options(parser)
    parser.set_defaults(precondition=_check, run=_run)


def _check(options: argparse.Namespace) -> None:
    if options.nbgrader is not None:
        _check_course(options)
    else:
        _check_class(options)
    if options.decisions is not None and not options.decisions.is_file():
        raise CommandError(f"--decisions {options.decisions}: there is no such file")
    if options.out.exists() and not options.out.is_dir():
        raise CommandError(f"-o {options.out}: is a file; give a folder for the reports")
    if options.jplag is not None and options.jplag.exists():
        raise CommandError(f"--jplag {options.jplag}: is there already; give the name of a new folder")
    options.policy = _policy()
    if options.scheduler and options.workers:
        raise CommandError("--scheduler and --workers do not go together: the cluster has workers of its own")


def _check_class(options: argparse.Namespace) -> None:
    if not options.paths:
        raise CommandError("grade what? Give a hand-in or a folder of hand-ins, or --nbgrader COURSE")
    for path in options.paths:
        if not path.exists():
            raise CommandError(f"{path}: there is no such file or folder")
    if options.roster is not None and options.roster.resolve() in [
        (options.out / name).resolve() for name in (CANVAS, MOODLE, GRADES)
    ]:
        raise CommandError(f"--roster {options.roster}: is what this command writes; keep the list elsewhere")


def _check_course(options: argparse.Namespace) -> None:
    if options.times is not None:
        raise CommandError("--times goes with a class download; nbgrader's exchange keeps times of its own")
    if options.roster is not None:
        raise CommandError("--roster goes with a class download; an nbgrader course has its own list")
    if options.paths:
        raise CommandError(
            f"--nbgrader {options.nbgrader} grades what was submitted there; leave out {options.paths[0]}"
        )
    if not options.nbgrader.is_dir():
        raise CommandError(f"--nbgrader {options.nbgrader}: there is no such folder")


def _run(options: argparse.Namespace) -> int:
    if options.nbgrader is not None:
        return _grade_course(options)
    modules = [e.module for e in options.course.exercises]
    known = exported(options.roster, options.assignment)
    scratch = PrivateFolder()  # swept up by the next run where this one is killed
    try:
        class_ = classes_of(options.paths, modules, options.roster, scratch.work, options.roster_anyway)
        if options.times is not None:
            class_ = with_times(class_, options.times)
        graded = _graded(options, class_, known)
    finally:
        scratch.remove()
    _show(options, graded)
    return 1 if graded.broken else 0


def _graded(
    options: argparse.Namespace, submissions: Sequence[ClassSubmission], known: Exported | None = None
) -> ClassReports:
    """Grades hand-ins and writes their reports."""
    from autograder.classes.batch import grade_class
    from autograder.classes.options import GradingOptions

    for_jplag: Path | None = options.jplag
    decided = _decided(options, submissions)
    wanted = GradingOptions(
        settings_of(options, remote=bool(options.scheduler)),
        options.show_calls,
        options.force,
        options.require_confinement,
        options.profile,
        options.anonymous,
    )
    workers = options.workers or os.cpu_count() or 1
    with display(console(), options.json) as tell:
        graded = grade_class(
            submissions, wanted, options.out, tell, workers, options.scheduler, known, decided
        )
    if for_jplag is not None:
        faults = Faults()
        students = jplag.write_class(submissions, for_jplag, faults)
        print(f"{students} hand-ins for JPlag: {printable(str(for_jplag))}", file=sys.stderr)
        notes = [*graded.notes, *faults.notes]
        graded = replace(graded, notes=notes, broken=graded.broken or bool(faults.notes))
    return graded


def _policy() -> Policy:
    """The policy of the course."""
    path = SOLUTIONS / "course.toml"
    try:
        return read_policy(path, [exercise.name for exercise in exercises()])
    except PolicyError as error:
        raise CommandError("\n".join(f"{path}, [policy]: {each}" for each in error.complaints)) from error


def _decided(options: argparse.Namespace, submissions: Sequence[ClassSubmission]) -> Decided:
    """What makes grades of the class's points."""
    path = options.decisions or options.out / DECISIONS
    if not path.is_file():
        return Decided(options.policy)
    try:
        return Decided(options.policy, read_decisions(path, submissions, options.course.exercises))
    except DecisionError as error:
        raise CommandError(str(error)) from error


def _show(options: argparse.Namespace, graded: ClassReports) -> None:
    from autograder.report.pages.dashboard import DASHBOARD

    if not options.json:
        show_table(console(), graded.rows, options.out)
        names = "it has pseudonyms" if options.anonymous else "for instructors: it names students"
        print(f"The class: {printable(str(options.out / DASHBOARD))} ({names})")
    for note in graded.notes:
        print(printable(note), file=sys.stderr if options.json else sys.stdout)
    if graded.before and not options.json:
        print(f"{graded.before} of {len(graded.rows)} were graded before (--force grades them again)")


def _of_course(course: Path, assignment: str, student: str, path: Path) -> ClassSubmission:
    """What a student of an nbgrader course handed in, with the time that nbgrader's exchange wrote beside it."""
    when = stamped(course / "submitted" / student / assignment)
    return ClassSubmission(student, path, student, ids={"login": student}, submitted=when)


def _grade_course(options: argparse.Namespace) -> int:
    from autograder.platforms import gradebook

    course: Path = options.nbgrader
    try:
        if options.seed is None:
            options.seed = gradebook.course_seed(course)
        assignment = gradebook.assignment_in(course, options.assignment)
        submitted = gradebook.submitted(course, assignment)
        graded = _graded(options, [_of_course(course, assignment, *each) for each in submitted.items()])
        good = graded.reports.finished()
        notes = gradebook.write_scores(course, assignment, good)
        notes += gradebook.write_pages(course, assignment, good)
        if options.policy.due is not None and "nbgrader" not in options.policy.deducted_by:
            gradebook.write_penalties(course, assignment, good)
        notes += [f"{s}: nothing submitted" for s in gradebook.without_submission(course, assignment)]
    except gradebook.GradebookError as error:
        raise CommandError(str(error)) from error
    _show(options, graded)
    to = sys.stderr if options.json else sys.stdout
    for note in notes:
        print(f"Note: {printable(note)}", file=to)
    print(f"Scores and comments are in {course / 'gradebook.db'}", file=to)
    return 1 if graded.broken else 0
