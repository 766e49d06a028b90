"""On every path a hand-in may take, work is found; where nobody can tell what is meant, no 0 comes out."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from test_choice import COUNTS, DOUBT, MODULES, Files, answers, laid_out

from autograder.platforms import gradebook, gradescope, nbgrader, otter, prairielearn
from autograder.platforms.single_upload import uploaded
from autograder.submissions.downloads import class_of, names
from autograder.submissions.submission import Submission, read_submission

KINDS = [
    "stubs beside a finished notebook",
    "the blank notebook beside one",
    "a zip beside a demo",
    "stubs beside work below",
    "stubs beside work in exercises/",
    "one script beside stubs",
]


def sole(root: Path, roster: Path | None = None) -> Submission:
    [one] = class_of(root, MODULES, roster, root.parent)
    assert one.path is not None
    return read_submission(one.path, MODULES)


def in_a_class(root: Path, files: Files) -> Submission:
    laid_out(root / "class" / "ada", files)
    return sole(root / "class")


def zipped_in_a_class(root: Path, files: Files) -> Submission:
    (root / "class").mkdir()
    packed(root / "class" / "ada.zip", "", files)
    return sole(root / "class")


def from_moodle(root: Path, files: Files) -> Submission:
    return sole(packed(root / "download.zip", "Ada L_123_assignsubmission_file/", files))


def from_canvas(root: Path, files: Files) -> Submission:
    """Canvas takes no folders, so whoever has some sends a zip."""
    inner = {name: content for name, content in files.items() if "/" not in name}
    if len(inner) < len(files):
        content = packed(root / "inner.zip", "", files).read_bytes()
        inner = {"hw.zip": content, "notes.txt": "see the zip"}
    named = {
        f"adalovelace_12_{number}_{name}": text for number, (name, text) in enumerate(inner.items(), 100)
    }
    return sole(packed(root / "submissions.zip", "", named))


def through_nbgrader(root: Path, files: Files) -> Submission:
    folder = laid_out(root / "course" / "submitted" / "ada" / "hw", {**files, "timestamp.txt": "2026-01-01"})
    assert gradebook.submitted(root / "course", "hw") == {"ada": folder}
    assert names.submission_in(folder) == folder
    found = sole(root / "course" / "submitted")
    assert found.digest == read_submission(folder, MODULES).digest
    return found


def uploaded_to_a_platform(root: Path, files: Files) -> Submission:
    """Gradescope, PrairieLearn, and otter once it has put the hand-in aside."""
    return uploaded(laid_out(root / "submission", files))


def packed(path: Path, folder: str, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(folder + name, content)
    return path


PATHS = [in_a_class, zipped_in_a_class, from_moodle, from_canvas, through_nbgrader, uploaded_to_a_platform]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_work_is_found_on_every_path(
    kind: str, path: Callable[[Path, Files], Submission], tmp_path: Path
) -> None:
    files, expected = COUNTS[kind]
    assert answers(path(tmp_path, files)) == expected


def test_a_notebook_alone_is_what_nbgrader_grades(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "submitted" / "ada" / "hw", {names.NOTEBOOK: "{}", "timestamp.txt": ""})
    assert names.submission_in(folder) == folder / names.NOTEBOOK


TWO: Files = DOUBT["two notebooks"][0]


def named(told: str) -> bool:
    return "one.ipynb" in told and "two.ipynb" in told


@pytest.mark.platforms
def test_no_platform_gets_a_score_where_nobody_can_tell_what_is_meant(tmp_path: Path) -> None:
    laid_out(tmp_path / "submission", TWO)
    assert gradescope.main([str(tmp_path)]) == 0
    found = written_to(tmp_path / "results" / "results.json")
    assert "score" not in found and found["tests"] == [] and named(found["output"])

    laid_out(tmp_path / "student", TWO)
    assert prairielearn.main([str(tmp_path)]) == 0
    found = written_to(tmp_path / "results" / "results.json")
    assert found["gradable"] is False and named(found["format_errors"][0])

    apart = tmp_path / "graded.json"
    assert otter.main([str(tmp_path / "student"), str(apart)]) == 0
    assert named(written_to(apart)["problem"])
    here = Path(otter.__file__).parents[2]
    with pytest.raises(otter.NotGraded, match=r"one\.ipynb"):
        otter.graded_apart(tmp_path / "student", here)


@pytest.mark.platforms
def test_nbgraders_cell_raises_where_nobody_can_tell_what_is_meant(tmp_path: Path) -> None:
    one, two = TWO.values()
    folder = laid_out(tmp_path / "submitted" / "ada" / "hw", {names.NOTEBOOK: one, "two.ipynb": two})
    with pytest.raises(nbgrader.NotGraded, match=r"convolutions\.ipynb and in two\.ipynb"):
        nbgrader._grade_in_a_process(folder / names.NOTEBOOK)


def written_to(path: Path) -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
