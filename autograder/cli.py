"""`autograder`: grade hand-ins, check the package itself, write the students' stubs."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder import __version__
from autograder.classroom import NOTHING, classes_of
from autograder.examinee import Patience
from autograder.grade import DEFAULT_SEED, DeviceError, Grader, choose_devices
from autograder.judge import Judge, SuiteError
from autograder.platforms import shipped
from autograder.report import gradescope
from autograder.report.files import as_json, for_student, write_grades, write_json
from autograder.report.model import Report
from autograder.report.page import write_page
from autograder.report.screen import console, printable, progress, show_table
from autograder.sandbox.confine import LAYERS, Limits
from autograder.sandbox.host import SandboxError
from autograder.submission import SubmissionError, read_submission
from exercises.feedback.catalogue import exercises

ROOT = Path(__file__).resolve().parents[1]


class CommandError(Exception):
    """A command that cannot be carried out as it was given."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; exit code 0 when it did what was asked, 1 when a check failed, 2 for bad input."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (CommandError, SubmissionError, DeviceError, SandboxError, SuiteError) as error:
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
        help="the class list (columns name, login, email): gives names, and adds those who handed in nothing",
    )
    grade.add_argument(
        "--nbgrader",
        type=Path,
        metavar="COURSE",
        help="grade what was submitted to an nbgrader course, and write scores and comments into its gradebook",
    )
    grade.add_argument(
        "--assignment", default="", help="of that course (default: the only one with this notebook)"
    )
    grade.add_argument(
        "-o",
        "--out",
        type=Path,
        default=Path("graded"),
        help="folder for grades.csv and two JSON files per hand-in (default: %(default)s)",
    )
    grade.add_argument(
        "--show-calls", action="store_true", help="let students see the hidden calls that failed"
    )
    grade.add_argument(
        "--require-confinement",
        action="store_true",
        help="grade nothing where this machine cannot confine hand-ins in every way",
    )
    _grading_options(grade)
    grade.set_defaults(run=_grade)

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
        default=Patience.call,
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


def grader_of(options: argparse.Namespace) -> Grader:
    """The grader that the options ask for."""
    return Grader(
        devices=choose_devices(options.device),
        seed=shipped.seed() if options.seed is None else options.seed,
        patience=replace(Patience(), call=options.timeout),
        limits=replace(Limits(), memory=options.memory << 20),
        sandbox=options.sandbox,
    )


def _grade(options: argparse.Namespace) -> int:
    if options.nbgrader is not None:
        return _grade_course(options)
    modules = [e.module for e in exercises()]
    if not options.paths:
        raise CommandError("grade what? Give a hand-in or a folder of hand-ins, or --nbgrader COURSE")
    for path in options.paths:
        if not path.exists():
            raise CommandError(f"{path}: there is no such file or folder")
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        entries = classes_of(options.paths, modules, options.roster, Path(scratch))
        paths = {each.student: each.path for each in entries}
        rows, broken = _graded(options, paths, {each.student: each.notes for each in entries})
    show_table(console(), rows, options.out)
    return 1 if broken else 0


def _graded(
    options: argparse.Namespace,
    paths: Mapping[str, Path | None],
    notes: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[list[tuple[str, Report]], bool]:
    """Grades hand-ins by name and writes their reports; also whether one of them could not be graded."""
    modules = [e.module for e in exercises()]
    out: Path = options.out
    if out.exists() and not out.is_dir():
        raise CommandError(f"-o {out}: is a file; give a folder for the reports")
    rows: list[tuple[str, Report]] = []
    broken = False
    with grader_of(options) as grader, progress(console()) as bar:
        if options.require_confinement and (layers := grader.unconfined()):
            lacks = "; ".join(f"no {layer}: {LAYERS[layer]}" for layer in layers)
            raise CommandError(f"--require-confinement: this machine cannot confine hand-ins ({lacks})")
        task = bar.add_task("Grading", total=len(paths))
        for name, path in paths.items():
            bar.update(task, description=f"Grading {printable(name)}")
            try:
                if path is None:
                    raise SubmissionError(NOTHING)
                report = grader.grade(read_submission(path, modules)).named(name)
            except SubmissionError as error:
                report = grader.unreadable(name, str(error))
            except (SuiteError, SandboxError) as error:  # it must not cost the others their grades
                report = grader.unreadable(name, f"could not be graded: {error}")
                broken = True
            report = replace(report, notes=(*(notes or {}).get(name, ()), *report.notes))
            shown = for_student(report, options.show_calls)
            write_json(out / f"{name}.json", as_json(shown))
            write_json(out / f"{name}.results.json", gradescope.results(shown))
            write_page(out / f"{name}.html", shown)
            rows.append((name, report))
            bar.advance(task)
    write_grades(out / "grades.csv", rows)
    return rows, broken


def _grade_course(options: argparse.Namespace) -> int:
    from autograder import gradebook

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
        rows, broken = _graded(options, gradebook.submitted(course, assignment))
        if broken:
            raise CommandError(f"{course / 'gradebook.db'} stays as it was, since not all could be graded")
        reports = dict(rows)
        notes = gradebook.write_scores(course, assignment, reports)
        notes += gradebook.write_pages(course, assignment, list(reports))
        notes += [f"{s}: nothing submitted" for s in gradebook.without_hand_in(course, assignment)]
    except gradebook.GradebookError as error:
        raise CommandError(str(error)) from error
    show_table(console(), rows, options.out)
    for note in notes:
        print(f"Note: {printable(note)}")
    print(f"Scores and comments are in {course / 'gradebook.db'}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from autograder.selfcheck import selfcheck

    _must_be_checkout(options.root)
    with grader_of(options) as grader:
        findings = selfcheck(grader, options.root)
    for line in findings.report:
        print(line)
    for problem in findings.problems:
        print(f"autograder check: {problem}", file=sys.stderr)
    return 1 if findings.problems else 0


def _stubs(options: argparse.Namespace) -> int:
    from autograder.header import SourceError
    from autograder.stubs import out_of_date, write_stubs

    _must_be_checkout(options.root)
    try:
        hidden = hidden_counts()
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
        raise CommandError(f"release needs {error.name}: pip install '.[release]' in a checkout") from error
    _must_be_checkout(options.root)
    screen = console()
    edition = Edition(options.root.resolve(), options.seed)
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


def hidden_counts() -> dict[str, dict[str, int]]:
    """How many hidden checks there are on one device, by exercise module and category."""
    judge = Judge(exercises())
    counts: dict[str, dict[str, int]] = {}
    for line in judge.lines:
        of_module = counts.setdefault(line.module, {})
        of_module[line.category] = of_module.get(line.category, 0) + line.cases
    return counts


if __name__ == "__main__":
    sys.exit(main())
