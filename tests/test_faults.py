"""What one hand-in does to a writer costs its own entry: nine others have everything, and the one is named.

Each test makes one function of the grader fail, at one student of ten or as a whole, and runs the command.
"""

from __future__ import annotations

import csv
import errno
import importlib
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.__main__ import main
from autograder.classes.lms import write_imports
from autograder.report.faults import MAX_CHARS, Faults, fault
from autograder.report.policy import Policy
from autograder.report.text import MAX_LINES
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.downloads.exported import Exported, Worksheet
from tests.test_gradebook_files import graded as row_of

SUBMISSIONS = Path(__file__).resolve().parent / "submissions"
RIGHT = SUBMISSIONS / "class" / "joão" / "ex3_conv2d (2).py"
# dora's answer is wrong, so that there are pictures of it; who is not here handed in nothing
WORK = {
    "anna": RIGHT,
    "dora": SUBMISSIONS / "wrong" / "ex3_first_channel_only" / "ex3_conv2d.py",
    "hana": RIGHT,
    "ivan": RIGHT,
}
STUDENTS = ("anna", "ben", "cleo", "dora", "emil", "fay", "gus", "hana", "ivan", "jo")
FILES = {f"{name}{end}" for name in STUDENTS for end in (".json", ".results.json", ".html")}
FILES |= {"grades.csv", "canvas.csv", "class.jsn", "dashboard.htm", "profile.csv", "profile.htm"}
FILES |= {"history.jsonl", "pseudonyms.key"}
SAID = "Exceeds the limit (4300 digits) for integer string conversion"


@dataclass(frozen=True)
class Injected:
    """A function that fails at one student, or always; what is named then, and the files that are not there."""

    function: str
    at: Callable[..., bool]
    named: str
    files: tuple[str, ...] = ()


def of(student: str, index: int, get: Callable[[Any], Any] = lambda given: given) -> Callable[..., bool]:
    return lambda *given: get(given[index]) == student


def always(*given: Any) -> bool:
    return True


def student(report: Any) -> Any:
    return report.student


def name(named: Any) -> Any:
    return named.name


def folder(read: Any) -> Any:
    return read.path.name


def files_of(student: str) -> tuple[str, ...]:
    return f"{student}.json", f"{student}.results.json", f"{student}.html"


# each at another student, so that one run tells what each costs
WHILE_GRADING = (
    Injected("report.rendered:feedback_page", of("anna", 0, student), "anna.html", ("anna.html",)),
    Injected("report.gradescope:results", of("ben", 0, student), "ben.results.json", ("ben.results.json",)),
    Injected("report.rendered:report_bytes", of("cleo", 0, student), "cleo.json", ("cleo.json",)),
    Injected("grading.grade:pictures", always, "dora, the pictures of ex3_conv2d"),
    Injected("report.rendered:for_student", of("emil", 0, student), "emil", files_of("emil")),
    Injected("classes.profile:_row", of("fay", 0), "profile.csv, fay"),
    Injected("classes.workers:row", of("gus", 0, student), "gus in all tables"),
    Injected("grading.grade:Grader.grade", of("hana", 1, folder), "hana"),
    Injected("classes.batch:read_submission", of("ivan", 0, name), "ivan"),
)
IN_THE_CLASS = (
    Injected("report.grades:_row", of("anna", 0), "grades.csv, anna"),
    Injected("report.canvas:_row", of("ben", 0, name), "canvas.csv, ben"),
    Injected("report.class_statistics:_count_graded", of("dora", 1), "the statistics, dora"),
    Injected("report.pages.who:shown", of("gus", 0), "dashboard.htm, gus"),
    Injected("report.pages.charts:drawn", always, "dashboard.htm, the charts"),
    Injected("classes.batch:compare", always, "look-alikes"),
)
WHOLE = (
    Injected("classes.batch:write_grades", always, "grades.csv", ("grades.csv",)),
    Injected("classes.lms:canvas", always, "canvas.csv", ("canvas.csv",)),
    Injected("classes.batch:write_class_list", always, "class.jsn", ("class.jsn",)),
    Injected("report.pages.dashboard:dashboard", always, "dashboard.htm", ("dashboard.htm",)),
)


