"""Class lists as spreadsheets and platforms leave them: each grade goes to its student, or a line says why not."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.submissions.downloads import ClassSubmission, class_of
from autograder.submissions.downloads.exported import Column, exported
from autograder.submissions.downloads.found import Found
from autograder.submissions.downloads.github import owners
from autograder.submissions.downloads.matching import Matching, with_roster
from autograder.submissions.downloads.people import Likeness, likeness, may_be_one
from autograder.submissions.downloads.roster import Row, read_roster
from autograder.submissions.submission import SubmissionError
from tests.test_classroom import MODULES, csv_quoted, make_folder, make_zip, roster

EVA = {"sid": "00123", "email": "eva@x"}


def handed_in(name: str, platform: str = "Gradescope", **ids: str) -> Found:
    return Found(name, Path(name), login=next(iter(ids.values()), ""), ids=ids, platform=platform)


def sole(found: Sequence[Found], rows: Sequence[Row]) -> Found:
    """What becomes of one hand-in where nothing else is left over."""
    (one,) = with_roster(found, rows)
    return one


# The file


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nName;Login\nDoe, Jane;jd1\n",
        '"sep=;"\r\nName;Login\r\nDoe, Jane;jd1\r\n',
        "\ufeffsep=;\r\nName;Login\r\nDoe, Jane;jd1\r\n",
        '\ufeff"SEP=;";;;\nName;Login\n"Doe, Jane";jd1\n',
        "sep=\t\nName\tLogin\nDoe, Jane\tjd1\n",
        "sep=\\t\nName\tLogin\nDoe, Jane\tjd1\n",
        'sep=,\n\nName,Login\n"Doe, Jane",jd1\n',
        "sep=|\nName|Login\nDoe, Jane|jd1\n",
        'sep=;\nName,Login\n"Doe, Jane",jd1\n',  # saved again by a program that left the line alone
        "sep=;\nName;Login;a,b,c,d\nDoe, Jane;jd1;\n",
    ],
)
def test_excels_first_line_says_what_separates_columns_and_is_no_title(tmp_path: Path, text: str) -> None:
    assert read_roster(roster(tmp_path, text)) == [Row("Doe, Jane", {"login": "jd1"})]


def test_a_student_called_sep_is_a_student(tmp_path: Path) -> None:
    assert read_roster(roster(tmp_path, "Login\nsep=x\n")) == [Row("sep=x", {"login": "sep=x"})]


def test_canvas_column_is_found_behind_excels_line(tmp_path: Path) -> None:
    text = (
        "sep=;\nStudent;ID;SIS Login ID;Section;03 Convolutions (4711)\n    Points Possible;;;;50,00\n"
        '"Müller, Eva";101;em1;A;EX\n'
    )
    known = exported(roster(tmp_path, text)).column
    assert known == Column("03 Convolutions (4711)", 50, frozenset({"101"}))


# Numbers that spreadsheets have touched


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("101", "00101", True),
        ("0", "000", True),
        ("101.0", "00101", True),
        ("101,00", "101", True),
        ("1.02E+02", "102", True),
        ("1,02E+02", "00102", True),
        ("1.23457E+11", "123456789012", True),
        ("1E+05", "123456", True),
        ("1.20E+05", "12E4", True),
        ("1.23457E+11", "123457600000", False),
        ("1.02E+02", "103", False),
        ("101", "1010", False),
        ("101.5", "101", False),
        ("s0101", "s101", False),
        ("1.02E+99999999", "102", False),
        ("", "0", False),
        ("anna@x", "anna@y", False),
    ],
)
def test_what_a_spreadsheet_may_have_made_of_a_number(one: str, other: str, may: bool) -> None:
    assert may_be_one(one, other) is may_be_one(other, one) is may


@pytest.mark.parametrize("number", ["123", "123.0", "1.23E+02", "1,23E+02"])
@pytest.mark.parametrize(
    ("name", "email"), [("Müller, Eva", "EVA@x"), ("Müller, Eva", ""), ("Someone Else", "eva@X")]
)
def test_a_number_that_lost_digits_matches_when_name_or_email_agree(
    number: str, name: str, email: str
) -> None:
    row = Row(name, {"sid": number, **({"email": email} if email else {})})
    eva = sole([handed_in("Eva Müller", **EVA)], [row])
    assert (eva.name, eva.path, eva.doubt) == (name, Path("Eva Müller"), "")
    assert eva.ids["sid"] == "00123"


def test_a_number_that_lost_zeros_alone_gives_nobody_a_grade_nor_a_0() -> None:
    row, eva = with_roster([handed_in("Eva Müller", sid="00123")], [Row("Ben Ode", {"sid": "123"})])
    assert (row.name, row.path, eva.name, eva.path) == ("Ben Ode", None, "Eva Müller", Path("Eva Müller"))
    told = (
        "in the roster, 123 is Ben Ode's, but here it is 00123 and no name or email agrees "
        "and the name here is Eva Müller"
    )
    assert eva.doubt == told and eva.notes == (told,)
    assert row.doubt.startswith("nothing handed in that is surely") and told in row.doubt
    for folder in ("00123", "123"):
        row, mine = with_roster([handed_in(folder, "")], [Row("Ben Ode", {"sid": folder.lstrip("0") * 2})])
        assert mine.doubt == "not in the roster"
    row, folder_ = with_roster([handed_in("00123", "")], [Row("Ben Ode", {"sid": "123"})])
    assert row.path is None and "123 is Ben Ode's, but here it is 00123" in folder_.doubt


def test_the_whole_number_wins_over_the_one_that_lost_zeros() -> None:
    rows = [Row("Eva Müller", {"sid": "123"}), Row("Eva Müller", {"sid": "00123"})]
    short, whole = with_roster([handed_in("Eva Müller", **EVA)], rows)
    assert (short.path, whole.path, whole.doubt) == (None, Path("Eva Müller"), "")


# What contradicts itself

ROWS = [Row("Eva Müller", {"sid": "123", "email": "eva@x"}), Row("José Díaz", {"sid": "77", "email": "jd@x"})]


def test_an_id_of_one_and_the_email_of_another_are_nobodys() -> None:
    eva, jose, mine = with_roster([handed_in("E M", sid="123", email="jd@x")], ROWS)
    told = "in the roster, student id 123 is Eva Müller's and email jd@x is José Díaz's: see whose it is"
    assert mine.doubt == told and mine.notes == (told,) and mine.name == "E M"
    for row in (eva, jose):
        assert row.path is None and told in row.doubt


@pytest.mark.parametrize("ids", [{"sid": "123"}, EVA | {"sid": "123"}])
def test_an_id_of_one_and_the_name_of_another_are_nobodys(ids: dict[str, str]) -> None:
    eva, jose, mine = with_roster([handed_in("Jose Diaz", **ids)], ROWS)
    told = "student id 123 is Eva Müller's and the name Jose Diaz is José Díaz's: see whose it is"
    assert mine.doubt == f"in the roster, {told}"
    assert eva.path is jose.path is None and told in eva.doubt and told in jose.doubt


def test_an_id_of_one_under_a_name_of_nobody_is_nobodys() -> None:
    eva, _, mine = with_roster([handed_in("Lena Ode", sid="123")], ROWS)
    told = "in the roster, student id 123 is Eva Müller's, but the name here is Lena Ode"
    assert (eva.path, mine.doubt) == (None, told) and told in eva.doubt


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (
            {"sid": "124", "email": "eva@x"},
            "in the roster, email eva@x is Eva Müller's, but the student id is 123 there and 124 here",
        ),
        (
            {"sid": "123", "email": "other@x"},
            "in the roster, student id 123 is Eva Müller's, but the email is eva@x there and other@x here",
        ),
    ],
)
def test_a_hand_in_with_one_identifier_right_is_shown_as_hers_in_doubt(
    ids: dict[str, str], told: str
) -> None:
    eva, _ = with_roster([handed_in("Müller, Eva", **ids)], ROWS)
    assert (eva.name, eva.path, eva.doubt, eva.notes) == ("Eva Müller", Path("Müller, Eva"), told, (told,))
    absent, _, mine = with_roster([handed_in("Lena Ode", **ids)], ROWS)
    assert absent.path is None and mine.doubt == f"{told} and the name here is Lena Ode"


def test_a_name_with_another_id_is_said_to_be_so() -> None:
    eva, _, mine = with_roster([handed_in("Müller, Eva", sid="999")], ROWS)
    assert mine.doubt == (
        "in the roster, the name Müller, Eva is Eva Müller's, but the student id is 123 there and 999 here"
    )
    assert eva.path is None and mine.doubt in eva.doubt


def test_two_who_claim_one_student_leave_the_student_in_doubt() -> None:
    twice = [handed_in("Eva Müller", sid="123", email=f"{n}@x") for n in "ab"]
    eva, _, *both = with_roster(twice, ROWS)
    assert eva.path is None and eva.doubt
    assert all("student id 123 is Eva Müller's" in each.doubt for each in both)


def test_two_identifiers_that_agree_need_no_name() -> None:
    eva, _ = with_roster([handed_in("Evi", sid="123", email="eva@x")], ROWS)
    assert eva.path is not None and not eva.doubt


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("Doe, Jane", "jane doe", Likeness.SAME),
        ("muellereva", "Müller, Eva", Likeness.SAME),
        ("obrienseamus", "O’Brien, Séamus", Likeness.SAME),
        ("Lukasz Wojcik", "Łukasz Wójcik", Likeness.SAME),
        ("Soeren Aagaard", "Søren Ågård", Likeness.SAME),
        ("Anna Berg", "van den Berg, Anna", Likeness.WITHIN),
        ("bergvandenanna", "Anna van den Berg", Likeness.WITHIN),
        ("Bob Smith", "Robert Smith", Likeness.ALIKE),
        ("annaschmidt", "Anna Weber", Likeness.ALIKE),
        ("Ann Lee", "Annabel Leeds", Likeness.DIFFERENT),
        ("Ben", "Jane Doe", Likeness.DIFFERENT),
        ("李雷", "Lei Li", None),
        ("", "Jane", None),
    ],
)
def test_how_far_names_agree(one: str, other: str, how: Likeness | None) -> None:
    assert likeness(one, other) is likeness(other, one) is how


def test_a_number_of_canvas_needs_the_whole_name_since_other_lists_number_too() -> None:
    anna = handed_in("annaschmidt", "Canvas", canvas_id="77")
    row, mine = with_roster([anna], [Row("Anna Weber", {"canvas_id": "77"})])
    assert row.path is None and "Canvas id 77 is Anna Weber's, but the name here is annaschmidt" in mine.doubt
    assert sole([anna], [Row("Schmidt, Anna", {"canvas_id": "77"})]).path is not None


# Another class's roster


def refusal(folder: Path, listed: Path) -> str:
    with pytest.raises(SubmissionError) as caught:
        class_of(folder, MODULES, listed)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_roster_that_knows_nobody_stops_the_run_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "class", {f"s{n}/ex1.py": "" for n in range(5)})
    listed = roster(tmp_path, "name,login\n" + "".join(f"Student {n},x{n}\n" for n in range(40)))
    out = tmp_path / "out"
    command = ["grade", str(folder), "--roster", str(listed), "-o", str(out), "--device", "cpu"]
    assert main(command) == 2
    told = capsys.readouterr()
    assert not out.exists() and not told.out
    assert told.err == (
        f"autograder: --roster {listed} knows 0 of 5 hand-ins. They are s0; s1; s2 and 2 more; in it are "
        "Student 0 (x0); Student 1 (x1); Student 2 (x2) and 37 more. Is it this class? "
        "--roster-anyway takes it all the same\n"
    )
    assert len(class_of(folder, MODULES, listed, roster_anyway=True)) == 45


@pytest.mark.parametrize(
    ("known", "strangers", "stops"),
    [(0, 1, True), (1, 1, False), (0, 2, True), (1, 2, True), (2, 2, False), (2, 3, True), (5, 0, False)],
)
def test_a_roster_has_to_know_half_of_the_hand_ins(
    tmp_path: Path, known: int, strangers: int, stops: bool
) -> None:
    names = [f"in{n}" for n in range(known)] + [f"out{n}" for n in range(strangers)]
    folder = make_folder(tmp_path / "class", {f"{name}/ex1.py": "" for name in names})
    listed = roster(tmp_path, "login\n" + "".join(f"in{n}\n" for n in range(300)))
    if stops:
        assert f"knows {known} of {known + strangers} hand-ins" in refusal(folder, listed)
    else:
        assert len(class_of(folder, MODULES, listed)) == 300 + strangers


def test_a_roster_with_titles_alone_knows_nobody(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "class", {"anna/ex1.py": ""})
    assert "knows 0 of 1 hand-ins. They are anna; in it are nobody" in refusal(
        folder, roster(tmp_path, "name,login\n")
    )


def test_what_contradicts_itself_in_a_small_class_is_told_and_stops_nothing() -> None:
    assert not Matching([handed_in("Eva Müller", sid="9")], ROWS).strangers()
    assert Matching([handed_in("Eva Müller", sid="9") for _ in range(3)], ROWS).strangers()


# GitHub Classroom

CLASSROOM = (
    '"identifier","github_username","github_id","name"\n"Müller Eva","ev-mueller","11","Eva"\n'
    '"Díaz José","3","12","José D"\n"Ode Ben","JD-3","13",""\n"Lin Mei","","",""\n'
    '"anna@uni.example","Not Linked","","Anna Berg"\n"Not Linked","","",""\n'
)


def by_name(entries: Sequence[ClassSubmission]) -> dict[str, ClassSubmission]:
    assert len({each.name for each in entries}) == len(entries)
    return {each.name: each for each in entries}


def test_github_matches_by_user_name_and_not_linked_is_nobody(tmp_path: Path) -> None:
    names = ("2-d-Conv-Ev-Mueller", "2-d-conv-3", "2-d-conv-jd-3", "2-d-conv-guest")
    folder = make_folder(tmp_path / "class", {f"{name}/exercises/ex1_output_size.py": "" for name in names})
    class_ = by_name(class_of(folder, MODULES, roster(tmp_path, CLASSROOM)))
    whose = {name: each.path.name if each.path else None for name, each in class_.items()}
    assert whose == {
        "Müller Eva": names[0],
        "Díaz José": names[1],
        "Ode Ben": names[2],
        "Lin Mei": None,
        "Anna Berg": None,
        names[3]: names[3],
    }
    assert class_["Anna Berg"].ids == {"email": "anna@uni.example"}
    assert not any(class_[name].doubt for name in ("Müller Eva", "Díaz José", "Ode Ben"))
    assert class_["Lin Mei"].doubt.startswith("nothing handed in under this name, but 1 hand-in was")


def test_a_student_who_has_not_linked_is_matched_by_name_if_it_fits(tmp_path: Path) -> None:
    names = ("conv-ev-mueller", "conv-jd-3", "conv-Mei-Lin")
    folder = make_folder(tmp_path / "class", {f"{name}/ex1.py": "" for name in names})
    class_ = by_name(class_of(folder, MODULES, roster(tmp_path, CLASSROOM)))
    assert class_["Lin Mei"].path == folder / "conv-Mei-Lin"
    assert class_["Anna Berg"].path is None


def test_of_two_readings_the_assignment_that_most_folders_carry_counts() -> None:
    def whose(*names: str, around: str = "class") -> dict[int, set[int]]:
        folders = {n: (name, Path(around) / name) for n, name in enumerate(names)}
        return owners(folders, {0: "3", 1: "jd-3", 2: "4"})[0]

    assert whose("conv-jd-3", "conv-4") == {0: {1}, 1: {2}}
    assert whose("conv-jd-3") == {0: {0, 1}}
    assert whose("conv-jd-3", around="conv-submissions") == {0: {1}}
    assert whose("conv-jd-3", "conv-zoe") == {0: {1}}
    assert whose("conv") == {}


def test_a_folder_that_may_be_two_students_is_nobodys(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "class", {"conv-jd-3/ex1.py": ""})
    class_ = by_name(class_of(folder, MODULES, roster(tmp_path, CLASSROOM)))
    assert class_["Ode Ben"].path is class_["Díaz José"].path is None
    assert "not matched with Díaz José" in class_["conv-jd-3"].doubt


# From the command


def test_nobody_is_told_a_0_or_anothers_grade_where_two_things_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = [("Eva Müller", "00123", "eva@x"), ("E M", "500", "jd@x"), ("Bo Li", "601", "bo@x")]
    text = "".join(
        f"submission_{n}:\n  :submitters:\n  - :name: {csv_quoted(name)}\n    :sid: '{sid}'\n    :email: {mail}\n"
        for n, (name, sid, mail) in enumerate(people)
    )
    files = {f"submission_{n}/ex1_output_size.py": "" for n in range(len(people))}
    export = make_zip(tmp_path / "export.zip", {"submission_metadata.yml": text, **files})
    listed = (
        "sep=;\nStudent;ID;SID;Email;Section\nMüller, Eva;1;123;eva@x;\nDíaz, José;2;77;jd@x;\n"
        "Kim, Ada;3;500;ada@x;\nLi, Bo;4;600;bo@x;\nOde, Ben;5;9;ben@x;\n"
    )
    out = tmp_path / "out"
    command = ["grade", str(export), "--roster", str(roster(tmp_path, listed)), "-o", str(out)]
    assert main([*command, "--device", "cpu", "--workers", "1"]) == 0
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    both = "in the roster, email jd@x is Díaz, José's and student id 500 is Kim, Ada's: see whose it is"
    one = "in the roster, email bo@x is Li, Bo's, but the student id is 600 there and 601 here"
    for name in ("Díaz, José", "Kim, Ada"):
        assert rows[name]["total"] == rows[name]["ex1"] == "" and both in rows[name]["found"]
    assert rows["E M"]["total"] == "0" and rows["E M"]["found"].startswith(both)
    assert rows["Li, Bo"]["total"] == "0" and rows["Li, Bo"]["found"].startswith(one)
    assert rows["Müller, Eva"]["total"] == "0" and "roster" not in rows["Müller, Eva"]["found"]
    assert rows["Ode, Ben"]["total"] == ""
    told = capsys.readouterr().out
    assert f"E M: {both}" in told and f"canvas.csv: no grade for Li, Bo: {one}" in told
    assert f"\nLi, Bo: {one}" not in told  # once is enough
    with (out / "canvas.csv").open(encoding="utf-8", newline="") as file:
        uploaded = [line[1] for line in csv.reader(file)][2:]
    assert uploaded == ["1"]
