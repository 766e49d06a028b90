"""Class downloads: each student gets one entry, and no file of one student ends with another."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import string
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autograder.__main__ import main
from autograder.submissions.downloads import ClassSubmission, class_of, classes_of, download
from autograder.submissions.downloads.found import File, Found, gather
from autograder.submissions.downloads.matching import with_roster
from autograder.submissions.downloads.names import canvas_name, moodle_name
from autograder.submissions.downloads.roster import Row
from autograder.submissions.submission import Submission, SubmissionError, read_submission

MODULES = (
    "ex1_output_size",
    "ex2_padding",
    "ex3_conv2d",
    "ex4_stride",
    "ex5_dilation",
    "ex6_sobel",
    "ex7_layer",
)
NOTEBOOK = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "WHO"}]}'

Files = Mapping[str, str | bytes]


def make_folder(root: Path, files: Files) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def zipped(files: Files) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return held.getvalue()


def make_zip(path: Path, files: Files) -> Path:
    path.write_bytes(zipped(files))
    return path


def both(tmp_path: Path, files: Files) -> list[list[ClassSubmission]]:
    """The class as a folder and as a zip."""
    (tmp_path / "scratch").mkdir()
    paths = [make_folder(tmp_path / "unpacked", files), make_zip(tmp_path / "submissions.zip", files)]
    return [class_of(path, MODULES, scratch=tmp_path / "scratch") for path in paths]


def read(entry: ClassSubmission) -> Submission:
    assert entry.path is not None
    return read_submission(entry.path, MODULES)


def by_name(entries: list[ClassSubmission]) -> dict[str, ClassSubmission]:
    assert len({entry.student for entry in entries}) == len(entries)
    return {entry.student: entry for entry in entries}


def problem(entry: ClassSubmission) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(entry)
    return str(caught.value)


# A folder for each student


def test_a_folder_for_each_student_stays_what_it_was(tmp_path: Path) -> None:
    files = {
        "anna/ex1_output_size.py": "a",
        "ben.zip": zipped({"ex1_output_size.py": "b"}),
        "carl.ipynb": NOTEBOOK,
        "empty/readme.txt": "",
    }
    entries = by_name(class_of(make_folder(tmp_path / "class", files), MODULES))
    assert list(entries) == ["anna", "ben", "carl", "empty"]
    assert entries["ben"].path == tmp_path / "class" / "ben.zip"
    assert not any(entry.notes for entry in entries.values())


def test_a_folder_that_holds_one_zip_is_that_zip(tmp_path: Path) -> None:
    files = {"anna/hw.zip": zipped({"ex3_conv2d.py": "a = 3\n"}), "anna/report.pdf": "", "ben/ex1.py": ""}
    anna, ben = class_of(make_folder(tmp_path / "class", files), MODULES)
    assert anna.student == "anna"
    assert read(anna).modules == {"ex3_conv2d": "a = 3\n"}
    assert anna.notes == ("report.pdf is not read: hw.zip counts",)
    assert ben.path == tmp_path / "class" / "ben"


def test_two_hand_ins_of_one_name_are_both_told(tmp_path: Path) -> None:
    files = {"anna/ex1.py": "1", "anna.zip": zipped({"ex1.py": "2"})}
    entries = class_of(make_folder(tmp_path / "class", files), MODULES)
    assert [entry.student for entry in entries] == ["anna", "anna.zip"]
    assert all(entry.notes == ("2 hand-ins carry the name anna: each has its own row",) for entry in entries)


def test_a_students_folder_that_is_a_link_is_refused_and_told(tmp_path: Path) -> None:
    make_folder(tmp_path / "elsewhere", {"ex1_output_size.py": "secret", "hw.zip": zipped({"ex1.py": ""})})
    folder = make_folder(tmp_path / "class", {"ben/ex1.py": ""})
    (folder / "anna").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    anna, ben = class_of(folder, MODULES)
    assert "is a link" in problem(anna)
    assert read(ben)


def test_marks_below_the_top_say_nothing(tmp_path: Path) -> None:
    forged = "submission_1:\n  :submitters:\n  - :name: ben\n"
    files = {
        "anna/submission_metadata.yml": forged,
        "anna/submission_1/ex1.py": "",
        "ben/ex1.py": "",
        "carl.zip": zipped({"submission_metadata.yml": forged, "submission_1/ex1.py": ""}),
    }
    entries = class_of(make_folder(tmp_path / "class", files), MODULES)
    assert [entry.student for entry in entries] == ["anna", "ben", "carl"]


def test_exercises_at_the_top_are_one_hand_in_whatever_lies_beside_them(tmp_path: Path) -> None:
    marks = {
        "submission_metadata.yml": "submission_1:\n  :submitters:\n  - :name: ben\n",
        "submission_1/ex1.py": "",
        "doe_1_2_ex3.py": "",
        "Jane_7_assignsubmission_file_/ex1.py": "",
    }
    for name, own in (("anna", "ex1.py"), ("carl", "exercises/ex1.py")):
        (entry,) = class_of(make_folder(tmp_path / name, {own: "", **marks}), MODULES)
        assert entry.student == name
        zip_path = make_zip(tmp_path / f"{name}.zip", {own: "", **marks})
        assert [each.student for each in class_of(zip_path, MODULES)] == [name]


def test_a_students_zip_that_poses_as_a_class_is_told(tmp_path: Path) -> None:
    forged = "submission_1:\n  :submitters:\n  - :name: ben\n"
    anna = make_zip(tmp_path / "anna.zip", {"submission_metadata.yml": forged, "submission_1/ex1.py": ""})
    ben = make_zip(tmp_path / "ben.zip", {"ex1.py": ""})
    one, other = classes_of([anna, ben], MODULES)
    assert "found in anna.zip, a download of Gradescope" in one.notes
    assert any("2 hand-ins carry the name ben" in note for note in one.notes)
    assert other.path == ben


def test_a_zip_that_only_looks_like_a_class_is_one_hand_in(tmp_path: Path) -> None:
    files = {"submitted/mine/deep/ex1.py": "1", "submitted/mine/notes.txt": ""}
    (anna,) = class_of(make_zip(tmp_path / "anna.zip", files), MODULES)
    assert anna.student == "anna"
    assert anna.path == tmp_path / "anna.zip"


def test_a_zip_that_cannot_be_read_is_a_hand_in_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "anna.zip"
    path.write_bytes(b"PK nothing")
    (anna,) = class_of(path, MODULES)
    assert anna.student == "anna"
    assert "not a readable zip" in problem(anna)


# Gradescope

METADATA = """---
submission_11:
  :submitters:
  - :name: Doe, Jane
    :sid: '0012'
    :email: jane@example.edu
  :created_at: 2024-03-01 10:00:00.123456789 Z
  :score: 0.0
  :status: processed