class Class:
    """Canvas's download of ten students, graded by the command in this process."""

    def __init__(self, root: Path) -> None:
        self.root, self.out = root, root / "out"
        self.before: dict[str, str] = {}

    def command(self, *options: str) -> list[str]:
        command = ["grade", str(self.root / "class"), "--roster", str(self.root / "roster.csv")]
        command += ["--assignment", "7", "-o", str(self.out), "--device", "cpu", "--workers", "1"]
        return [*command, *options]

    def grade(self, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[str]]:
        """The exit code, and the lines that were printed."""
        capsys.readouterr()
        code = main(self.command(*options))
        return code, capsys.readouterr().out.splitlines()

    def rows(self, table: str) -> set[str]:
        with (self.out / table).open(encoding="utf-8", newline="") as file:
            return {row[0] for row in csv.reader(file)} & set(STUDENTS)


@pytest.fixture(scope="module")
def class_(tmp_path_factory: pytest.TempPathFactory) -> Class:
    root = tmp_path_factory.mktemp("faults")
    root.chmod(0o711)
    (root / "class").mkdir()
    lines = "Student,ID,SIS Login ID,Section,Week 3 (7)\n"
    for number, name in enumerate(STUDENTS, 70):
        lines += f"{name},{number},{name},A,\n"
        if name in WORK:
            shutil.copy(WORK[name], root / "class" / f"{name}_{number}_90{number}_ex3_conv2d.py")
    (root / "roster.csv").write_text(lines)
    made = Class(root)
    assert main(made.command("--profile")) == 0
    assert {path.name for path in made.out.iterdir()} == FILES
    made.before = {name: (made.out / name).read_text("utf-8") for name in ("grades.csv", "canvas.csv")}
    return made


def fail(monkeypatch: pytest.MonkeyPatch, function: str, at: Callable[..., bool]) -> None:
    """Lets a function of the grader fail where `at` holds of what it is given."""
    module, _, name = function.partition(":")
    owner: Any = importlib.import_module(f"autograder.{module}")
    *outer, name = name.split(".")
    for each in outer:
        owner = getattr(owner, each)
    works = getattr(owner, name)

    def fails(*given: Any, **named: Any) -> Any:
        if at(*given):
            raise ValueError(SAID)
        return works(*given, **named)

    monkeypatch.setattr(owner, name, fails)


