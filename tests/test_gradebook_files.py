"""`canvas.csv` and `moodle.csv`, read as the LMSs read them: each gets the own grade, and nobody a wrong one."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.__main__ import main
from autograder.classes.lms import write_imports
from autograder.report.canvas import canvas
from autograder.report.faults import Faults
from autograder.report.grade import Grade
from autograder.report.model import NOT_HANDED_IN, ExerciseReport, Mark, Provenance, Report
from autograder.report.moodle import moodle
from autograder.report.policy import Policy
from autograder.report.reading import Row, row
from autograder.submissions.downloads import ClassSubmission, classes_of
from autograder.submissions.downloads.exported import TITLE, Column, Exported, Worksheet, exported
from autograder.submissions.submission import SubmissionError
from tests.spreadsheet import formulas
from tests.test_classroom import MODULES, make_folder, make_zip

MADE = Provenance("1", "", 1, "2", "3", "", ())
# what starts a formula in a spreadsheet; `test_spreadsheet.py` has more
FORMULAS = ("=1+1", "+1+1", "-1+A1", "@SUM(A1)", "＝1", "＋1", "－1", "＠A1")
NAMES = ("Doe, Jane", "李雷", 'Ada "the first"\nLovelace', "عمر", "O'Brien; Pat", "a, b\\", *FORMULAS)


def graded(earned: float, problem: str = "", points: float = 100) -> Row:
    exercise = ExerciseReport("ex1", "ex1_output_size", "Output size", points, earned, (), ())
    return row(Report("", points, earned, (exercise,), (), "", 0.0, MADE, problem))


def hand_in(student: str, doubt: str = "", path: Path | None = Path("x"), **ids: str) -> ClassSubmission:
    return ClassSubmission(student, path, "", (), student, ids, doubt)


def written(
    out: Path,
    class_: Sequence[tuple[ClassSubmission, Row]],
    known: Exported | None = None,
    policy: Policy | None = None,
    aside: Mapping[str, str] | None = None,
) -> tuple[str | None, str | None, list[str]]:
    hand_ins = {each.student: each for each, _ in class_}
    rows = [(each.student, row) for each, row in class_]
    notes = write_imports(out, hand_ins, rows, known or Exported(), policy or Policy(), aside or {}, Faults())
    texts = [
        path.read_bytes().decode() if path.is_file() else None
        for path in (out / "canvas.csv", out / "moodle.csv")
    ]
    return texts[0], texts[1], notes


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def read_by_canvas(
    text: str | None, course: Mapping[int, str], assignments: Mapping[int, str]
) -> dict[int, str]:
    """Grades by student as `GradebookImporter` finds them; fails where Canvas would have to ask.

    Its steps: which delimiter, is this the header, which columns are assignments, which rows are none of students.
    """
    assert text is not None
    first = text.splitlines()[:3]
    fields = {sep: [len(next(csv.reader([line], delimiter=sep))) for line in first] for sep in ";,"}
    even = {sep: counts[0] if len(set(counts)) == 1 else 0 for sep, counts in fields.items()}
    assert even[";"] <= even[","], "Canvas would split at semicolons"
    header, *lines = cells(text)
    assert len(header) > 3 and "Student" in header[0] and "ID" in header[1]
    info = 3
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        info += 1
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        info += 2
    assert "Section" in header[info - 1]
    (title,) = header[info:]
    match = re.fullmatch(r"(.*)\s\((\d+)\)", title)
    assert (match and int(match[2]) in assignments) or title in assignments.values(), "Canvas would ask"
    grades = {}
    for line in lines:
        assert len(line) == len(header)
        if "Points Possible" in line[0]:
            assert line == lines[0]
            continue
        student = int(line[1]) if line[1] else 0
        assert student in course and student not in grades, "Canvas would ask, or go by the name"
        grade = line[info].strip()
        assert grade, "Canvas would delete what is there"
        if re.fullmatch(r"-?[0-9.,]+%?", grade):
            *whole, last = re.split("[,.]", grade)
            grade = ".".join(["".join(whole), last] if whole else [last])
        grades[student] = grade
    return grades


def read_by_php(text: str) -> list[list[str]]:
    """Rows as PHP's `fgetcsv` with its backslash finds them: a quotation mark after one ends nothing."""
    rows: list[list[str]] = [[""]]
    inside = False
    at = 0
    while at < len(text):
        letter, pair = text[at], text[at : at + 2]
        if inside and pair[:1] == "\\" and len(pair) == 2:
            rows[-1][-1] += pair
            at += 1
        elif inside and pair == '""':
            rows[-1][-1] += '"'
            at += 1
        elif letter == '"':
            inside = not inside
        elif not inside and letter in ",\n":
            rows[-1:] = [[*rows[-1], ""]] if letter == "," else [rows[-1], [""]]
        else:
            rows[-1][-1] += letter
        at += 1
    return [line for line in rows if line != [""]]