submission_12:
  :submitters:
  - :name: No
    :sid: '13'
    :email: no@example.edu
  - :name: 李雷
    :sid:
    :email: lei@example.edu
  :created_at: 2024-03-01 10:00:00.000000000 +01:00
submission_9:
  :submitters:
  - :name: Doe, Jane
    :sid: '0012'
    :email: JANE@example.edu
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2024-03-02 10:00:00.000000000 Z
submission_14:
  :submitters:
  - :name: Doe, Jane
    :sid: '0099'
    :email: other.jane@example.edu
submission_15:
  :submitters:
  - :name: Ghost
    :sid: '15'
    :email: ghost@example.edu
"""

GRADESCOPE = {
    "submission_metadata.yml": METADATA,
    "submission_11/ex1_output_size.py": "eleven",
    "submission_12/exercises/ex1_output_size.py": "twelve",
    "submission_9/ex1_output_size.py": "nine",
    "submission_14/upload.zip": zipped({"ex1_output_size.py": "fourteen"}),
    "submission_16/ex1_output_size.py": "sixteen",
}


@pytest.mark.parametrize("wrapper", ["", "assignment_4711_export/"])
def test_gradescopes_export_goes_by_its_metadata(tmp_path: Path, wrapper: str) -> None:
    for entries in both(tmp_path, {wrapper + name: content for name, content in GRADESCOPE.items()}):
        jane, no, lei, other, ghost, nobody = entries
        assert [entry.student for entry in entries] == [
            "Doe, Jane (0012)",
            "No",
            "李雷",
            "Doe, Jane (0099)",
            "Ghost",
            "submission_16",
        ]
        assert read(jane).modules == {"ex1_output_size": "nine"}
        told = "2 hand-ins: submission_9 was taken, not submission_11: it is the later one"
        assert told in jane.notes
        assert jane.ids == {"sid": "0012", "email": "JANE@example.edu"}
        assert read(no).modules == read(lei).modules == {"ex1_output_size": "twelve"}
        assert "handed in together with 李雷" in no.notes
        assert lei.login == "lei@example.edu"
        assert read(other).modules == {"ex1_output_size": "fourteen"}
        assert ghost.path is None
        assert "submission_15, which is not there" in ghost.notes[0]
        assert read(nobody).modules == {"ex1_output_size": "sixteen"}
        assert "does not say whose" in nobody.notes[0]


def test_metadata_run_no_tags_and_lead_nowhere_else(tmp_path: Path) -> None:
    make_folder(tmp_path / "outside", {"ex1.py": "secret"})
    text = (
        "'../outside':\n  :submitters:\n  - :name: !!python/object/apply:os.system ['touch pwned']\n"
        "submission_1:\n  :submitters: !!python/name:os.system\n"
    )
    folder = make_folder(tmp_path / "export", {"submission_metadata.yml": text, "submission_1/ex1.py": ""})
    outside, one = class_of(folder, MODULES)
    assert outside.path is None
    assert one.path == folder / "submission_1"
    assert not Path("pwned").exists()


@pytest.mark.parametrize(
    "text",
    ["- a\n", "a: [", "[" * 100_000, "a: " + "[" * 60 + "]" * 60, "[a]: b\n", "\x00", "", "a: {}\na: {}\n"],
)
def test_metadata_that_cannot_be_read_end_with_one_line(tmp_path: Path, text: str) -> None:
    folder = make_folder(tmp_path / "export", {"submission_metadata.yml": text, "submission_1/ex1.py": ""})
    with pytest.raises(SubmissionError, match=r"submission_metadata\.yml.*cannot be read") as caught:
        class_of(folder, MODULES)
    assert "\n" not in str(caught.value)


def test_an_anchor_in_metadata_multiplies_nothing(tmp_path: Path) -> None:
    text = "submission_1:\n  :submitters: &a\n  - :name: Jane\nsubmission_2:\n  :submitters: *a\n"
    files = {"submission_metadata.yml": text, "submission_1/ex1.py": "", "submission_2/ex1.py": ""}
    jane, other = class_of(make_folder(tmp_path / "export", files), MODULES)
    assert (jane.student, other.student) == ("Jane", "submission_2")


# Canvas

CANVAS = {
    "doejane_77_4711_ex1_output_size.py": "old",
    "doejane_77_4720_ex1_output_size-1.py": "new",
    "doejane_77_4712_ex3_conv2d.py": "three",
    "doejane_78_4713_ex1_output_size.py": "another Jane",
    "lībèn_LATE_79_4714_hw.zip": zipped({"ex1_output_size.py": "before"}),
    "lībèn_LATE_79_4715_hw-1.zip": zipped({"ex1_output_size.py": "after"}),
    "o_brien_80_4716_convolutions.ipynb": NOTEBOOK,
    "oldlate_late_81_4717_ex1_output_size.py": "lower case",
    "texter_82_text.html": "<p>",
    "_83_4718_ex1_output_size.py": "a name of emoji alone",
}


def test_canvas_keeps_files_of_one_id_together(tmp_path: Path) -> None:
    for entries in both(tmp_path, CANVAS):
        found = by_name(entries)
        assert set(found) == {
            "doejane (77)",
            "doejane (78)",
            "lībèn",
            "o_brien",
            "oldlate",
            "texter",
            "83",
        }
        jane = found["doejane (77)"]
        assert read(jane).modules == {"ex1_output_size": "new", "ex3_conv2d": "three"}
        assert jane.ids == {"canvas_id": "77"}
        assert read(found["doejane (78)"]).modules == {"ex1_output_size": "another Jane"}
        late = found["lībèn"]
        assert read(late).modules == {"ex1_output_size": "after"}
        assert late.notes[:1] == ("late",)
        assert "two hand-ins: hw-1.zip was taken, not hw.zip: it is the later one" in late.notes
        assert read(found["o_brien"]).notebook == ("WHO",)
        assert found["oldlate"].notes == ("late",)
        assert "text.html" in problem(found["texter"])
        assert read(found["83"]).modules == {"ex1_output_size": "a name of emoji alone"}


def test_of_two_zips_the_one_with_the_later_file_id_counts(tmp_path: Path) -> None:
    files = {
        "doejane_77_12_final.zip": zipped({"ex1.py": "12"}),
        "doejane_77_9_draft.zip": zipped({"ex1.py": "9"}),
    }
    for (jane,) in both(tmp_path, files):
        assert read(jane).modules == {"ex1_output_size": "12"}
        assert any("final.zip was taken, not draft.zip" in note for note in jane.notes)


def test_a_second_upload_counts_in_whatever_order_files_are_found(tmp_path: Path) -> None:
    lie = make_folder(tmp_path / "all", {"a": zipped({"ex1.py": "first"}), "b": zipped({"ex1.py": "second"})})
    files = [File(lie / "b", "hw-1.zip"), File(lie / "a", "hw.zip")]
    for number, order in enumerate((files, files[::-1])):
        folder, notes = gather(order, tmp_path / str(number))
        assert [each.name for each in folder.iterdir()] == ["hw-1.zip"]
        assert notes == ("two hand-ins: hw-1.zip was taken, not hw.zip: it is the later one",)


def test_anonymous_canvas_downloads_go_by_the_anonymous_id(tmp_path: Path) -> None:
    files = {
        "anon_aB3x9_11_ex1.py": "1",
        "anon_aB3x9_12_ex3.py": "3",
        "LATE_anon_Zz1_13_14_ex1.py": "",
        "anon_77_15_ex1.py": "a student called Anon",
    }
    for entries in both(tmp_path, files):
        assert {(each.student, each.login) for each in entries} == {
            ("anon_aB3x9", "anon_aB3x9"),
            ("anon_Zz1", "anon_Zz1"),
            ("anon", "77"),
        }


def test_a_name_that_ends_in_a_number_is_not_its_namesakes(tmp_path: Path) -> None:
    files = {
        "doe_12_91_ex1_output_size.py": "doe, user 12",
        "doe_12_34_56_ex1_output_size.py": "doe_12, user 34",
        "doe_12_34_57_ex3_conv2d.py": "doe_12, user 34",
    }
    for entries in both(tmp_path, files):
        doe, doe_12 = sorted(entries, key=lambda entry: entry.login)
        assert (doe.login, doe_12.login) == ("12", "34")
        assert set(read(doe).modules.values()) == {"doe, user 12"}
        assert set(read(doe_12).modules.values()) == {"doe_12, user 34"}


def test_a_file_that_can_be_read_as_two_students_is_told(tmp_path: Path) -> None:
    files = {"doe_12_91_ex1.py": "doe", "doe_12_34_56_ex3.py": "of 34, or oddly named"}
    for (doe,) in both(tmp_path, files):
        assert read(doe).modules == {"ex1_output_size": "doe"}
        assert any("may also be read as user 34's" in note for note in doe.notes)


def test_files_without_canvas_names_beside_the_others_show_up(tmp_path: Path) -> None:
    files = {"doe_1_2_ex1.py": "", "by mail/ex1.py": "", "grades.csv": "", "late.zip": zipped({"ex1.py": ""})}
    entries = class_of(make_folder(tmp_path / "class", files), MODULES)
    assert [each.student for each in entries] == ["doe", "by mail", "late"]
    assert "not named as the platform" in entries[1].notes[0]


# Moodle

MOODLE = {
    "Jane Doe_77_assignsubmission_file_/ex1_output_size.py": "jane 77",
    "Jane Doe_77_assignsubmission_onlinetext_/onlinetext.html": "<p>",
    "Jane Doe_78_assignsubmission_file/exercises/ex1_output_size.py": "jane 78",
    "Şükrü Öz_79_assignsubmission_file/hw.zip": zipped({"ex1_output_size.py": "79"}),
    "Texter_80_assignsubmission_onlinetext/onlinetext.html": "<p>",
    "Default group_assignsubmission_file/ex1_output_size.py": "a group without an id",
}


def test_moodle_goes_by_participant(tmp_path: Path) -> None:
    for entries in both(tmp_path, MOODLE):
        found = by_name(entries)
        assert set(found) == {"Jane Doe (77)", "Jane Doe (78)", "Şükrü Öz", "Texter", "Default group"}
        assert read(found["Jane Doe (77)"]).modules == {"ex1_output_size": "jane 77"}
        assert any("onlinetext_ is not read" in note for note in found["Jane Doe (77)"].notes)
        assert read(found["Jane Doe (78)"]).modules == {"ex1_output_size": "jane 78"}
        assert read(found["Şükrü Öz"]).modules == {"ex1_output_size": "79"}
        assert found["Şükrü Öz"].ids == {"moodle_id": "79"}
        assert "onlinetext.html" in problem(found["Texter"])
        assert found["Default group"].login == ""


def test_moodle_without_folders_goes_by_participant_too(tmp_path: Path) -> None:
    files = {
        "Jane Doe_77_assignsubmission_file_ex1_output_size.py": "one",
        "Jane Doe_77_assignsubmission_file_ex3_conv2d.py": "three",
        "Jane Doe_78_assignsubmission_file_Bob_9_assignsubmission_file_ex1.py": "not Bob's",
    }
    for entries in both(tmp_path, files):
        jane, other = sorted(entries, key=lambda entry: entry.login)
        assert read(jane).modules == {"ex1_output_size": "one", "ex3_conv2d": "three"}
        assert other.login == "78"
        assert not any("Bob" in entry.student for entry in entries)


@pytest.mark.parametrize("download", [MOODLE, GRADESCOPE])
def test_a_class_that_windows_powershell_zipped_again_is_that_class(tmp_path: Path, download: Files) -> None:
    def backslashed(files: Files) -> Files:
        return {name.replace("/", "\\"): content for name, content in files.items()}

    inner = zipped(backslashed({"hw/": "", "hw/ex1_output_size.py": "in a zip of its own"}))
    files = {n: inner if n.endswith(".zip") else c for n, c in download.items()}
    folders = {f"{name.rpartition('/')[0]}/": "" for name in files if "/" in name}
    path = make_zip(tmp_path / "again.zip", backslashed(folders | files))
    again = class_of(path, MODULES)
    before = class_of(make_folder(tmp_path / "as it came", files), MODULES)
    assert [replace(each, path=None) for each in again] == [replace(each, path=None) for each in before]
    for one, other in zip(again, before, strict=True):
        assert (one.path is None) == (other.path is None)
        found = read_or_why(other)
        assert problem(one) if isinstance(found, str) else read_or_why(one) == found
    assert any("in a zip of its own" in read(each).modules.values() for each in again if holds_zip(each))


@pytest.mark.parametrize("around", ["HW 3/", "downloads/HW 3/"])
@pytest.mark.parametrize("download", [MOODLE, CANVAS, GRADESCOPE])
def test_a_class_in_a_folder_of_its_own_is_that_class(tmp_path: Path, download: Files, around: str) -> None:
    """As a Mac or Windows zips it again."""
    before = class_of(make_folder(tmp_path / "as it came", download), MODULES)
    wrapped = {around + name: content for name, content in download.items()}
    of_a_mac = {"__MACOSX/" + around + "._x.py": ""}
    for path in (
        make_zip(tmp_path / "again.zip", wrapped | of_a_mac),
        make_folder(tmp_path / "again", wrapped),
    ):
        again = class_of(path, MODULES)
        assert [(each.student, each.ids) for each in again] == [(each.student, each.ids) for each in before]
        assert [read_or_why(each) for each in again] == [read_or_why(each) for each in before]


def read_or_why(entry: ClassSubmission) -> Mapping[str, str] | str:
    try:
        return read(entry).modules if entry.path else {}
    except SubmissionError as error:
        return str(error)


def holds_zip(entry: ClassSubmission) -> bool:
    return entry.path is not None and entry.path.suffix == ".zip"


# nbgrader


def test_an_nbgrader_tree_gives_each_student_the_assignment(tmp_path: Path) -> None:
    files = {
        "submitted/ada/convolutions/convolutions.ipynb": NOTEBOOK,
        "submitted/ada/convolutions/timestamp.txt": "2024-03-01 10:00:00 UTC",
        "submitted/ben/convolutions/renamed.ipynb": NOTEBOOK,
        "submitted/carl/convolutions/timestamp.txt": "",
    }
    make_folder(tmp_path / "course", {**files, "gradebook.db": "", "source/a/b.ipynb": ""})
    make_zip(tmp_path / "submitted.zip", files)
    for path in (tmp_path / "course", tmp_path / "course" / "submitted", tmp_path / "submitted.zip"):
        ada, ben, carl = class_of(path, MODULES)
        assert [each.student for each in (ada, ben, carl)] == ["ada", "ben", "carl"]
        assert ada.path is not None and ada.path.name == "convolutions.ipynb"
        assert read(ben).notebook == ("WHO",)
        assert carl.path is None


def test_of_several_assignments_the_one_with_our_notebook_counts(tmp_path: Path) -> None:
    files = {
        "ada/ps1/problem.ipynb": NOTEBOOK,
        "ada/convs/convolutions.ipynb": NOTEBOOK,
        "ben/ps1/problem.ipynb": NOTEBOOK,
    }
    ada, ben = class_of(make_folder(tmp_path / "submitted", files), MODULES)
    assert ada.path == tmp_path / "submitted/ada/convs/convolutions.ipynb"
    assert ben.path is None
    make_folder(tmp_path / "submitted", {"ben/other/convolutions.ipynb": NOTEBOOK})
    with pytest.raises(SubmissionError, match=r"which assignment\? It has convs, other"):
        class_of(tmp_path / "submitted", MODULES)


# The roster


def roster(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "class.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        'name,login,email\n"Doe, Jane",jd1,j@x\nBen,b2,b@x\n',
        '\ufeffEMAIL;Login;NAME\r\nj@x;jd1;"Doe, Jane"\r\nb@x;b2;Ben\r\n\r\n',
        "Student\tEmail Address\tSIS Login ID\nDoe, Jane\tj@x\tjd1\nBen\tb@x\tb2\n",
    ],
)
def test_a_roster_gives_names_and_adds_those_who_handed_in_nothing(tmp_path: Path, text: str) -> None:
    folder = make_folder(tmp_path / "class", {"jd1/ex1.py": "", "guest/ex1.py": ""})
    jane, ben, guest = class_of(folder, MODULES, roster(tmp_path, text))
    assert (jane.student, jane.path, jane.login) == ("Doe, Jane", folder / "jd1", "jd1")
    assert jane.ids == {"login": "jd1", "email": "j@x"}
    assert (ben.student, ben.path, ben.login) == ("Ben", None, "b2")
    assert (guest.student, guest.notes) == ("guest", ("not in the roster",))


def test_canvas_and_its_gradebook_match_by_id_before_name(tmp_path: Path) -> None:
    files = {"doejane_77_1_ex1.py": "77", "doejane_78_2_ex1.py": "78", "vanderberganna_79_3_ex1.py": "79"}
    text = (
        'Student,ID,SIS Login ID,Section\n"    Points Possible",,,\n"Doe, Jane",78,jd78,A\n'
        '"Doe, Jane",77,jd77,A\n"van der Berg, Anna",,ab,A\n"Doe, Jane",80,jd80,A\n'
    )
    path = make_zip(tmp_path / "submissions.zip", files)
    entries = class_of(path, MODULES, roster(tmp_path, text))
    assert [(each.student, each.login, each.path is None) for each in entries] == [
        ("Doe, Jane (78)", "78", False),
        ("Doe, Jane (77)", "77", False),
        ("van der Berg, Anna", "79", False),
        ("Doe, Jane (jd80)", "jd80", True),
    ]
    assert read(entries[0]).modules == {"ex1_output_size": "78"}


def test_a_number_of_another_kind_is_nobodys_identifier() -> None:
    found = [Found("doejane", Path("x"), login="77", ids={"canvas_id": "77"}, platform="Canvas")]
    ben, jane = with_roster(found, [Row("Ben", {"login": "77"})])
    assert (ben.name, ben.path) == ("Ben", None)
    assert jane.notes == ("not in the roster",)
    (jane,) = with_roster(found, [Row("Jane Doe", {"login": "77"})])
    assert (jane.name, jane.path) == ("Jane Doe", Path("x"))


def test_a_name_that_fits_twice_is_nobodys() -> None:
    found = [Found("Jane Doe", Path("x"), ids={"sid": "1"}, platform="Gradescope")]
    rows = [Row("Jane Doe", {"email": "a@x"}), Row("Doe, Jane", {"email": "b@x"})]
    one, other, mine = with_roster(found, rows)
    assert one.path is other.path is None
    assert "not matched with" in mine.notes[0]
    two = [found[0], Found("Doe Jane", Path("y"), ids={"sid": "2"}, platform="Gradescope")]
    assert sorted(each.path is None for each in with_roster(two, rows[:1])) == [False, False, True]


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("points,section\n1,2\n", "utf-8", "first line"),
        ("", "utf-8", "is empty"),
        ("name\nJürgen\n", "latin-1", "UTF-8"),
        ("name\nJane\n", "utf-16", "UTF-8"),
        ("name\n\x00\n", "utf-8", "no table"),
        ('name\n"' + "x" * 200_000, "utf-8", "field larger"),
    ],
)
def test_a_roster_that_cannot_be_used_is_refused(tmp_path: Path, text: str, encoding: str, told: str) -> None:
    folder = make_folder(tmp_path / "class", {"a/ex1.py": ""})
    with pytest.raises(SubmissionError, match=told) as caught:
        class_of(folder, MODULES, roster(tmp_path, text, encoding))
    assert "--roster" in str(caught.value)
    with pytest.raises(SubmissionError, match="--roster"):
        class_of(folder, MODULES, tmp_path / "none.csv")


# Strangers' names and files


def test_names_become_file_names_whatever_is_in_them(tmp_path: Path) -> None:
    people = ["../../etc", "a/b", "tab\there", "rtl \u202etxt", "🙂", "", "..", "CON", "x" * 400, "🙂"]
    text = "".join(
        f"submission_{n}:\n  :submitters:\n  - :name: {csv_quoted(name)}\n    :email: {n}@x\n"
        for n, name in enumerate(people)
    )
    files = {f"submission_{n}/ex1.py": str(n) for n in range(len(people))}
    for entries in both(tmp_path, {"submission_metadata.yml": text, **files}):
        assert len(entries) == len(people)
        for n, entry in enumerate(entries):
            assert read(entry).modules == {"ex1_output_size": str(n)}
            assert not re.search(r"[/\\\x00-\x1f\u202e]", entry.student)
            assert 0 < len(entry.student.encode()) <= 210
            assert (tmp_path / f"{entry.student}.json").parent == tmp_path
        assert len({entry.student.casefold() for entry in entries}) == len(people)


def csv_quoted(name: str) -> str:
    """As YAML in double quotes."""
    return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in name) + '"'


def test_one_students_bad_entry_costs_nobody_else_anything(tmp_path: Path) -> None:
    path = tmp_path / "submissions.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("A_1_assignsubmission_file_/ex1.py", "a")
        file.writestr("B_2_assignsubmission_file_/../../../ex1.py", "b")
        file.writestr("C_3_assignsubmission_file_/ex1.py", b"\0" * 60_000_000)
        file.writestr("D_4_assignsubmission_file_/hw.zip", b"\0" * 60_000_000)
        link = zipfile.ZipInfo("E_5_assignsubmission_file_/ex1.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("F_6_assignsubmission_file_/ex1.py/ex2.py", "f")
        file.writestr("F_6_assignsubmission_file_/ex1.py", "f")
        file.writestr("G_7_assignsubmission_file_/inner.zip", zipped({"ex1.py": b"#" * 70_000_000}))
    (tmp_path / "scratch").mkdir()
    entries = by_name(class_of(path, MODULES, scratch=tmp_path / "scratch"))
    assert set(entries) == set("ABCDEFG")
    assert read(entries["A"]).modules == {"ex1_output_size": "a"}
    assert not entries["A"].notes
    assert "points outside" in entries["B"].notes[0]
    assert "empty" in problem(entries["B"])
    assert "too large" in entries["C"].notes[0]
    assert "larger than 1 MiB" in read(entries["C"]).notes[0]
    assert "too large" in entries["D"].notes[0]
    assert "not a readable zip" in problem(entries["D"])
    assert "link" in entries["E"].notes[0]
    assert entries["F"].notes
    assert "larger than 1 MiB" in read(entries["G"]).notes[0]
    everything = list((tmp_path / "scratch").rglob("*"))
    assert not any(each.is_symlink() for each in everything)
    assert sum(each.stat().st_size for each in everything if each.is_file()) < 60_000_000
    assert sorted(each.name for each in tmp_path.iterdir()) == ["scratch", "submissions.zip"]


@pytest.mark.parametrize("name", ["", ".", "./", "sub/"])
def test_a_folder_with_nothing_in_it_is_somebodys_all_the_same(tmp_path: Path, name: str) -> None:
    files = {"A_1_assignsubmission_file_/ex1.py": "a", f"B_2_assignsubmission_file_/{name}": ""}
    a, b = class_of(make_zip(tmp_path / "submissions.zip", files), MODULES)
    assert read(a).modules == {"ex1_output_size": "a"}
    assert "empty" in problem(b)


def test_an_entry_for_a_students_folder_itself_costs_no_file(tmp_path: Path) -> None:
    files = {"A_1_assignsubmission_file_/.": "odd", "A_1_assignsubmission_file_/ex1.py": "a"}
    (a,) = class_of(make_zip(tmp_path / "submissions.zip", files), MODULES)
    assert read(a).modules == {"ex1_output_size": "a"}


def test_a_class_that_is_too_large_as_a_whole_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_zip(tmp_path / "submissions.zip", CANVAS)
    monkeypatch.setattr(download, "MAX_CLASS_BYTES", 10)
    with pytest.raises(SubmissionError, match="unpack it yourself"):
        class_of(path, MODULES)


def test_a_canvas_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = make_folder(tmp_path / "class", {"doe_1_2_ex3.py": "own"})
    (folder / "doe_1_3_ex1.py").symlink_to(tmp_path / "secret")
    (doe,) = class_of(folder, MODULES)
    assert read(doe).modules == {"ex3_conv2d": "own"}
    assert any("ex1.py is a link" in note for note in doe.notes)


# No file of one student ends with another

_WORD = st.text(alphabet=string.ascii_lowercase + "_0123456789éß李", max_size=12)
_FILE = st.one_of(
    st.sampled_from([f"{module}.py" for module in MODULES] + ["ex1-1.py", "notes.txt", "hw.zip"]),
    # a folder's names for itself and the one above are no file's, on any system
    st.from_regex(r"[0-9a-z_.-]{1,12}", fullmatch=True).filter(lambda name: name not in (".", "..")),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    students=st.lists(st.tuples(_WORD, st.lists(_FILE, min_size=1, max_size=4, unique=True)), max_size=6),
    packed=st.booleans(),
    platform=st.sampled_from(["canvas", "moodle", "moodle flat", "gradescope"]),
)
@example(students=[("", ["ex1_output_size.py"]), ("", [".0"])], packed=True, platform="moodle")
@example(students=[("a", [".", "ex1-1.py"])], packed=True, platform="moodle")
@example(students=[("a", ["..", "ex1-1.py"])], packed=True, platform="gradescope")
@example(students=[("a", [".", "..", "a."])], packed=False, platform="canvas")
def test_no_file_of_one_student_ends_with_another(
    tmp_path_factory: pytest.TempPathFactory,
    students: list[tuple[str, list[str]]],
    packed: bool,
    platform: str,
) -> None:
    if not students:
        return
    tmp_path = tmp_path_factory.mktemp("class")
    files: dict[str, str] = {}
    wanted: dict[str, set[str]] = {}
    metadata = ""
    file_id = 5000
    for number, (name, uploads) in enumerate(students):
        user = str(100 + number)
        # as Canvas cleans names; what it leaves is a number at the very end, which a test of its own is about
        cleaned = re.sub(r"(_[0-9]+)+$", "", re.sub(r"_([0-9]+)_", r"\1", name)).strip("_")
        metadata += f"submission_{user}:\n  :submitters:\n  - :name: {csv_quoted(name)}\n    :sid: '{user}'\n"
        for upload in uploads:
            file_id += 1
            mark = f"# {user}"
            if platform == "canvas":
                at = f"{cleaned}_{user}_{file_id}_{upload}"
            elif platform == "moodle":
                at = f"{name.replace('_', ' ').strip()}_{user}_assignsubmission_file_/{upload}"
            elif platform == "moodle flat":
                at = f"{name.replace('_', ' ').strip()}_{user}_assignsubmission_file_{upload}"
            else:
                at = f"submission_{user}/{upload}"
            files[at] = mark
            wanted.setdefault(user, set()).add(mark)
    if platform == "gradescope":
        files["submission_metadata.yml"] = metadata
    make = make_zip if packed else make_folder
    path = make(tmp_path / "submissions.zip", files)
    (tmp_path / "scratch").mkdir()
    entries = class_of(path, MODULES, scratch=tmp_path / "scratch")
    assert len({entry.student for entry in entries}) == len(entries)
    assert {entry.login for entry in entries} == set(wanted)
    for entry in entries:
        assert entry.path is not None
        held = [entry.path] if entry.path.is_file() else [p for p in entry.path.rglob("*") if p.is_file()]
        texts = {each.read_text() for each in held} - {""}
        assert texts <= wanted[entry.login]


def test_names_are_taken_apart_as_the_platforms_put_them_together() -> None:
    canvas = canvas_name("doejane_LATE_77_4711_my_12_file-1.py")
    assert canvas is not None
    assert (canvas.name, canvas.user, canvas.file, canvas.rest) == ("doejane", "77", 4711, "my_12_file-1.py")
    assert canvas.late
    assert canvas_name("ex3_conv2d.py") is None
    moodle = moodle_name("Jane Doe_77_assignsubmission_file_")
    assert moodle is not None
    assert (moodle.name, moodle.id, moodle.type, moodle.rest) == ("Jane Doe", "77", "file", "")
    assert moodle_name("Jane Doe_77") is None


def test_csv_is_what_spreadsheets_write(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["Name", "Login"], ['Ada "the first", Lovelace', "ada"], ["李雷", "lei"]])
    entries = class_of(make_folder(tmp_path / "class", {"lei/ex1.py": ""}), MODULES, path)
    assert [entry.student for entry in entries] == ["Ada _the first_, Lovelace", "李雷"]


def test_grade_takes_a_download_and_a_roster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"doejane_LATE_77_4711_ex1_output_size.py": "", "doejane_LATE_77_4712_notes.txt": ""}
    download = make_zip(tmp_path / "submissions.zip", {**files, "ben_78_4713_hw.zip": b"broken"})
    text = 'Student,ID\n"Doe, Jane",77\nBen,78\nCleo,79\n'
    out = tmp_path / "out"
    command = ["grade", str(download), "--roster", str(roster(tmp_path, text)), "-o", str(out)]
    assert main([*command, "--device", "cpu", "--workers", "1"]) == 0
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["Doe, Jane", "Ben", "Cleo"]
    assert "not a readable zip" in rows["Ben"]["found"]
    assert rows["Cleo"]["found"] == "nothing handed in"
    assert rows["Cleo"]["total"] in ("0", "0.0")
    made = {name: json.loads((out / f"{name}.json").read_text(encoding="utf-8")) for name in rows}
    assert made["Doe, Jane"]["notes"][0] == "late"
    assert [made[name]["handed_in"] for name in rows] == [True, True, False]
    assert (out / "Cleo.results.json").is_file()
    capsys.readouterr()
    assert main([*command[:2], "--roster", str(tmp_path / "none.csv"), "-o", str(out)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
