"""`autograder`: grade hand-ins, check the package itself, write the students' stubs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder import __version__
from autograder.classes import jplag
from autograder.classes.batch import ClassReports, grade_class
from autograder.classes.lms import CANVAS, MOODLE
from autograder.classes.options import BatchError, GradingOptions
from autograder.classes.workers import Settings
from autograder.grading.grade import DEFAULT_SEED, DeviceError, choose_devices
from autograder.grading.judge import Judge, SuiteError
from autograder.grading.sandboxed import TimeLimits
from autograder.paths import ROOT
from autograder.platforms import single_upload
from autograder.report.pages.dashboard import DASHBOARD
from autograder.report.terminal.progress import display
from autograder.report.terminal.table import console, printable, show_table
from autograder.sandbox.confine import Limits
from autograder.sandbox.handle import SandboxError
from autograder.sandbox.private_folder import PrivateFolder
from autograder.submissions.downloads import HandedIn, classes_of
from autograder.submissions.downloads.exported import Exported, exported
from autograder.submissions.submission import SubmissionError
from exercises.feedback.course import Course


class CommandError(Exception):
    """A command that cannot be carried out as it was given."""


def main(course: Course, arguments: Sequence[str] | None = None) -> int:
    """Runs a command; exit code 0 when it did what was asked, 1 when a check failed, 2 for bad input."""
    options = _parser().parse_args(arguments, argparse.Namespace(course=course))
    try:
        return int(options.run(options))
    except (CommandError, BatchError, SubmissionError, DeviceError, SandboxError, SuiteError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograder: stopped; the reports written so far are complete", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    grade = commands.add_parser("grade", help="grade hand-ins: folders, .py files, zips, notebooks")
    grade.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="a hand-in, a folder with one sub-folder, zip or notebook for each, or a class download as it comes "
        "from Canvas, Gradescope, Moodle or nbgrader",
    )
    grade.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="the class list (columns name, login, email), Canvas's gradebook or Moodle's grading worksheet: gives "
        "names, and adds those who handed in nothing",
    )
    grade.add_argument("--roster-anyway", action="store_true", help="even if it knows few of the hand-ins")
    grade.add_argument(
        "--nbgrader",
        type=Path,
        metavar="COURSE",
        help="grade what was submitted to an nbgrader course, and write scores and comments into its gradebook",
    )
    grade.add_argument(
        "--assignment",
        default="",
        metavar="NAME",
        help="of that course (default: the only one with this notebook); or Canvas's, by title or id, for canvas.csv",
    )
    grade.add_argument(
        "-o",
        "--out",
        type=Path,
        default=Path("graded"),
        help="folder for the reports, grades.csv, dashboard.htm, and canvas.csv or moodle.csv for a download of "
        "theirs (default: %(default)s)",
    )
    grade.add_argument(
        "--show-calls", action="store_true", help="let students see the hidden calls that failed"
    )
    grade.add_argument(
        "--require-confinement",
        action="store_true",
        help="grade nothing where this machine cannot confine hand-ins in every way",
    )
    grade.add_argument(
        "--workers",
        type=_count,
        metavar="N",
        help=f"hand-ins graded at a time (default: the number of processors, {os.cpu_count() or 1})",
    )
    grade.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="grade on the workers of a Dask cluster, such as tcp://10.0.0.1:8786 (docs/cluster.md)",
    )
    grade.add_argument(
        "--jplag",
        type=Path,
        metavar="FOLDER",
        help="also write the hand-ins into a new folder as JPlag and MOSS take them",
    )
    grade.add_argument("--force", action="store_true", help="grade again what has been graded before")
    grade.add_argument(
        "--profile", action="store_true", help="say where the time went, in profile.csv and profile.htm"
    )
    grade.add_argument("--json", action="store_true", help="print one JSON object per event, nothing else")
    _grading_options(grade)
    grade.set_defaults(run=_grade)

    diff = commands.add_parser("diff", help="whose points differ between two folders of reports, and why")
    diff.add_argument("old", type=Path, metavar="OLD", help="a folder that `grade` wrote")
    diff.add_argument("new", type=Path, metavar="NEW", help="another one")
    diff.set_defaults(run=_diff)

    check = commands.add_parser("check", help="prove the package: solutions score 100, stubs and zeros 0")
    check.add_argument("--root", type=Path, default=ROOT, help="the checkout (%(default)s)")
    _grading_options(check)
    check.set_defaults(run=_check)

    stubs = commands.add_parser("stubs", help="write exercises/ from solutions/")
    stubs.add_argument("--root", type=Path, default=ROOT, help="the checkout (%(default)s)")
    stubs.add_argument("--check", action="store_true", help="write nothing; fail if something would change")
    stubs.set_defaults(run=_stubs)

    release = commands.add_parser(
        "release", help="build every zip to hand out or upload, each of them proved"
    )
    release.add_argument("-o", "--out", type=Path, default=Path("dist"), help="folder (default: %(default)s)")
    release.add_argument("--root", type=Path, default=ROOT, help="the checkout (%(default)s)")
    release.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help="of the hidden inputs (default: %(default)s)"
    )
    release.add_argument(
        "--only", nargs="+", default=(), metavar="ZIP", help="these zips, such as student.zip"
    )
    release.set_defaults(run=_release)
    return parser


def _grading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device",
        choices=("cpu", "cuda", "auto"),
        default="auto",
        help="where checks run: auto uses a GPU where there is one (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, help=f"of the hidden inputs (default: the release's, else {DEFAULT_SEED})"
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=TimeLimits.call,
        help="seconds one call may take (default: %(default)s)",
    )
    parser.add_argument(
        "--memory",
        type=_mebibytes,
        default=Limits.memory >> 20,
        help="MiB a hand-in may use (default: %(default)s)",
    )
    parser.add_argument(
        "--sandbox",
        choices=("fork", "subprocess"),
        default=None,
        help="how workers are started (default: what this system can do)",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1024")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds between 0 and a day")
    return value


def _mebibytes(text: str) -> int:
    if not text.isdecimal() or not 64 <= int(text) <= 1 << 20:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of MiB from 64 to 1048576")
    return int(text)


def settings_of(options: argparse.Namespace, remote: bool = False) -> Settings:
    """How the options ask to grade; on other machines, GPUs are those of the workers, and asked for by name."""
    elsewhere = ("cpu", "cuda") if options.device == "cuda" else ("cpu",)
    return Settings(
        options.course,
        devices=elsewhere if remote else choose_devices(options.device),
        seed=single_upload.seed() if options.seed is None else options.seed,
        timeout=options.timeout,
        memory=options.memory,
        sandbox=options.sandbox,
    )


def _grade(options: argparse.Namespace) -> int:
    if options.nbgrader is not None:
        return _grade_course(options)
    modules = [e.module for e in options.course.exercises]
    if not options.paths:
        raise CommandError("grade what? Give a hand-in or a folder of hand-ins, or --nbgrader COURSE")
    for path in options.paths:
        if not path.exists():
            raise CommandError(f"{path}: there is no such file or folder")
    if options.roster is not None and options.roster.resolve() in [
        (options.out / name).resolve() for name in (CANVAS, MOODLE, "grades.csv")
    ]:
        raise CommandError(f"--roster {options.roster}: is what this command writes; keep the list elsewhere")
    known = exported(options.roster, options.assignment)
    scratch = PrivateFolder()  # swept up by the next run where this one is killed
    try:
        class_ = classes_of(options.paths, modules, options.roster, scratch.work, options.roster_anyway)
        graded = _graded(options, class_, known)
    finally:
        scratch.remove()
    _show(options, graded)
    return 1 if graded.broken else 0


def _graded(
    options: argparse.Namespace, hand_ins: Sequence[HandedIn], known: Exported | None = None
) -> ClassReports:
    """Grades hand-ins and writes their reports."""
    out: Path = options.out
    if out.exists() and not out.is_dir():
        raise CommandError(f"-o {out}: is a file; give a folder for the reports")
    for_jplag: Path | None = options.jplag
    if for_jplag is not None and for_jplag.exists():
        raise CommandError(f"--jplag {for_jplag}: is there already; give the name of a new folder")
    if options.scheduler and options.workers:
        raise CommandError("--scheduler and --workers do not go together: the cluster has workers of its own")
    wanted = GradingOptions(
        settings_of(options, remote=bool(options.scheduler)),
        options.show_calls,
        options.force,
        options.require_confinement,
        options.profile,
    )
    workers = options.workers or os.cpu_count() or 1
    with display(console(), options.json) as tell:
        graded = grade_class(hand_ins, wanted, out, tell, workers, options.scheduler, known)
    if for_jplag is not None:
        students = jplag.write_class(hand_ins, for_jplag)
        print(f"{students} hand-ins for JPlag: {printable(str(for_jplag))}", file=sys.stderr)
    return graded


def _show(options: argparse.Namespace, graded: ClassReports) -> None:
    if not options.json:
        show_table(console(), graded.rows, options.out)
        print(f"The class: {printable(str(options.out / DASHBOARD))} (for instructors: it names students)")
    for note in graded.notes:
        print(printable(note), file=sys.stderr if options.json else sys.stdout)
    if graded.before and not options.json:
        print(f"{graded.before} of {len(graded.rows)} were graded before (--force grades them again)")


def _grade_course(options: argparse.Namespace) -> int:
    from autograder.platforms import gradebook

    course: Path = options.nbgrader
    if options.roster is not None:
        raise CommandError("--roster goes with a class download; an nbgrader course has its own list")
    if options.paths:
        raise CommandError(
            f"--nbgrader {course} grades what was submitted there; leave out {options.paths[0]}"
        )
    if not course.is_dir():
        raise CommandError(f"--nbgrader {course}: there is no such folder")
    if options.seed is None:
        options.seed = gradebook.course_seed(course)
    try:
        assignment = gradebook.assignment_in(course, options.assignment)
        submitted = gradebook.submitted(course, assignment)
        graded = _graded(options, [HandedIn(student, path) for student, path in submitted.items()])
        good = graded.reports.finished()
        notes = gradebook.write_scores(course, assignment, good)
        notes += gradebook.write_pages(course, assignment, good)
        notes += [f"{s}: nothing submitted" for s in gradebook.without_hand_in(course, assignment)]
    except gradebook.GradebookError as error:
        raise CommandError(str(error)) from error
    _show(options, graded)
    to = sys.stderr if options.json else sys.stdout
    for note in notes:
        print(f"Note: {printable(note)}", file=to)
    print(f"Scores and comments are in {course / 'gradebook.db'}", file=to)
    return 1 if graded.broken else 0


def _diff(options: argparse.Namespace) -> int:
    from autograder.classes import difference

    for folder in (options.old, options.new):
        if not folder.is_dir():
            raise CommandError(f"{folder}: there is no such folder")
    found = difference.compare(options.old, options.new)
    if not found.compared and not found.any:
        raise CommandError(f"{options.old}, {options.new}: no reports there")
    difference.show(console(), found)
    return 1 if found.any else 0


def _check(options: argparse.Namespace) -> int:
    from autograder.release.selfcheck import selfcheck

    _must_be_checkout(options.root)
    with settings_of(options).grader() as grader:
        findings = selfcheck(grader, options.root)
    for line in findings.report:
        print(line)
    for problem in findings.problems:
        print(f"autograder check: {problem}", file=sys.stderr)
    return 1 if findings.problems else 0


def _stubs(options: argparse.Namespace) -> int:
    from autograder.release.header import SourceError
    from autograder.release.stubs import out_of_date, write_stubs

    _must_be_checkout(options.root)
    try:
        hidden = hidden_counts(options.course)
        if options.check:
            changed = out_of_date(options.root / "solutions", options.root / "exercises", hidden)
            for line in changed:
                print(f"autograder stubs: {line}", file=sys.stderr)
            return 1 if changed else 0
        for path in write_stubs(options.root / "solutions", options.root / "exercises", hidden):
            print(f"{'wrote' if path.exists() else 'removed'} {path.relative_to(options.root).as_posix()}")
    except SourceError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    return 0


def _release(options: argparse.Namespace) -> int:
    try:
        from autograder.release.build import release
        from autograder.release.edition import Edition, ReleaseError
        from autograder.release.screen import show_release, telling
    except ModuleNotFoundError as error:
        raise CommandError(
            f"release needs {error.name}: pip install -e '.[release]' in a checkout"
        ) from error
    _must_be_checkout(options.root)
    screen = console()
    edition = Edition(options.course, options.root.resolve(), options.seed)
    try:
        with telling(screen) as tell:
            built = release(edition, options.out, tell, options.only)
    except ReleaseError as error:
        for line in str(error).splitlines():
            print(f"autograder release: {line}", file=sys.stderr)
        print("autograder release: nothing was written", file=sys.stderr)
        return 1
    show_release(screen, built, options.out)
    return 0


def _must_be_checkout(root: Path) -> None:
    if not (root / "solutions").is_dir():
        raise CommandError(f"{root}: no checkout of this project, it has no folder solutions/")


def hidden_counts(course: Course) -> dict[str, dict[str, int]]:
    """How many hidden checks there are on one device, by exercise module and category."""
    judge = Judge(course)
    counts: dict[str, dict[str, int]] = {}
    for line in judge.lines:
        of_module = counts.setdefault(line.module, {})
        of_module[line.category] = of_module.get(line.category, 0) + line.cases
    return counts