def read_by_moodle(
    text: str | None,
    participants: Iterable[str],
    records: Mapping[str, str] | None = None,
    maximum: float = 100,
) -> dict[str, tuple[float, str]]:
    """Grades and comments as `assignfeedback_offline` takes them over; `records` are changed after the worksheet."""
    assert text is not None
    header, *lines = read_by_php(text.strip())
    participants = set(participants)
    at = {
        title: header.index(title)
        for title in ("Identifier", "Grade", "Last modified (grade)", "Feedback comments")
    }
    assert at["Feedback comments"] > 0  # `empty()` of the index
    taken = {}
    for line in lines:
        assert len(line) == len(header), "Moodle refuses the whole file"
        number = line[at["Identifier"]][len("Participant ") :]
        if number not in participants or number in taken:
            continue
        if records and number in records and line[at["Last modified (grade)"]] != records[number]:
            continue
        grade, comment = line[at["Grade"]], line[at["Feedback comments"]]
        assert comment, "Moodle would delete what is there"
        if grade and 0 <= float(grade) <= maximum:
            taken[number] = (float(grade), comment)
    return taken


def test_each_student_gets_the_own_grade_whatever_the_name(tmp_path: Path) -> None:
    class_ = [
        (hand_in(f"{number} {name}", canvas_id=str(number), moodle_id=str(number)), graded(number / 3))
        for number, name in enumerate([*NAMES, "Jane Doe", "Jane Doe"], 70)
    ]
    column, sheet = Column(f"{TITLE} (4711)", 100), Worksheet(100, {})
    canvas, moodle, _ = written(tmp_path, class_, Exported(column, sheet))
    everybody = {int(each.ids["canvas_id"]): each.student for each, _ in class_}
    found = read_by_canvas(canvas, everybody, {4711: "Convolutions"})
    assert found == {n: f"{n / 3:.2f}".rstrip("0").rstrip(".") for n in everybody}
    taken = read_by_moodle(moodle, {str(n) for n in everybody})
    assert {int(n): grade for n, (grade, _) in taken.items()} == {n: round(n / 3, 2) for n in everybody}


@given(st.lists(st.tuples(st.text(), st.text(), st.floats(0, 100)), min_size=1, max_size=4))
def test_any_text_reaches_both_and_moves_no_grade(texts: list[tuple[str, str, float]]) -> None:
    grades = [
        Grade(
            name,
            {"canvas_id": str(n), "moodle_id": str(n), "sid": found, "email": found},
            100,
            points,
            (),
            found,
        )
        for n, (name, found, points) in enumerate(texts, 1)
    ]
    everybody = dict.fromkeys(range(1, len(texts) + 1), "")
    found = read_by_canvas(canvas(grades, "Week 3 (7)", 100, Faults()), everybody, {7: ""})
    assert {n: float(points) for n, points in found.items()} == {
        n: round(each.earned, 2) for n, each in enumerate(grades, 1)
    }
    taken = read_by_moodle(moodle(grades, 100, {}, Faults()), map(str, everybody))
    assert [points for points, _ in taken.values()] == [round(each.earned, 2) for each in grades]
    for text in (canvas(grades, "Week 3 (7)", 100, Faults()), moodle(grades, 100, {}, Faults())):
        assert formulas(text) == []


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(tmp_path: Path, formula: str) -> None:
    ids = dict.fromkeys(("sid", "login", "email"), formula)
    class_ = [
        (
            ClassSubmission("a", Path("x"), "", (), formula, {"canvas_id": "1", "moodle_id": "1", **ids}),
            graded(1),
        )
    ]
    known = Exported(Column(f"{formula} (7)"), Worksheet(100, {"1": formula}))
    for text in written(tmp_path, class_, known)[:2]:
        assert text is not None
        assert formulas(text) == []
    assert read_by_canvas((tmp_path / "canvas.csv").read_text(encoding="utf-8"), {1: ""}, {7: ""}) == {1: "1"}


