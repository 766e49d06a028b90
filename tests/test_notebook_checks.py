"""`check("ex3")` in a notebook says what `pytest exercises` would say of files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest

from autograder.course import COURSE
from autograder.release.edition import Edition
from autograder.release.notebook import NotebookCell, answered, as_file, as_notebook, cells
from exercises.console import source

ROOT = Path(__file__).resolve().parents[1]
SETUP = "import torch\nfrom torch import Tensor, nn\nfrom exercises.notebook import check"
FLIPPED = """\
def conv2d_valid(x, weight, bias=None):
    if x.dim() != 4 or weight.dim() != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("shapes")
    kh, kw = weight.shape[-2:]
    patches = x.unfold(2, kh, 1).unfold(3, kw, 1)
    out = torch.einsum("nchwij,ocij->nohw", patches, weight.flip(-1, -2))
    return out if bias is None else out + bias[:, None, None]
"""
BORROWED = """\
def conv2d_valid(x, weight, bias=None):
    return torch.nn.functional.conv2d(x, weight, bias)
"""


def said(run: Sequence[str], folder: Path) -> str:
    """What a notebook prints whose cells were run in this order."""
    # as a kernel does it: cells share the namespace of __main__, and In remembers them
    program = "import json, sys\nIn = ['']\nfor cell in json.loads(sys.stdin.read()):\n"
    program += "    In.append(cell)\n    exec(cell, globals())\n"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(list(run)),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_a_wrong_cell_is_explained_as_a_file_would_be(tmp_path: Path) -> None:
    text = said([SETUP, FLIPPED, 'check("ex3")'], tmp_path)
    assert "turned upside down and left to right" in text
    assert "Read: the section 'What is a convolution?' of this notebook" in text
    assert "Next: in this notebook: fix conv2d_valid" in text
    assert "pytest exercises" not in text
    assert "Wrong in the same way" in text and "-v shows them" not in text


def test_a_cell_that_is_run_again_counts_alone(tmp_path: Path) -> None:
    fixed = FLIPPED.replace(".flip(-1, -2)", "")
    text = said([SETUP, BORROWED, 'check("ex3")', FLIPPED, 'check("ex3")', fixed, 'check("ex3")'], tmp_path)
    first, second, third = text.split(" 03 Convolutions ")[1:]
    assert "torch.nn.functional.conv2d is used here: this exercise asks you to write" in text
    assert "forbidden call" in first and "8 wrong" in second and "1 wrong" in third


def test_what_is_not_run_yet_is_told(tmp_path: Path) -> None:
    text = said([SETUP, 'check("ex1")'], tmp_path)
    assert "There is no effective_kernel_size yet: run the cell that defines it first." in text
    assert "Traceback" not in text


def test_hints_come_one_at_a_time(tmp_path: Path) -> None:
    stub = 'def pad2d(x, padding):\n    raise NotImplementedError("ex2: pad2d is not written yet")\n'
    text = said([SETUP, stub, 'check("ex2", hint=True)'], tmp_path)
    assert "Hint 1 of" in text
    assert "Next: in this notebook: write pad2d" in text


def test_a_name_that_is_no_exercise_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="there is no exercise 'ex9'; write check"):
        said([SETUP, 'check("ex9")'], tmp_path)


def test_files_are_spoken_of_as_files_where_no_notebook_runs() -> None:
    assert source.notebook_text() is None


def test_the_notebook_holds_every_task_stub_and_section_once() -> None:
    edition = Edition(COURSE, ROOT)
    made = cells(edition)
    names = [cell.name for cell in made]
    assert len(set(names)) == len(names)
    for exercise in edition.catalogue:
        mine = [cell for cell in made if cell.exercise == exercise.module]
        code = "\n".join(cell.source for cell in mine if cell.role == "answer")
        for name in exercise.exports:
            assert f"def {name}(" in code or f"class {name}(" in code
        assert sum(cell.role == "check" for cell in mine) == 1
        assert "from exercises.ex" not in code
    anchors = "".join(cell.source for cell in made)
    for cell in made:
        for target in (part.split(")")[0] for part in cell.source.split("](#")[1:]):
            assert f'<a id="{target}"></a>' in anchors, target


def test_the_tutorial_in_the_notebook_speaks_of_cells() -> None:
    edition = Edition(COURSE, ROOT)
    text = "\n".join(cell.source for cell in cells(edition) if cell.name.startswith("tutorial-"))
    assert "**Hand in** this notebook." in text
    assert "pytest exercises`" not in text
    assert "<!--" not in text
    assert "](exercises/visualizer/index.html)" in text
    assert "](../img/" not in text and "](ex" not in text.replace("](exercises/visualizer", "")


def test_pictures_of_the_tutorial_are_attached(tmp_path: Path) -> None:
    for name in ("exercises", "solutions", "constraints.txt", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "exercises").unlink()
    (tmp_path / "exercises").mkdir()
    tutorial = '# T\n\n## Padding\n\n![moves](../img/a.gif) <img src="../img/b.png"> ![gone](../img/c.png)\n'
    (tmp_path / "exercises" / "README.md").write_text(tutorial, encoding="utf-8")
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "a.gif").write_bytes(b"GIF89a")
    (tmp_path / "img" / "b.png").write_bytes(b"\x89PNG")
    made = cells(Edition(COURSE, tmp_path))
    [section] = [cell for cell in as_notebook(made)["cells"] if cell["id"] == "tutorial-1"]
    assert set(section["attachments"]) == {"a.gif", "b.png"}
    assert section["attachments"]["a.gif"] == {"image/gif": "R0lGODlh"}
    text = "".join(section["source"])
    assert "![moves](attachment:a.gif)" in text and 'src="attachment:b.png"' in text
    assert "../img/c.png" in text


def test_answers_fill_the_first_cell_of_their_exercise() -> None:
    made = [
        NotebookCell("answer", "a", "stub", "ex2_padding"),
        NotebookCell("answer", "b", "stub", "ex2_padding"),
    ]
    text = "from exercises.ex1_output_size import effective_kernel_size\n\nX = 1\n"
    assert [cell.source for cell in answered(made, {"ex2_padding": text})] == ["X = 1", ""]
    assert answered(made, {}) == made


def test_the_file_is_what_jupyter_takes_and_two_are_alike() -> None:
    made = cells(Edition(COURSE, ROOT))
    content = as_file(as_notebook(made))
    assert content == as_file(as_notebook(made))
    read = nbformat.reads(content.decode("utf-8"), as_version=4)
    assert [(cell.id, cell.source) for cell in read.cells] == [(cell.name, cell.source) for cell in made]


@pytest.mark.parametrize("ids", [("one", "one"), ("one", None)], ids=["twice", "none"])
def test_ids_are_never_drawn_at_random(ids: tuple[str | None, ...]) -> None:
    notebook = as_notebook([NotebookCell("text", f"cell-{n}", "Text") for n in range(len(ids))])
    for cell, name in zip(notebook.cells, ids, strict=True):
        del cell["id"]
        cell.update({"id": name} if name else {})
    with pytest.raises(nbformat.ValidationError, match="id of its own"):
        as_file(notebook)


def test_what_jupyter_would_not_take_is_not_written() -> None:
    notebook = as_notebook([NotebookCell("text", "cell", "Text")])
    notebook.cells[0].outputs = []
    with pytest.raises(nbformat.ValidationError):
        as_file(notebook)