def grade_with(
    class_: Class, capsys: pytest.CaptureFixture[str], faults: Sequence[Injected], *options: str
) -> None:
    """Grades while functions fail; what is named and what is there must be right."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for each in faults:
            fail(monkeypatch, each.function, each.at)
        code, said = class_.grade(capsys, *options)
    assert code == 1
    notes = [line for line in said if line.startswith("the grader failed at ")]
    assert len(notes) == len(faults)
    for each in faults:
        (note,) = (note for note in notes if note.startswith(f"the grader failed at {each.named}: "))
        assert f"ValueError: {SAID} (test_faults.py, line " in note
    last = [line for line in said if "were graded before" not in line][-1]
    assert last == f"{len(faults)} entries are left out for this, and everything else is there"
    assert {path.name for path in class_.out.iterdir()} == FILES - {f for each in faults for f in each.files}


def whole_again(class_: Class, capsys: pytest.CaptureFixture[str]) -> None:
    """Once nothing fails any more, the same command makes good what was left out."""
    code, said = class_.grade(capsys)
    assert (code, [line for line in said if "the grader failed" in line]) == (0, [])
    assert {path.name for path in class_.out.iterdir()} == FILES
    for table in ("grades.csv", "canvas.csv"):
        assert (class_.out / table).read_text("utf-8") == class_.before[table]


def test_what_fails_at_one_hand_in_costs_no_other_anything(
    class_: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    grade_with(class_, capsys, WHILE_GRADING, "--force", "--profile")
    everybody = {*STUDENTS}
    assert class_.rows("profile.csv") == everybody - {"fay"}
    assert class_.rows("grades.csv") == everybody - {"gus"}
    assert class_.rows("canvas.csv") == everybody - {"gus", "hana", "ivan"}  # who was not graded has no grade
    for name in ("hana", "ivan"):  # and is told nothing about hidden inputs
        for path in files_of(name):
            text = (class_.out / path).read_text("utf-8")
            assert SAID not in text
            assert "says nothing about the work" in text
    page = (class_.out / "dashboard.htm").read_text("utf-8")
    assert "<dt>students</dt><dd>10</dd>" in page
    assert "<svg" in page
    whole_again(class_, capsys)


def test_what_fails_at_one_entry_of_a_class_costs_that_entry_and_a_part_itself(
    class_: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    grade_with(class_, capsys, IN_THE_CLASS)
    assert class_.rows("grades.csv") == {*STUDENTS} - {"anna"}
    assert class_.rows("canvas.csv") == {*STUDENTS} - {"ben"}
    page = (class_.out / "dashboard.htm").read_text("utf-8")
    assert "<dt>students</dt><dd>10</dd>" in page
    assert "<dt>graded</dt><dd>3</dd>" in page
    assert "1 of 10 reports cannot be read back" in page
    assert "<svg" not in page
    assert "Not compared: the grader failed at it" in page
    assert {*re.findall(r"<bdi>(\w+)</bdi>", page)} == {*STUDENTS} - {"gus"}
    whole_again(class_, capsys)


def test_a_file_of_the_class_that_fails_as_a_whole_costs_itself(
    class_: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    grade_with(class_, capsys, WHOLE)
    whole_again(class_, capsys)


def test_a_student_who_cannot_be_written_for_jplag_is_named(
    class_: Class, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, "classes.jplag:_write", of("dora", 0, name))
    code, said = class_.grade(capsys, "--jplag", str(class_.root / "jplag"))
    assert code == 1
    assert [line for line in said if line.startswith("the grader failed at jplag, dora: ")]
    written = {path.name for path in (class_.root / "jplag" / "students").iterdir()}
    assert written == {*WORK} - {"dora"}


def test_nine_of_ten_are_in_moodles_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_ins = {
        name: ClassSubmission(name, tmp_path, ids={"moodle_id": str(number)})
        for number, name in enumerate(STUDENTS)
    }
    faults = Faults()
    fail(monkeypatch, "report.moodle:_row", of("dora", 0, name))
    notes = write_imports(
        tmp_path,
        hand_ins,
        [(name, row_of(50)) for name in STUDENTS],
        Exported(worksheet=Worksheet(100, {})),
        Policy(),
        {},
        faults,
    )
    assert notes[0] == "moodle.csv: 9 to upload"
    assert (tmp_path / "moodle.csv").read_text("utf-8").count("Participant ") == 9
    assert [entry for entry, _ in faults.found] == ["moodle.csv, dora"]


def test_a_file_of_an_earlier_run_is_not_taken_for_this_one_and_many_faults_are_counted(
    tmp_path: Path,
) -> None:
    faults = Faults()
    for number in range(MAX_LINES + 5):
        path = tmp_path / f"{number}.html"
        path.write_text("an earlier run's")
        with faults.kept_to(path.name, path):
            raise RecursionError("too\ndeep\x1b" + "x" * 1000)
    assert not list(tmp_path.iterdir())
    assert len(faults.notes) == MAX_LINES + 2
    assert faults.notes[-2:] == [
        "the grader failed at 5 more",
        f"{MAX_LINES + 5} entries are left out for this, and everything else is there",
    ]
    assert all(note.isprintable() and len(note) < MAX_CHARS + 100 for note in faults.notes)
    assert Faults().notes == []


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_and_a_ctrl_c_end_the_run(error: BaseException) -> None:
    faults = Faults()
    with pytest.raises(type(error)), faults.kept_to("ada.html"):
        raise error
    assert faults.found == []


def test_a_fault_says_where_it_was_raised() -> None:
    with pytest.raises(ValueError, match="dots") as caught:
        raise ValueError("dots")
    assert re.fullmatch(r"ValueError: dots \(test_faults\.py, line \d+\)", fault(caught.value))