def test_no_grade_goes_out_that_nobody_gave(tmp_path: Path) -> None:
    class_ = [
        (hand_in("anna", canvas_id="1", moodle_id="1"), graded(50)),
        (hand_in("broken", canvas_id="2", moodle_id="2"), graded(0, "could not be graded: the grader died of it")),
        (hand_in("unreadable", canvas_id="3", moodle_id="3"), graded(0, "not a readable zip")),
        (hand_in("guest", "not in the roster", canvas_id="4", moodle_id="4"), graded(80)),
        (hand_in("twice", canvas_id="5", moodle_id="5"), graded(60)),
        (hand_in("twice too", canvas_id="5", moodle_id="5"), graded(70)),
        (hand_in("hidden", canvas_id="anon_3xY", moodle_id=""), graded(70)),
        (hand_in("absent", path=None, canvas_id="6", moodle_id="6"), graded(0, "nothing handed in")),
        (hand_in("excused", path=None, canvas_id="7", moodle_id="7"), graded(0, "nothing handed in")),
    ]  # fmt: skip
    known = Exported(Column(f"{TITLE} (4711)", 100, frozenset({"7"})), Worksheet(100, {}))
    canvas, moodle, notes = written(tmp_path, class_, known)
    everybody = dict.fromkeys(range(1, 8), "")
    assert read_by_canvas(canvas, everybody, {4711: ""}) == {1: "50", 6: "0"}
    assert {n: g for n, (g, _) in read_by_moodle(moodle, set("1234567")).items()} == {"1": 50, "6": 0, "7": 0}
    reasons = {"broken": "died", "guest": "not in the roster", "twice": "2 hand-ins", "hidden": "no id"}
    for name, why in {**reasons, "excused": "excused"}.items():
        assert any(f"canvas.csv: no grade for {name}: " in note and why in note for note in notes), name


def test_without_the_ids_of_an_lms_there_is_no_file_and_an_earlier_one_goes(tmp_path: Path) -> None:
    assert written(tmp_path, [(hand_in("a", canvas_id="1", moodle_id="1"), graded(1))])[0]
    assert written(tmp_path, [(hand_in("a", canvas_id="anon_1xY", email="a@x"), graded(1))]) == (
        None,
        None,
        [],
    )
    assert written(tmp_path, []) == (None, None, [])


def test_canvas_without_an_assignments_id_asks_and_the_instructor_is_told(tmp_path: Path) -> None:
    canvas, _, notes = written(tmp_path, [(hand_in("a", canvas_id="1"), graded(1))])
    with pytest.raises(AssertionError, match="would ask"):
        read_by_canvas(canvas, {1: ""}, {4711: "Convolutions"})
    assert read_by_canvas(canvas, {1: ""}, {4711: TITLE}) == {1: "1"}
    assert "Canvas will ask which assignment" in notes[1]


def test_a_student_called_as_canvas_calls_its_own_line_says_nothing_about_the_assignment(
    tmp_path: Path,
) -> None:
    class_ = [
        (hand_in("Points Possible", canvas_id="1"), graded(3)),
        (hand_in("b", canvas_id="2"), graded(5)),
    ]
    canvas, _, _ = written(tmp_path, class_)
    assert read_by_canvas(canvas, {1: "", 2: ""}, {1: TITLE}) == {1: "3", 2: "5"}


def test_points_are_scaled_to_what_the_assignment_is_worth(tmp_path: Path) -> None:
    class_ = [(hand_in("a", canvas_id="1", moodle_id="1"), graded(92.5))]
    known = Exported(Column(f"{TITLE} (1)", 30), Worksheet(10, {}))
    canvas, moodle, _ = written(tmp_path, class_, known)
    assert read_by_canvas(canvas, {1: ""}, {1: ""}) == {1: "27.75"}
    assert read_by_moodle(moodle, "1", maximum=10)["1"][0] == 9.25


