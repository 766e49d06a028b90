"""Whatever file or folder a command is given: one line names it and says what to do, and nothing else is printed."""

from __future__ import annotations

import errno
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.classes.batch import grade_class
from autograder.classes.options import BatchError, GradingOptions
from autograder.classes.workers import Settings
from autograder.course import COURSE
from autograder.paths import ROOT
from autograder.platforms import otter, otter_run
from autograder.platforms.gradebook import GradebookError, course_seed
from autograder.report.faults import Faults
from autograder.report.files import write_text
from autograder.report.terminal.progress import Event
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.downloads.exported import exported
from autograder.submissions.submission import SubmissionError

CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,03 Convolutions (77)\n"
MOODLE = "Identifier,Full name,Status,Grade,Maximum Grade,Last modified (grade),Feedback comments\n"
TITLES = "no column is called name, student, login or email; the first line has "


NO_TORCH = "import sys; print('a traceback', 'no torch', sep='\\n', file=sys.stderr); sys.exit(3)"


def workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", bytes(range(256)))
    return content.getvalue()


ROSTERS: dict[str, tuple[bytes | str, str]] = {
    "empty": ("", "is empty"),
    "blank lines": ("\n \n\r\n,,\n", "is empty"),
    "a byte order mark": (b"\xef\xbb\xbf", "is empty"),
    "Excel's first line": ("sep=;\n", "is empty"),
    "titles alone": ("name,login\n", "knows 0 of 2 hand-ins"),
    "no titles": ("Amy,amy\nZoe,zoe\n", f"{TITLES}Amy, amy"),
    "renamed": ("nom;courriel\nAmy;a@x\n", f"{TITLES}nom, courriel"),
    "many titles": (f"{','.join('abcdefghijk')}\n", f"{TITLES}a, b, c, d, e, f, g, h, …"),
    "a page": ("<html><body>Sign in</body></html>", f"{TITLES}<html>"),
    "UTF-16": ("name,login\nAmy,amy\n".encode("utf-16"), "not UTF-8 text; save it as CSV UTF-8"),
    "UTF-16 without a mark": ("name,login\nAmy,amy\n".encode("utf-16-le"), "no table; give a CSV file"),
    "Latin-1": ("name,login\nÉva,amy\n".encode("latin-1"), "not UTF-8 text; save it as CSV UTF-8"),
    "a workbook": (workbook(), "an Excel file; save it as CSV UTF-8"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 64, "an Excel file; save it as CSV UTF-8"),
    "an open quotation mark": (f'name,login\n"{"Amy,amy" * 30_000}', "a quotation mark is not closed"),
    "Canvas without ID": (CANVAS.replace("ID,", "", 1), "looks like Canvas's gradebook, but no column is called ID"),
    "Canvas without Section": (CANVAS.replace("Section,", ""), "no column is called Section; export it again"),
    "Canvas in small letters": (CANVAS.lower(), "no column is called ID or Section"),
    "Moodle's in German": (MOODLE.replace("Identifier", "Kennung"), "no column is called Identifier"),
    "Moodle's without a date": (MOODLE.replace("Last modified (grade)", "x"), "called Last modified (grade)"),
}  # fmt: skip


