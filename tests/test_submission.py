"""Hand-ins: what is read, what is said, and what a hostile one cannot do."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.submissions import archive, reading
from autograder.submissions.submission import (
    Submission,
    SubmissionError,
    find_submissions,
    student_names,
)

MODULES = (
    "ex1_output_size",
    "ex2_padding",
    "ex3_conv2d",
    "ex4_stride",
    "ex5_dilation",
    "ex6_sobel",
    "ex7_layer",
)


def make_folder(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    root.mkdir(parents=True, exist_ok=True)
    return root


def make_zip(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def make_notebook(path: Path, *cells: str, **more: object) -> Path:
    document = {
        "nbformat": 4,
        "cells": [{"cell_type": "markdown", "source": "# Text"}]
        + [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells],
        **more,
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def read(path: Path) -> Submission:
    return reading.read(path, MODULES)


def refusal(path: Path) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


# What is read


def test_a_folder_gives_its_modules_by_name(tmp_path: Path) -> None:
    hand_in = read(make_folder(tmp_path / "anna", {"ex3_conv2d.py": "a = 3\n", "ex4_stride.py": "a = 4\n"}))
    assert hand_in.student == "anna"
    assert hand_in.modules == {"ex3_conv2d": "a = 3\n", "ex4_stride": "a = 4\n"}
    assert hand_in.notebook is None


def test_what_is_missing_is_worth_nothing_and_said(tmp_path: Path) -> None:
    hand_in = read(make_folder(tmp_path / "anna", {"ex3_conv2d.py": ""}))
    assert "ex5_dilation.py is missing: 0 points for exercise 5" in hand_in.notes
    assert len(hand_in.notes) == len(MODULES) - 1


def test_a_complete_hand_in_has_no_notes(tmp_path: Path) -> None:
    hand_in = read(make_folder(tmp_path / "anna", {f"{module}.py": "" for module in MODULES}))
    assert list(hand_in.modules) == list(MODULES)
    assert hand_in.notes == ()


@pytest.mark.parametrize("wrapping", ["", "exercises/", "hw3/", "hw3/exercises/", "a/b/Exercises/"])
def test_wrapping_folders_do_not_matter(tmp_path: Path, wrapping: str) -> None:
    files = {f"{wrapping}ex1_output_size.py": "one", f"{wrapping}ex2_padding.py": "two"}
    expected = {"ex1_output_size": "one", "ex2_padding": "two"}
    assert read(make_folder(tmp_path / "anna", files)).modules == expected
    assert read(make_zip(tmp_path / "anna.zip", files)).modules == expected


def test_a_whole_repository_gives_its_exercises_and_nothing_of_its_other_folders(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "repo/README.md": "",
        "repo/img/kernel.png": b"\x89PNG",
        "repo/exercises/ex3_conv2d.py": "right",
        "repo/exercises/conv2d.py": "playground",
        "repo/exercises/tests/test_ex3_conv2d.py": "check",
        "repo/exercises/tests/ex3_conv2d.py": "wrong",
        "repo/exercises/feedback/draw.py": "feedback",
        "repo/exercises/course/oracle.py": "course",
        "repo/tests/submissions/x/ex4_stride.py": "wrong",
    }
    for hand_in in (read(make_folder(tmp_path / "a", files)), read(make_zip(tmp_path / "a.zip", files))):
        assert hand_in.modules == {"ex3_conv2d": "right"}
        assert hand_in.extras == {"conv2d": "playground"}
        assert not any("tests" in note for note in hand_in.notes)


def test_a_folder_for_each_exercise_is_read(tmp_path: Path) -> None:
    hand_in = read(make_folder(tmp_path / "anna", {"ex1/ex1_output_size.py": "1", "ex2/ex2_padding.py": "2"}))
    assert set(hand_in.modules) == {"ex1_output_size", "ex2_padding"}


def test_two_hand_ins_side_by_side_are_not_mixed(tmp_path: Path) -> None:
    files = {"anna/ex3_conv2d.py": "anna", "ben/ex3_conv2d.py": "ben"}
    message = refusal(make_zip(tmp_path / "class.zip", files))
    assert "anna/ex3_conv2d.py" in message
    assert "ben/ex3_conv2d.py" in message


def test_exercises_in_an_odd_place_are_said_not_to_count(tmp_path: Path) -> None:
    hand_in = read(make_folder(tmp_path / "anna", {"ex3_conv2d.py": "new", "old/ex3_conv2d.py": "old"}))
    assert hand_in.modules == {"ex3_conv2d": "new"}
    assert any("old/" in note and "not read" in note for note in hand_in.notes)


def test_a_single_file_is_a_hand_in(tmp_path: Path) -> None:
    make_folder(tmp_path, {"ex3_conv2d.py": "three", "ex4_stride.py": "somebody else's", "mine.py": "x"})
    hand_in = read(tmp_path / "ex3_conv2d.py")
    assert hand_in.student == "ex3_conv2d"
    assert hand_in.modules == {"ex3_conv2d": "three"}
    assert hand_in.extras == {}


def test_a_path_with_dots_has_the_name_of_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_folder(tmp_path / "jane.doe", {"ex3_conv2d.py": ""}))
    assert read(Path()).student == "jane.doe"


def test_modules_beside_the_exercises_can_be_imported(tmp_path: Path) -> None:
    files = {
        "ex3_conv2d.py": "",
        "Patches.py": "helper",
        "not-a-name.py": "",
        "class.py": "",
        "conftest.py": "",
        "setup.py": "",
        "test_mine.py": "",
        "torch.py": "",
        "random.py": "",
        "exercises.py": "given to students",
        "notes.txt": "",
        "sub/deeper.py": "",
    }
    hand_in = read(make_folder(tmp_path / "anna", files))
    assert hand_in.extras == {"Patches": "helper"}
    assert "torch.py is not read: its name hides the package torch" in hand_in.notes
    assert "random.py is not read: its name hides the package random" in hand_in.notes
    assert not [note for note in hand_in.notes if "exercises.py" in note]


def test_what_belongs_to_the_system_is_passed_over(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "hw/ex3_conv2d.py": "mine",
        "__MACOSX/hw/._ex3_conv2d.py": b"\0\5",
        "__MACOSX/hw/ex3_conv2d.py": "fork",
        "hw/.DS_Store": b"\0",
        "hw/._ex3_conv2d.py": b"\0",
        "hw/__pycache__/ex3_conv2d.py": "cached",
        "hw/.ipynb_checkpoints/ex3_conv2d.py": "earlier",
        "hw/venv/lib/ex3_conv2d.py": "",
        "hw/ex4_stride.pyc": b"\0",
    }
    for hand_in in (read(make_folder(tmp_path / "a", files)), read(make_zip(tmp_path / "a.zip", files))):
        assert hand_in.modules == {"ex3_conv2d": "mine"}
        assert not any("ex3" in note for note in hand_in.notes)


# Names


@pytest.mark.parametrize(
    "name",
    [
        "ex3_conv2d.py",
        "ex3_conv2d-1.py",
        "ex3_conv2d (2).py",
        "ex3_conv2d(2).py",
        "EX3_Conv2D.PY",
        "Ex3-Conv2d.py",
        "ex3 conv2d.py",
        "ex3.py",
        "EX3-12.py",
        "ex3_conv2d - Copy.py",
        "ex3_conv2d - Copy (2).py",
        "ex3_conv2d copy 2.py",
        "Copy of ex3_conv2d.py",
        "ex3_conv2d (1)-2.py",
        "doejane_12345_67890_ex3_conv2d.py",
        "doejane_LATE_12345_67890_ex3_conv2d-1.py",
        "Jane Doe_123456_assignsubmission_file_ex3_conv2d.py",
        "hw3_jd123_attempt_2024-03-01-12-30-59_ex3_conv2d.py",
        "12345-67890 - Jane Doe - Mar 3, 2024 1234 PM - ex3_conv2d.py",
    ],
)
def test_a_name_in_any_case_and_decoration_is_recognised(tmp_path: Path, name: str) -> None:
    assert read(make_folder(tmp_path / "anna", {name: "text"})).modules == {"ex3_conv2d": "text"}


@pytest.mark.parametrize(
    "name", ["ex3_conv2d_v2.py", "my_ex3_conv2d.py", "ex13.py", "test_ex3_conv2d.py", "ex3_conv2d.txt"]
)
def test_a_name_that_only_resembles_one_is_not(tmp_path: Path, name: str) -> None:
    assert name in refusal(make_folder(tmp_path / "anna", {name: "text"}))


@pytest.mark.parametrize("name", ["ex3_conv2d_v2.py", "exercise 3.py", "ex03.py", "ex3_conv2d.py.txt"])
def test_a_near_miss_is_told_what_to_be_called(tmp_path: Path, name: str) -> None:
    hand_in = read(make_folder(tmp_path / "anna", {name: "", "ex1_output_size.py": ""}))
    expected = f"{name} is not read as an exercise: if it is ex3_conv2d, name it ex3_conv2d.py"
    assert expected in hand_in.notes


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("ex3_conv2d.py", "ex3_conv2d-1.py"),
        ("ex3_conv2d-2.py", "ex3_conv2d-10.py"),
        ("ex3_conv2d (1).py", "ex3_conv2d (2).py"),
        ("ex3_conv2d (7)-1.py", "ex3_conv2d-2.py"),
        ("ex3_conv2d-1.py", "ex3_conv2d (2)-1.py"),
        ("ex3_conv2d - Copy.py", "ex3_conv2d.py"),
        ("ex3_conv2d - Copy (2).py", "ex3_conv2d.py"),
        ("ex3.py", "ex3_conv2d.py"),
        ("ex3_conv2d.py", "ex3-1.py"),
        ("doe_1_22_ex3_conv2d.py", "doe_1_103_ex3_conv2d.py"),
        ("doe_1_22_ex3_conv2d.py", "doe_1_33_ex3_conv2d.py"),
        ("EXERCISES/ex3_conv2d.py", "ex3_conv2d.py"),
        ("exercises/ex3_conv2d.py", "ex3_conv2d.py"),
        ("ex3_conv2d.py", "exercises/ex3_conv2d-1.py"),
    ],
)
def test_of_two_copies_the_newer_is_taken_and_said(tmp_path: Path, older: str, newer: str) -> None:
    for name, files in {"a": {older: "old", newer: "new"}, "b": {newer: "new", older: "old"}}.items():
        hand_in = read(make_zip(tmp_path / f"{name}.zip", files))
        assert hand_in.modules == {"ex3_conv2d": "new"}
        assert f"{newer} was taken for ex3_conv2d, not {older}" in hand_in.notes


def test_files_of_several_students_in_one_folder_are_not_one_hand_in(tmp_path: Path) -> None:
    files = {"doejane_12_34_ex1_output_size.py": "", "roejohn_LATE_56_78_ex2_padding.py": ""}
    message = refusal(make_folder(tmp_path / "download", files))
    assert "doejane 12" in message
    assert "roejohn 56" in message


# Text


@pytest.mark.parametrize(
    "content",
    [
        "grö = 'é'\n".encode(),
        b"\xef\xbb\xbf" + "grö = 'é'\n".encode(),
        "grö = 'é'\r\n".encode(),
        "grö = 'é'\r".encode(),
    ],
)
def test_text_is_utf8_with_line_feeds(tmp_path: Path, content: bytes) -> None:
    assert read(make_folder(tmp_path / "a", {"ex3.py": content})).modules["ex3_conv2d"] == "grö = 'é'\n"


def test_a_declared_encoding_is_honoured_and_then_gone(tmp_path: Path) -> None:
    content = "#!/usr/bin/python\n# -*- coding: latin-1 -*-\nname = 'é'\n".encode("latin-1")
    text = read(make_folder(tmp_path / "a", {"ex3.py": content})).modules["ex3_conv2d"]
    assert text == "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nname = 'é'\n"
    scope: dict[str, object] = {}
    exec(compile(text.encode(), "ex3.py", "exec"), scope)
    assert scope["name"] == "é"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("é".encode("latin-1"), "is not UTF-8 text"),
        ("x = 1".encode("utf-16"), "is saved as UTF-16"),
        (b"x = 1\0", "is not a text file"),
        (b"# coding: no-such\n", "is not UTF-8 text"),
        (b"# coding: rot13\nk = 1\n", "declares the encoding rot13"),
        (b"# coding: idna\n" + b"x" * 100_000, "declares the encoding idna"),
        (b"# coding: unicode_escape\nx = 1", "declares the encoding unicode_escape"),
        (b"# coding: utf-7\nx = 1+AAA-", "declares the encoding utf-7"),
        (b"#" * (1024 * 1024 + 1), "is larger than 1 MiB"),
    ],
)
def test_one_unusable_file_costs_only_itself(tmp_path: Path, content: bytes, reason: str) -> None:
    files: dict[str, str | bytes] = {"ex3_conv2d-1.py": content, "ex4_stride.py": "fine"}
    for hand_in in (read(make_folder(tmp_path / "a", files)), read(make_zip(tmp_path / "a.zip", files))):
        assert hand_in.modules == {"ex4_stride": "fine"}
        notes = [note for note in hand_in.notes if "ex3_conv2d" in note]
        assert len(notes) == 1
        assert notes[0].startswith(f"ex3_conv2d-1.py {reason}")
        assert notes[0].endswith(": 0 points for exercise 3")


def test_a_file_of_exactly_one_mebibyte_is_read(tmp_path: Path) -> None:
    content = "#" * 1024 * 1024
    assert read(make_folder(tmp_path / "a", {"ex3.py": content})).modules == {"ex3_conv2d": content}


def test_an_unusable_extra_is_said(tmp_path: Path) -> None:
    hand_in = read(make_folder(tmp_path / "a", {"ex3.py": "", "mine.py": b"\xff"}))
    assert hand_in.extras == {}
    assert any(note.startswith("mine.py is not UTF-8") for note in hand_in.notes)


def test_the_digest_follows_what_counts_and_nothing_else(tmp_path: Path) -> None:
    base = read(make_folder(tmp_path / "a", {"ex3.py": "x = 1\n"})).digest
    assert (
        read(make_zip(tmp_path / "b.zip", {"hw/EX3_conv2d-1.py": "x = 1\r\n", "notes.txt": ""})).digest
        == base
    )
    others = [
        {"ex3.py": "x = 2\n"},
        {"ex4.py": "x = 1\n"},
        {"ex3.py": "x = 1\n", "mine.py": ""},
        {"ex3.py": "x = 1\n", "min.py": "e"},
    ]
    digests = {read(make_folder(tmp_path / f"o{i}", files)).digest for i, files in enumerate(others)}
    assert len({base, *digests}) == 1 + len(others)
    assert (
        read(make_notebook(tmp_path / "c.ipynb", "ab", "c")).digest
        != read(make_notebook(tmp_path / "d.ipynb", "a", "bc")).digest
    )


# Folders


def test_links_in_a_folder_are_not_followed_but_said(tmp_path: Path) -> None:
    secret = make_folder(tmp_path / "secret", {"ex3_conv2d.py": "solution", "ex4_stride.py": "solution"})
    hand_in = make_folder(tmp_path / "anna", {"ex1.py": ""})
    link(hand_in / "ex3_conv2d.py", secret / "ex3_conv2d.py")
    link(hand_in / "exercises", secret)
    found = read(hand_in)
    assert set(found.modules) == {"ex1_output_size"}
    assert "ex3_conv2d.py is a link and is not followed: hand in the file itself" in found.notes
    assert "exercises is a link and is not followed: hand in the file itself" in found.notes


def test_a_hand_in_that_is_a_link_is_refused(tmp_path: Path) -> None:
    secret = make_folder(tmp_path / "secret", {"ex3_conv2d.py": "solution"})
    link(tmp_path / "anna", secret)
    assert "is a link" in refusal(tmp_path / "anna")


def link(path: Path, target: Path) -> None:
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("this account may not make links")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_with_the_name_of_an_exercise_does_not_block(tmp_path: Path) -> None:
    hand_in = make_folder(tmp_path / "anna", {"ex1.py": ""})
    os.mkfifo(hand_in / "ex3_conv2d.py")
    assert set(read(hand_in).modules) == {"ex1_output_size"}


def test_an_empty_folder_is_refused_with_the_names_looked_for(tmp_path: Path) -> None:
    message = refusal(make_folder(tmp_path / "anna", {}))
    assert "ex3_conv2d.py" in message
    assert "it is empty" in message


def test_a_folder_of_other_things_is_refused_with_the_first_few(tmp_path: Path) -> None:
    files = {f"picture{index}.png": b"" for index in range(9)}
    message = refusal(make_folder(tmp_path / "anna", files))
    assert "picture0.png" in message
    assert "5 more" in message


def test_a_folder_without_end_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / "anna"
    make_folder(deep.joinpath(*["d"] * 45), {"ex3.py": ""})
    assert "nested" in refusal(deep)


def test_a_folder_with_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in = make_folder(tmp_path / "anna", {"ex1.py": "", "ex2.py": "", "data.txt": ""})
    monkeypatch.setattr(archive, "MAX_FILES", 3)
    read(hand_in)
    monkeypatch.setattr(archive, "MAX_FILES", 2)
    assert "more than 2 files" in refusal(hand_in)


def test_a_path_that_is_not_there_and_one_that_is_no_hand_in_are_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "nobody")
    make_folder(tmp_path, {"essay.docx": ""})
    assert "a .zip, an .ipynb or a .py" in refusal(tmp_path / "essay.docx")


def test_names_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    files = {"\x1b[2Jevil\n.png": "", "\u202egnp.png": ""}
    message = refusal(make_zip(tmp_path / "a.zip", files))
    assert message.isprintable()
    assert "evil" in message


# Which hand-ins a path holds


def found(path: Path) -> list[str]:
    return [hand_in.relative_to(path).as_posix() for hand_in in find_submissions(path, MODULES)]


def test_a_file_is_one_hand_in(tmp_path: Path) -> None:
    make_folder(tmp_path, {"ex3.py": "", "a.zip": b"", "b.ipynb": b""})
    for name in ("ex3.py", "a.zip", "b.ipynb"):
        assert find_submissions(tmp_path / name, MODULES) == [tmp_path / name]


@pytest.mark.parametrize(
    "files",
    [
        {"ex3_conv2d-1.py": "", "other/x.py": "", "more.zip": ""},
        {"exercises/EX3.py": "", "tests/x.py": ""},
        {"notes.txt": "", "hw.ipynb": ""},
    ],
)
def test_a_folder_with_exercises_or_one_notebook_is_one_hand_in(
    tmp_path: Path, files: dict[str, str]
) -> None:
    assert find_submissions(make_folder(tmp_path / "anna", files), MODULES) == [tmp_path / "anna"]


def test_any_other_folder_is_a_folder_of_hand_ins(tmp_path: Path) -> None:
    files = {
        "Ben/ex3.py": "",
        "anna/notes.txt": "",
        "carl.zip": "",
        "emil.rar": "",
        "dora.ipynb": "",
        "README.md": "",
        "expected.toml": "",
        ".git/config": "",
        ".hidden.zip": "",
        "__MACOSX/x": "",
        "grade.py": "",
    }
    assert found(make_folder(tmp_path / "class", files)) == [
        "anna",
        "Ben",
        "carl.zip",
        "dora.ipynb",
        "emil.rar",
    ]


@pytest.mark.parametrize("files", [{"a.ipynb": "", "b.ipynb": ""}, {"a.ipynb": "", "anna/x": ""}])
def test_a_notebook_beside_other_hand_ins_is_one_of_them(tmp_path: Path, files: dict[str, str]) -> None:
    assert len(found(make_folder(tmp_path / "class", files))) == 2


def test_an_empty_folder_of_hand_ins_is_refused(tmp_path: Path) -> None:
    for path in (make_folder(tmp_path / "class", {"README.md": ""}), tmp_path / "nowhere"):
        with pytest.raises(SubmissionError, match=path.name):
            find_submissions(path, MODULES)


def test_reports_get_the_name_of_the_folder_or_the_stem_of_the_file(tmp_path: Path) -> None:
    make_folder(tmp_path, {"jane.doe/x": "", "ben.zip": "", "carl.v2.ipynb": ""})
    paths = [tmp_path / name for name in ("jane.doe", "ben.zip", "carl.v2.ipynb")]
    assert list(student_names(paths).values()) == ["jane.doe", "ben", "carl.v2"]


def test_names_of_reports_are_unique_even_where_case_does_not_count(tmp_path: Path) -> None:
    names = ["anna/x", "anna.zip", "a/Ben/x", "b/ben/x", "c/ben/x", "d/ben-2/x"]
    make_folder(tmp_path, dict.fromkeys(names, ""))
    paths = [tmp_path / name.removesuffix("/x") for name in names]
    given = student_names([*paths, paths[0]])
    assert list(given) == paths
    assert list(given.values()) == ["anna", "anna.zip", "Ben", "ben-2", "ben-3", "ben-2-2"]
    assert len({name.casefold() for name in given.values()}) == len(paths)
    assert list(student_names([paths[3], paths[2]]).values()) == ["ben", "Ben-2"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("anna", "anna.results"), ("Zo\u00eb", "zoe\u0308"), ("anna.results.results", "anna.results")],
)
def test_no_report_is_written_over_that_of_another_student(tmp_path: Path, one: str, other: str) -> None:
    given = student_names([tmp_path / f"{one}.zip", tmp_path / f"{other}.zip"]).values()
    files = [f"{name}{ending}" for name in given for ending in (".json", ".results.json")]
    assert len({unicodedata.normalize("NFC", file.casefold()) for file in files}) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_reports_can_be_copied_to_a_system_that_knows_fewer_names(tmp_path: Path) -> None:
    (name,) = student_names([tmp_path / 'a\\b:c|d"e?.zip']).values()
    assert name == "a_b_c_d_e_"


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_name_of_a_report_is_one_line_and_short_enough_for_a_file(tmp_path: Path) -> None:
    paths = [tmp_path / "a\nb\x1b", tmp_path / ("é" * 126)]
    for path in paths:
        path.mkdir()
    short = student_names(paths)
    assert short[paths[0]] == "a_b_"
    (tmp_path / f"{short[paths[1]]}.results.json").touch()


def test_nothing_of_a_hand_in_is_executed(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    read(make_zip(tmp_path / "a.zip", {"ex3.py": trap, "mine.py": trap, "__init__.py": trap}))
    read(make_notebook(tmp_path / "hw.ipynb", trap, f"!touch {tmp_path / 'ran'}"))
    assert not (tmp_path / "ran").exists()


MIB = 1024 * 1024


def test_of_more_source_than_anybody_writes_the_largest_helpers_are_left_out(tmp_path: Path) -> None:
    large = {f"data{number}.py": f"x = {number}\n".ljust(MIB - 1, "#") for number in range(6)}
    files = large | {"ex1_output_size.py": "import helper\nimport zebra\n", "helper.py": "y", "zebra.py": "z"}
    found = read(make_folder(tmp_path / "anna", files))
    assert sorted(found.extras) == ["data3", "data4", "data5", "helper", "zebra"]
    (note,) = [note for note in found.notes if "MiB" in note]
    assert note == (
        "data0.py, data1.py, data2.py cannot be imported: there is more than 4 MiB of source, and the largest "
        "files that answer no exercise are left out"
    )


def test_more_source_than_that_in_the_answers_themselves_is_refused(tmp_path: Path) -> None:
    files = {f"{module}.py": f"def f{module}(): ...\n".ljust(MIB, "#") for module in MODULES[:5]}
    assert "more than 4 MiB of source in what answers exercises" in refusal(
        make_folder(tmp_path / "a", files)
    )
    files[f"{MODULES[0]}.py"] = ""
    assert len(read(make_folder(tmp_path / "b", files)).modules) == 5


def test_outputs_of_a_notebook_are_no_source(tmp_path: Path) -> None:
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 9 * MIB}, "metadata": {}}
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [picture]}
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    assert read(path).notebook == ("x = 1",)


def test_more_code_cells_than_anybody_writes_are_refused(tmp_path: Path) -> None:
    assert read(make_notebook(tmp_path / "n.ipynb", *["x"] * 10_000)).notebook is not None
    assert "more than 10,000 code cells" in refusal(make_notebook(tmp_path / "m.ipynb", *["x"] * 10_001))


def test_of_many_notes_the_first_are_told(tmp_path: Path) -> None:
    found = read(make_notebook(tmp_path / "n.ipynb", "x = 1", *["%%bash"] * 500))
    assert len(found.notes) == 201
    assert found.notes[-1] == "300 more remarks like these are left out"


def test_an_answer_is_found_among_any_number_of_files_that_say_nothing_of_it(tmp_path: Path) -> None:
    others = {f"a{number}.py": "x = 1\n" * 150_000 for number in range(4)}
    files = others | {"work.py": "def output_size(a):\n    return a + 1\n"}
    found = read(make_folder(tmp_path / "anna", files))
    assert found.notebook == (files["work.py"],)
    assert not [note for note in found.notes if "all define" in note]