def test_moodles_comment_says_what_was_found_and_is_harmless_html(tmp_path: Path) -> None:
    cruel = '<img src=x onerror="alert(1)"> \\" \x1b[31m =1'
    given = graded(7)
    class_ = [
        (
            hand_in("a", moodle_id="1"),
            Row(given.points, 7, given.exercises, cruel, "", MADE, counting=Mark(7, 7)),
        )
    ]
    _, moodle, notes = written(tmp_path, class_)
    comment = read_by_moodle(moodle, "1")["1"][1]
    assert comment.startswith("<p>7 of 100 points: ex1 7 of 100</p><p>&lt;img")
    assert set(re.findall("<[^>]*>", comment)) == {"<p>", "</p>"}
    assert html.unescape(comment).count('\\"') == 1 and "\x1b" not in comment
    assert "group's number" in notes[1]


# What was decided


def decided(mark: Mark, problem: str = "", handed_in: bool = True) -> Row:
    exercise = ExerciseReport("ex1", "ex1_output_size", "Output size", 100, 70, (), ())
    report = Report("", 100, 70, (exercise,), (), "", 0.0, MADE, problem, mark=mark, handed_in=handed_in)
    return row(report)


def test_what_counts_is_uploaded_and_how_it_came_about_is_told(tmp_path: Path) -> None:
    mark = Mark(60.0, 80.0, days_late=2, deducted=20, steps=("2 days <late>",), comments=("Well tried",))
    class_ = [(hand_in("a", canvas_id="1", moodle_id="1"), decided(mark))]
    canvas, moodle, _ = written(tmp_path, class_)
    assert read_by_canvas(canvas, {1: ""}, {1: TITLE}) == {1: "60"}
    points, comment = read_by_moodle(moodle, "1")["1"][:2]
    assert points == 60 and "<p>2 days &lt;late&gt;</p><p>Well tried</p>" in comment


def test_a_platform_that_takes_points_off_itself_is_told_those_before(tmp_path: Path) -> None:
    class_ = [(hand_in("a", canvas_id="1", moodle_id="1"), decided(Mark(60.0, 80.0, deducted=20)))]
    canvas, moodle, _ = written(tmp_path, class_, policy=Policy(deducted_by=("canvas",)))
    assert read_by_canvas(canvas, {1: ""}, {1: TITLE}) == {1: "80"}
    assert read_by_moodle(moodle, "1")["1"][0] == 60


def test_moodle_is_told_no_more_than_its_highest_grade_since_it_would_skip_that(tmp_path: Path) -> None:
    class_ = [(hand_in("a", canvas_id="1", moodle_id="1"), decided(Mark(106.0, 106.0)))]
    canvas, moodle, notes = written(tmp_path, class_)
    assert read_by_canvas(canvas, {1: ""}, {1: TITLE}) == {1: "106"}
    assert read_by_moodle(moodle, "1")["1"][0] == 100
    assert any("the highest grade, and no more, for a" in note for note in notes)


def test_who_is_excused_is_so_in_canvas_and_has_no_row_in_moodle(tmp_path: Path) -> None:
    class_ = [
        (hand_in("a", canvas_id="1", moodle_id="1"), decided(Mark(None, None, excused=True))),
        (hand_in("b", canvas_id="2", moodle_id="2"), decided(Mark(90.0, 90.0))),
    ]
    canvas, moodle, notes = written(tmp_path, class_)
    assert read_by_canvas(canvas, {1: "", 2: ""}, {1: TITLE}) == {1: "EX", 2: "90"}
    assert moodle is not None and "Participant 2" in moodle and "Participant 1" not in moodle
    assert "moodle.csv: no grade for a: excused" in notes


def test_the_policy_leaves_who_handed_in_nothing_without_a_grade(tmp_path: Path) -> None:
    absent = decided(Mark(None, None), NOT_HANDED_IN, handed_in=False)
    class_ = [(hand_in("a", path=None, canvas_id="1"), absent), (hand_in("b", canvas_id="2"), graded(50))]
    canvas, _, notes = written(tmp_path, class_)
    assert read_by_canvas(canvas, {2: ""}, {1: TITLE}) == {2: "50"}
    assert f"canvas.csv: no grade for a: {NOT_HANDED_IN}" in notes