@pytest.fixture
def class_(tmp_path: Path) -> Path:
    for name in ("amy", "zoe"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "ex1_output_size.py").write_text("def output_size(*_): return 1\n")
    return tmp_path / "class"


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line of a command that refuses what it is given."""
    assert main([str(each) for each in arguments]) == 2
    out, error = capsys.readouterr()
    assert out == "" and error.count("\n") == 1
    return error.rstrip("\n")


@pytest.mark.parametrize("name", ROSTERS)
def test_a_class_list_that_cannot_be_read(
    name: str, class_: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, told = ROSTERS[name]
    roster = tmp_path / "list.csv"
    roster.write_bytes(content.encode() if isinstance(content, str) else content)
    line = said(capsys, "grade", class_, "--roster", roster, "-o", tmp_path / "out")
    assert line.startswith(f"autograder: --roster {roster}") and told in line
    assert not (tmp_path / "out").exists()


def test_a_folder_as_a_class_list(class_: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = said(capsys, "grade", class_, "--roster", class_, "-o", tmp_path / "out")
    assert line == f"autograder: --roster {class_}: Is a directory"


@pytest.mark.parametrize(
    "titles", ["student,id,section", "identifier,github_username,name", "Name,Grade,Status"]
)
def test_a_list_of_ones_own_is_taken_for_no_export(titles: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"{titles}\n")
    assert exported(tmp_path / "list.csv").worksheet is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["grade", "class", "-o", "file/out"], "-o file/out: no folder can be made there (Not a directory)"),
        (["grade", "class", "-o", "file"], "-o file: is a file; give a folder for the reports"),
        (["grade", "x" * 5_000], f"{'x' * 100}: File name too long"),
        (["grade", "--nbgrader", "file"], "--nbgrader file: there is no such folder"),
        (["diff", "file", "class"], "file: is a file; give a folder that `grade` wrote"),
        (["diff", "class", "x" * 5_000], f"{'x' * 100}: File name too long"),
    ],
    ids=lambda each: " ".join(each)[:30] if isinstance(each, list) else "",
)
def test_a_path_that_is_something_else(
    arguments: list[str],
    told: str,
    class_: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(class_.parent)
    Path("file").write_text("")
    assert said(capsys, *arguments) == f"autograder: {told}"


def test_a_full_disk_ends_a_class_with_how_far_it_is(tmp_path: Path) -> None:
    def tell(event: Event) -> None:
        if event.student == "zoe":
            raise OSError(errno.ENOSPC, "No space left on device")

    class_ = [ClassSubmission("amy", None), ClassSubmission("zoe", None)]
    options = GradingOptions(Settings(COURSE, ("cpu",), 1, 10.0, 4096))
    told = "No space left on device; 1 of 2 hand-ins are done, and the same command goes on from there"
    with pytest.raises(BatchError, match=told):
        grade_class(class_, options, tmp_path, tell)


def test_a_folder_in_the_place_of_a_report_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "amy.json" / "own").mkdir(parents=True)
    faults = Faults()
    with faults.kept_to("amy.json", tmp_path / "amy.json"):
        write_text(tmp_path / "amy.json", "text")
    assert faults.notes[0] == "the grader failed at amy.json: a folder of this name is in its place"
    assert (tmp_path / "amy.json" / "own").is_dir() and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"seed": "x"}', '{"seed": null}', "[" * 100_000, "\xff"]
)
def test_a_release_that_names_no_seed_grades_with_no_other(content: str, tmp_path: Path) -> None:
    path = tmp_path / "grader" / "release.json"
    path.parent.mkdir()
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(GradebookError, match=r"release\.json: names no seed"):
        course_seed(tmp_path)
    path.unlink()
    assert course_seed(tmp_path) is None


@pytest.mark.parametrize("error", [otter.NotGraded("two answers differ"), otter.SandboxFailed("it ended")])
def test_otter_run_ends_with_a_line_where_there_is_no_grade(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a platform the caller tells it; a person has only what is printed."""
    for folder in ("submission", "source/files", "source/tests"):
        (tmp_path / folder).mkdir(parents=True)
    hand_in = tmp_path / "submission" / "ada.ipynb"
    hand_in.write_text("{}")

    def graded(*_: Path) -> None:
        raise error

    monkeypatch.setattr(otter, "graded_apart", graded)
    grade: Callable[[object], None] = otter.SandboxedGrading(str(hand_in)).before_grading
    with pytest.raises(SystemExit, match=f"ada.ipynb: {error}"):
        grade(None)
    with pytest.raises(type(error)):  # now the hand-in is aside already, as on a platform
        grade(None)


@pytest.mark.parametrize(
    ("hand_in", "archive", "told"),
    [
        ("hand-in.zip", "none.zip", "none.zip: No such file or directory"),
        ("hand-in.zip", "text.zip", "text.zip: is no zip"),
        (
            "hand-in.zip",
            "hand-in.zip",
            "hand-in.zip: has no run_otter.py and otter_config.json; give a release's",
        ),
        ("none.zip", "run.zip", "none.zip: No such file or directory"),
        ("hand-in.zip", "run.zip", "otter ended with 3: no torch"),
    ],
)
def test_ours_for_otter_run_says_what_it_cannot_use(
    hand_in: str,
    archive: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.zip").write_text("text")
    files = {"hand-in.zip": {"ex1.py": ""}, "run.zip": {"otter_config.json": "{}", "run_otter.py": NO_TORCH}}
    for name, texts in files.items():
        with zipfile.ZipFile(name, "w") as made:
            for each, text in texts.items():
                made.writestr(each, text)
    assert otter_run.main([hand_in, "-a", archive, "-o", "out"]) == 2
    out, error = capsys.readouterr()
    assert (out, error.count("\n")) == ("", 1) and error.startswith(told)


def test_an_export_that_lost_a_column_would_lose_who_is_excused(tmp_path: Path) -> None:
    line = "Amy,101,s1,amy,A,EX\n"
    (tmp_path / "whole.csv").write_text(CANVAS + line)
    assert exported(tmp_path / "whole.csv").column.excused == {"101"}
    (tmp_path / "lost.csv").write_text(CANVAS.replace("ID,", "Number,", 1) + line)
    with pytest.raises(SubmissionError, match="looks like Canvas's gradebook"):
        exported(tmp_path / "lost.csv")


WITHOUT = """
import sys
sys.modules[sys.argv.pop(1)] = None
from autograder.__main__ import program
sys.exit(program())
"""


@pytest.mark.parametrize(
    ("module", "command", "said"),
    [
        ("rich", "grade", "autograder: it needs rich: pip install -e '.[class]' in a checkout"),
        ("yaml", "--help", "autograder: it needs yaml: pip install -e '.[class]' in a checkout"),
        ("jinja2", "stubs", "autograder: stubs needs jinja2: pip install -e '.[release]' in a checkout"),
        (
            "nbformat",
            "release",
            "autograder: release needs nbformat: pip install -e '.[release]' in a checkout",
        ),
    ],
)
def test_a_package_that_is_not_installed_is_named(
    module: str, command: str, said: str, tmp_path: Path
) -> None:
    """Students have the command as well, and nothing that it needs."""
    arguments = [command, str(tmp_path)] if command == "grade" else [command]
    run = [sys.executable, "-c", WITHOUT, module, *arguments]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said + "\n")
