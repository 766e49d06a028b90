"""`check("ex3")` in a notebook says what `pytest exercises` would say of files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from autograder.course import COURSE
from autograder.release import student
from autograder.release.course_file import read_course
from autograder.release.edition import Edition
from autograder.release.header import SourceError
from autograder.release.notebook import ADDRESS, NotebookCell, answered, as_file, as_notebook, cells
from autograder.release.package import zipped
from exercises.console import source
from exercises.feedback.catalogue import course_info, exercises

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


def said(run: Sequence[str], folder: Path, package: Path | None = ROOT, python: str = "") -> str:
    """What a notebook prints whose cells were run in this order.

    `package` is a folder to find the package in; None for a kernel that has none of this project. `python` is put
    before the cells.
    """
    # as a kernel does it: cells share the namespace of __main__, and In remembers them
    program = "import json, sys\nIn = ['']\nfor cell in json.loads(sys.stdin.read()):\n"
    program += "    In.append(cell)\n    exec(cell, globals())\n"
    paths = [str(package)] if package else [path for path in sys.path if Path(path).name == "site-packages"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        # -S: without what `pip install --editable` links
        [sys.executable, *([] if package else ["-S"]), "-c", f"{python}\n{program}"],
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
    assert "Wrong in the same way" in text and "-v shows" not in text


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
    with pytest.raises(AssertionError, match="there is no exercise 'ex99'; write check"):
        said([SETUP, 'check("ex99")'], tmp_path)


def test_files_are_spoken_of_as_files_where_no_notebook_runs() -> None:
    assert source.notebook_text() is None


# The first cell, where only the notebook is


@pytest.fixture(scope="module")
def zipped_notebook() -> bytes:
    package = student.packages(Edition(COURSE, ROOT))[1]
    return zipped(package.files)


def first_cell(address: str = "") -> str:
    """The first of the code cells, of a course with this address."""
    links = {**COURSE.info.links, **({ADDRESS: address} if address else {})}
    made = cells(Edition(replace(COURSE, info=replace(COURSE.info, links=links)), ROOT))
    first = next(cell for cell in made if cell.is_code)
    assert made.index(first) == 1, "it comes after the title"
    return first.source


RIGHT = "def effective_kernel_size(kernel_size, dilation=1):\n    return dilation * (kernel_size - 1) + 1"
CHECKED = [RIGHT, 'check("ex1")']
UPLOAD = (
    "The folder exercises is missing: upload the zip that this notebook came in, beside this notebook "
    "(in Colab: the folder icon on the left), then run this cell again.\n"
)


def test_without_the_package_the_first_cell_says_in_one_line_how_to_get_it(tmp_path: Path) -> None:
    assert said([first_cell()], tmp_path, package=None) == UPLOAD
    # and a cell with a check says it again, where a NameError would come
    assert said([first_cell(), *CHECKED], tmp_path, package=None) == UPLOAD * 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["notebook-student.zip", "notebook-student (1).zip"])
def test_a_zip_beside_the_notebook_is_unpacked(tmp_path: Path, zipped_notebook: bytes, name: str) -> None:
    (tmp_path / f"{course_info().notebook}").write_text("the student's own")
    (tmp_path / "another.zip").write_bytes(zipped({"exercises/ex1_output_size.py": b"mine"}))
    (tmp_path / "broken.zip").write_bytes(b"PK no zip")
    (tmp_path / name).write_bytes(zipped_notebook)
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "conv2d.py").write_text("the student's own too")
    text = said([first_cell(), *CHECKED], tmp_path, package=None)
    assert (tmp_path / "exercises" / "conv2d.py").read_text() == "the student's own too"
    assert "effective_kernel_size" not in text.partition("Next:")[2].partition("\n")[0]
    assert "ex1  Output size" in text and "The folder exercises" not in text
    assert (tmp_path / course_info().notebook).read_text() == "the student's own"
    assert not (tmp_path / "exercises" / "ex1_output_size.py").exists()
    assert not (tmp_path / "START.md").exists()


def test_it_is_uploaded_while_the_notebook_runs(tmp_path: Path, zipped_notebook: bytes) -> None:
    (tmp_path / "upload").write_bytes(zipped_notebook)
    upload = 'from pathlib import Path\nPath("upload").rename("notebook-student.zip")'
    text = said([first_cell(), upload, first_cell(), *CHECKED], tmp_path, package=None)
    assert text.startswith(UPLOAD) and "ex1  Output size" in text


def test_what_is_missing_is_fetched_from_the_address_of_the_course(
    tmp_path: Path, zipped_notebook: bytes
) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "some.zip").write_bytes(zipped_notebook)
    (tmp_path / "here").mkdir()
    address = (tmp_path / "web" / "some.zip").as_uri()
    text = said([first_cell(address), *CHECKED], tmp_path / "here", package=None)
    assert "ex1  Output size" in text and "missing" not in text


@pytest.mark.parametrize("content", [None, b"<html>log in first</html>"], ids=["nothing", "another page"])
def test_an_address_that_gives_no_zip_is_told_and_how_else_to_get_it(
    tmp_path: Path, content: bytes | None
) -> None:
    address = (tmp_path / "some.zip").as_uri()
    (tmp_path / "here").mkdir()
    if content:
        (tmp_path / "some.zip").write_bytes(content)
    text = said([first_cell(address)], tmp_path / "here", package=None)
    assert text.endswith(UPLOAD)
    assert (f"{address} cannot be reached from here" in text) is (content is None)


@pytest.mark.parametrize("name", ["torch", "pytest"])
def test_a_package_that_the_kernel_lacks_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    without = f"import sys\nsys.modules[{name!r}] = None"
    text = said([first_cell(), 'check("ex1")'], tmp_path, python=without)
    wanted = "numpy pillow pytest torch" if name == "torch" else name
    assert f"{name} is missing: run `%pip install {wanted}" in text
    assert ("+cpu --extra-index-url " in text) is (name == "torch" and sys.platform == "linux")
    assert set(text.splitlines()) == {text.splitlines()[0]}


def test_an_address_has_to_be_one_of_the_secure_web(tmp_path: Path) -> None:
    text = (ROOT / "solutions" / "course.toml").read_text(encoding="utf-8")
    (tmp_path / "course.toml").write_text(
        f'{text}\n{ADDRESS} = "http://example.org/a.zip"\n', encoding="utf-8"
    )
    with pytest.raises(SourceError, match=f"links: {ADDRESS} has to begin with https://"):
        read_course(tmp_path)


@pytest.mark.parametrize("with_package", [True, False])
def test_the_whole_notebook_runs_in_a_kernel(
    tmp_path: Path, zipped_notebook: bytes, with_package: bool
) -> None:
    """Colab, VS Code and Jupyter run the same kernel, ipykernel; here it finds nothing of this project."""
    site = next(path for path in sys.path if Path(path).name == "site-packages")
    kernel = tmp_path / "kernels" / "bare"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-S", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "bare", "language": "python", "env": {"PYTHONPATH": site}}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    if with_package:
        (folder / "notebook-student.zip").write_bytes(zipped_notebook)
    notebook = as_notebook(cells(Edition(COURSE, ROOT)))
    manager = KernelManager(kernel_name="bare")
    manager.kernel_spec_manager.kernel_dirs = [str(kernel.parent)]
    NotebookClient(
        notebook, km=manager, allow_errors=True, resources={"metadata": {"path": folder}}
    ).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [output for output in outputs if output["output_type"] == "error"] == []
    text = "".join(output.get("text", "") for output in outputs)
    if with_package:
        assert text.count(f" {course_info().title} ") == len(exercises())
    else:
        assert text == UPLOAD * (1 + len(exercises()))


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
    for name in ("autograder", "exercises", "solutions", "constraints.txt", "pyproject.toml"):
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
        NotebookCell("answer", "a", "stub", "ex1_output_size"),
        NotebookCell("answer", "b", "stub", "ex2_padding"),
        NotebookCell("answer", "c", "stub", "ex2_padding"),
    ]
    text = "from exercises.ex1_output_size import effective_kernel_size\n\nX = 1\n"
    assert [cell.source for cell in answered(made, {"ex2_padding": text})] == ["stub", "X = 1", ""]
    # what is no part of the notebook lies beside it
    assert answered(made[1:], {"ex2_padding": text})[0].source == text.strip()
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