def test_points_by_hand_for_what_no_check_could_read_are_a_grade(tmp_path: Path) -> None:
    class_ = [(hand_in("a", canvas_id="1"), decided(Mark(30.0, 30.0), "cannot be read"))]
    canvas, _, _ = written(tmp_path, class_)
    assert read_by_canvas(canvas, {1: ""}, {1: TITLE}) == {1: "30"}


def test_of_two_hand_ins_of_one_student_the_one_that_counts_is_uploaded(tmp_path: Path) -> None:
    class_ = [(hand_in("a", canvas_id="1"), graded(50)), (hand_in("a-2", canvas_id="1"), graded(80))]
    canvas, _, notes = written(tmp_path, class_)
    assert canvas is None and any("2 hand-ins have the id 1" in note for note in notes)
    canvas, _, _ = written(tmp_path, class_, aside={"a": "the best of 2 hand-ins counts, a-2"})
    assert read_by_canvas(canvas, {1: ""}, {1: TITLE}) == {1: "80"}


# What a roster says about the assignment

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay (11),03 Convolutions (4711),"
    "Current Score (2020),Final Score\n"
    ",,,,,,Manual Posting,,\n"
    "    Points Possible,,,,,10.00,\"20,00\",(read only),(read only)\n"
    '"Doe, Jane",77,s77,jd1,A,9,,50,50\n"Doe, Jane",78,s78,jd2,B,8,EX,50,50\n'
)  # fmt: skip
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    'Last modified (submission),Online text,Last modified (grade),Feedback comments\n'
    'Participant 77,Jane Doe,j@x,Submitted,,50.00,Yes,"Monday, 1 July 2024, 9:00 AM","say ""hi""",-,\n'
    'Participant 78,李雷,l@x,Submitted,3.00,50.00,Yes,-,,"Tuesday, 2 July 2024, 9:00 AM",<p>good</p>\n'
)  # fmt: skip


def listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


@pytest.mark.parametrize("wanted", ["", "4711", "03 Convolutions", "03 Convolutions (4711)"])
def test_canvas_gradebook_names_the_assignment_its_points_and_who_is_excused(
    tmp_path: Path, wanted: str
) -> None:
    known = exported(listed(tmp_path, CANVAS), wanted)
    assert known == Exported(Column("03 Convolutions (4711)", 20, frozenset({"78"})))
    assert exported(listed(tmp_path, CANVAS), "11").column == Column("Essay (11)", 10)


def test_an_assignment_that_canvas_gradebook_has_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"which assignment is Essays\? It has Essay \(11\), 03 Conv"):
        exported(listed(tmp_path, CANVAS), "Essays")


def test_without_a_gradebook_the_assignment_is_what_is_said(tmp_path: Path) -> None:
    assert exported(None).column == Column(TITLE)
    assert exported(None, "4711").column == Column("03 Convolutions (4711)")
    assert exported(None, "Week 3 (4711)").column.has_id
    assert exported(listed(tmp_path, "name,login\nJane,jd1\n"), "Week 3").column == Column("Week 3")
    only = exported(
        listed(tmp_path, "Student,ID,SIS Login ID,Section,Week 3 (5),Final Score (2020)\n")
    ).column
    assert only == Column("Week 3 (5)")


def test_moodles_worksheet_tells_the_highest_grade_and_the_last_changes(tmp_path: Path) -> None:
    sheet = exported(listed(tmp_path, MOODLE)).worksheet
    assert sheet == Worksheet(50, {"77": "-", "78": "Tuesday, 2 July 2024, 9:00 AM"})
    scale = MOODLE.replace("Maximum Grade", "Scale").replace("50.00", '"good\nbad"')
    sheet = exported(listed(tmp_path, scale)).worksheet
    assert sheet is not None and sheet.maximum is None
    class_ = [(hand_in("a", moodle_id="77"), graded(1))]
    _, moodle, notes = written(tmp_path, class_, Exported(worksheet=sheet))
    assert moodle is None and "no highest grade" in notes[0]


def test_a_grade_that_moodle_changed_after_the_worksheet_is_left_alone(tmp_path: Path) -> None:
    known = exported(listed(tmp_path, MOODLE))
    class_ = [(hand_in(number, moodle_id=number), graded(100)) for number in ("77", "78")]
    _, moodle, _ = written(tmp_path, class_, known)
    same = {"78": "Tuesday, 2 July 2024, 9:00 AM"}
    assert read_by_moodle(moodle, ("77", "78"), same, 50)["78"][0] == 50
    assert "78" not in read_by_moodle(moodle, ("77", "78"), {"78": "Friday"}, 50)


def class_with(tmp_path: Path, folder: Path, roster: str) -> list[ClassSubmission]:
    return classes_of([folder], MODULES, listed(tmp_path, roster))


def test_with_a_hand_in_that_is_nobodys_no_one_gets_0_for_handing_in_nothing(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "class", {"jd1/ex1.py": "", "somebody/ex1.py": ""})
    roster = "name,login,ID\nJane,jd1,1\nBen,b2,2\n"
    class_ = [
        (each, graded(0, "" if each.path else "nothing handed in"))
        for each in class_with(tmp_path, folder, roster)
    ]
    canvas, _, notes = written(tmp_path, class_)
    assert read_by_canvas(canvas, {1: "", 2: ""}, {1: TITLE}) == {1: "0"}
    assert any("Ben: nothing handed in under this name" in note for note in notes)


def test_a_group_of_moodles_is_not_the_participant_with_its_number(tmp_path: Path) -> None:
    files = {"Team 3_77_assignsubmission_file/ex1.py": "", "李雷_78_assignsubmission_file/ex1.py": ""}
    jane, lei, team = class_with(tmp_path, make_folder(tmp_path / "class", files), MOODLE)
    assert (jane.path, bool(jane.doubt)) == (None, True)
    assert (team.name, bool(team.doubt)) == ("Team 3", True)
    assert lei.path is not None and not lei.doubt
    blind = "Identifier,Status,Grade,Maximum grade,Last modified (grade)\nParticipant 77,,,100,-\n"
    folder = make_folder(tmp_path / "blind", {"Participant_77_assignsubmission_file/ex1.py": ""})
    (hidden,) = class_with(tmp_path, folder, blind)
    assert hidden.path is not None and not hidden.doubt


def test_a_file_name_of_canvas_that_reads_two_ways_is_settled_by_the_gradebook(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "class", {"doejane_77_4711_3_hw.zip": ""})
    (alone,) = classes_of([folder], MODULES)
    assert "may also be read as user 4711's" in alone.doubt
    jane = class_with(tmp_path, folder, 'Student,ID\n"Doe, Jane",77\n')[0]
    assert jane.path is not None and not jane.doubt
    ben = class_with(tmp_path, folder, "Student,ID\nBen,77\n")[0]
    assert ben.doubt


# From the command


def test_a_download_gives_a_file_to_upload_and_again_after_a_second_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"doejane_77_4711_ex1_output_size.py": "def", "doejane_78_4712_hw.zip": b"broken"}
    download = make_zip(tmp_path / "submissions.zip", files)
    out = tmp_path / "out"
    command = [
        "grade",
        str(download),
        "--roster",
        str(listed(tmp_path, CANVAS)),
        "-o",
        str(out),
        "--device",
        "cpu",
        "--workers",
        "1",
    ]
    assert main(command) == 0
    first = (out / "canvas.csv").read_bytes()
    assert read_by_canvas(first.decode(), {77: "", 78: ""}, {4711: ""}) == {77: "0"}
    assert "canvas.csv: 1 to upload" in capsys.readouterr().out
    assert main(command) == 0
    assert "2 of 2 were graded before" in capsys.readouterr().out
    assert (out / "canvas.csv").read_bytes() == first
    assert not (out / "moodle.csv").exists()
    assert main([*command[:3], str(out / "canvas.csv"), *command[4:]]) == 2
    assert "is what this command writes" in capsys.readouterr().err
    assert (out / "canvas.csv").read_bytes() == first
    assert main([*command, "--assignment", "Essays"]) == 2
    assert "which assignment is Essays?" in capsys.readouterr().err
    assert main([*command, "--assignment", "11", "--json"]) == 0
    told = capsys.readouterr()
    assert "canvas.csv: 1 to upload" in told.err and "canvas.csv" not in told.out
    assert "Essay (11)" in (out / "canvas.csv").read_text(encoding="utf-8")
