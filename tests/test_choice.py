"""Which file of a hand-in counts: written work, wherever it lies and whatever it is called; never a guess."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from autograder.course import COURSE
from autograder.release.edition import Edition
from autograder.release.notebook import as_notebook, cells
from autograder.submissions.choice import Ambiguous
from autograder.submissions.filenames import exercise_number
from autograder.submissions.reading import read as read_submission
from autograder.submissions.submission import Submission, SubmissionError
from exercises.feedback.catalogue import exercises

ROOT = Path(__file__).resolve().parents[1]
MODULES = [e.module for e in exercises()]
NUMBERS = [e.number for e in exercises()]
LAST = exercises()[-1].name
STUBS = {f"{m}.py": (ROOT / "exercises" / f"{m}.py").read_text(encoding="utf-8") for m in MODULES}
DONE = {
    f"{m}.py": re.sub(r"\A# ---\n.*?# ---\n", "", text, flags=re.DOTALL)
    for m in MODULES
    for text in [(ROOT / "solutions" / f"{m}.py").read_text(encoding="utf-8")]
}
# somebody else's way to write the same
OTHER = {name: text.replace("return ", "return  ") for name, text in DONE.items()}
RELEASED = json.dumps(as_notebook(cells(Edition(COURSE, ROOT))))

Files = Mapping[str, str | bytes]


def notebook(*sources: str) -> str:
    code = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def some(files: Mapping[str, str], *numbers: int) -> dict[str, str]:
    return {name: text for name, text in files.items() if exercise_number(name) in numbers}


def inside(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}


def zipped(files: Files) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return memory.getvalue()


FINISHED = notebook("import torch", *DONE.values())
PART_1 = notebook("import torch", *some(DONE, 1, 2, 3).values())
PART_2 = notebook("import torch", *some(DONE, *NUMBERS[3:]).values())
DEMO = notebook(
    "from exercises.ex5_dilation import conv2d\nimport torch", "y = conv2d(torch.ones(1, 1, 3, 3), w)"
)


def laid_out(root: Path, files: Files) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def both_ways(root: Path, files: Files) -> list[Submission]:
    """Read as a folder, and as a zip."""
    root.mkdir(exist_ok=True)
    (root / "b.zip").write_bytes(zipped(files))
    return [read_submission(path, MODULES) for path in (laid_out(root / "a", files), root / "b.zip")]


def answers(found: Submission) -> dict[int, str]:
    """Where each exercise comes from: the text of a module, or "notebook" where the cells answer it."""
    said = {exercise_number(module): text for module, text in found.modules.items()}
    if found.notebook is not None:
        said = {number: said.get(number, "notebook") for number in NUMBERS}
    return said


ALL_FILES = {exercise_number(name): text for name, text in DONE.items()}
ALL_CELLS = dict.fromkeys(NUMBERS, "notebook")

COUNTS: Mapping[str, tuple[Files, Mapping[int, str]]] = {
    "stubs beside a finished notebook": ({**STUBS, "hw.ipynb": FINISHED}, ALL_CELLS),
    "stubs in exercises/ beside one": ({**inside("exercises", STUBS), "hw.ipynb": FINISHED}, ALL_CELLS),
    "stubs beside one in a sub-folder": ({**STUBS, "work/hw.ipynb": FINISHED}, ALL_CELLS),
    "the blank notebook beside one": ({"convolutions.ipynb": RELEASED, "my solution.ipynb": FINISHED}, ALL_CELLS),
    "the blank notebook as a copy": ({"hw (1).ipynb": RELEASED, "hw.ipynb": FINISHED}, ALL_CELLS),
    "the blank notebook beside files": ({"convolutions.ipynb": RELEASED, **DONE}, ALL_FILES),
    "stubs beside work below": ({**STUBS, **inside("work", DONE)}, ALL_FILES),
    "stubs below beside work": ({**inside("exercises", STUBS), **DONE}, ALL_FILES),
    "stubs beside work in exercises/": ({**STUBS, **inside("exercises", DONE)}, ALL_FILES),
    "stubs and work side by side": ({**inside("given", STUBS), **inside("mine/deep", DONE)}, ALL_FILES),
    "a later copy that is a stub": ({**DONE, "ex3_conv2d (2).py": STUBS["ex3_conv2d.py"]}, ALL_FILES),
    "a zip beside a demo": ({"demo.ipynb": DEMO, "hw.zip": zipped(inside("hw", DONE))}, ALL_FILES),
    "a zip of a notebook beside stubs": ({**STUBS, "hw.zip": zipped({"hw.ipynb": FINISHED})}, ALL_CELLS),
    "a zip of stubs beside work": ({**DONE, "package.zip": zipped(inside("exercises", STUBS))}, ALL_FILES),
    "a demo beside files": ({**DONE, "demo.ipynb": DEMO}, ALL_FILES),
    "a demo beside the finished notebook": ({"a demo.ipynb": DEMO, "hw.ipynb": FINISHED}, ALL_CELLS),
    "a demo beside the blank notebook": ({"a demo.ipynb": DEMO, "hw.ipynb": RELEASED}, ALL_CELLS),
    "a broken notebook beside files": ({**DONE, "broken.ipynb": "{"}, ALL_FILES),
    "the same twice": ({**DONE, **inside("copy", DONE), "hw.ipynb": FINISHED}, ALL_FILES),
    "one script": ({"solution.py": "\n# %%\n".join(DONE.values())}, ALL_CELLS),
    "one script beside stubs": ({**STUBS, "my work.py": "\n".join(DONE.values())}, ALL_CELLS),
    "a file of another name beside its stub": (
        {**DONE, "ex3_conv2d.py": STUBS["ex3_conv2d.py"], "ex3_conv2d_v2.py": DONE["ex3_conv2d.py"]},
        {**ALL_FILES, 3: "notebook"},
    ),
    "files that take all from one module": (
        {**dict.fromkeys(DONE, "from mine import *\n"), "mine.py": "\n".join(DONE.values())},
        dict.fromkeys(NUMBERS, "from mine import *\n"),
    ),
    "half and half": (
        {**some(DONE, 1, 2, 3), "hw.ipynb": PART_2},
        {**ALL_CELLS, **dict(list(ALL_FILES.items())[:3])},
    ),
    "half, half and stubs": (
        {**STUBS, **some(DONE, 1, 2, 3), "hw.ipynb": PART_2},
        {**ALL_CELLS, **dict(list(ALL_FILES.items())[:3])},
    ),
    "a part in each of two notebooks": ({"part1.ipynb": PART_1, "part2.ipynb": PART_2}, ALL_CELLS),
    "a part in each of two folders": (
        {**inside("a", some(DONE, 1, 2)), **inside("b", some(DONE, *NUMBERS[2:]))}, ALL_FILES
    ),
    "copies of a notebook, the later counts": (
        {"hw.ipynb": notebook(*OTHER.values()), "hw (2).ipynb": notebook(*DONE.values())},
        ALL_CELLS,
    ),
    "stubs alone": (STUBS, {exercise_number(name): text for name, text in STUBS.items()}),
    "some written, the rest stubs": (
        {**STUBS, **some(DONE, 1)}, {exercise_number(name): text for name, text in {**STUBS, **some(DONE, 1)}.items()}
    ),
    "some written below, the rest stubs": (
        {**STUBS, **inside("new", some(DONE, 1))},
        {exercise_number(name): text for name, text in {**STUBS, **some(DONE, 1)}.items()},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", COUNTS)
def test_written_work_counts(kind: str, tmp_path: Path) -> None:
    files, expected = COUNTS[kind]
    for found in both_ways(tmp_path, files):
        assert answers(found) == {n: text.replace("\r\n", "\n") for n, text in expected.items()}


def test_the_written_notebook_is_the_one_that_is_run(tmp_path: Path) -> None:
    for files in (
        COUNTS["the blank notebook beside one"][0],
        COUNTS["a demo beside the finished notebook"][0],
    ):
        for found in both_ways(tmp_path, files):
            assert found.notebook == ("import torch", *DONE.values())
    for found in both_ways(tmp_path, COUNTS["copies of a notebook, the later counts"][0]):
        assert found.notebook == tuple(DONE.values())
        assert "hw (2).ipynb was taken, not hw.ipynb" in found.notes


SAID: Sequence[tuple[str, str]] = [
    (
        "stubs beside a finished notebook",
        f"and {len(MODULES) - 4} more in the top of the hand-in not read: nothing is written there",
    ),
    ("the blank notebook beside one", "convolutions.ipynb is not read: nothing is written in it"),
    ("a zip beside a demo", "demo.ipynb is not read: it defines nothing that is asked for"),
    ("a later copy that is a stub", "ex3_conv2d (2).py in the top of the hand-in not read: nothing is written there"),
    ("the same twice", "hw.ipynb is not read: what it answers was found elsewhere"),
    ("a broken notebook beside files", "broken.ipynb: not a readable notebook"),
    ("half and half", f"ex1 to ex3 were taken from the .py files, ex4 to {LAST} from hw.ipynb"),
    ("a part in each of two notebooks", f"ex1 to ex3 were taken from part1.ipynb, ex4 to {LAST} from part2.ipynb"),
    ("a part in each of two notebooks", "the cells of part2.ipynb are counted on: its first one is cell 5"),
    ("a part in each of two folders", f"ex1 and ex2 were taken from a/, ex3 to {LAST} from b/"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "words"), SAID)
def test_what_was_chosen_is_said(kind: str, words: str, tmp_path: Path) -> None:
    for found in both_ways(tmp_path, COUNTS[kind][0]):
        assert [note for note in found.notes if words in note], found.notes


@pytest.mark.parametrize(
    "kind", ["stubs alone", "some written, the rest stubs", "a demo beside the blank notebook"]
)
def test_what_is_not_written_is_not_called_missing(kind: str, tmp_path: Path) -> None:
    for found in both_ways(tmp_path, COUNTS[kind][0]):
        assert not [note for note in found.notes if "missing" in note]


DOUBT: Mapping[str, tuple[Files, Sequence[str]]] = {
    "two notebooks": (
        {"one.ipynb": FINISHED, "two.ipynb": notebook(*OTHER.values())},
        ["one.ipynb", "two.ipynb", f"ex1 to {LAST} are"],
    ),
    "a file and a notebook": (
        {**DONE, "hw.ipynb": notebook(OTHER["ex3_conv2d.py"])}, ["ex3_conv2d.py", "hw.ipynb", "ex3 is"]
    ),
    "two folders": (
        {**inside("new", DONE), **inside("old", some(OTHER, 4))}, ["new/ex4_stride.py", "old/ex4_stride.py"]
    ),
    "the top and a sub-folder": ({**DONE, **inside("old", some(OTHER, 4))}, ["old/ex4_stride.py"]),
    "a zip and what lies beside it": ({**DONE, "hw.zip": zipped(OTHER)}, ["hw.zip/ex1_output_size.py"]),
    "a helper that means two things": (
        {
            "part1.ipynb": notebook("def pair(x): return (x, x)", "def output_size(x): return pair(x)"),
            "part2.ipynb": notebook("def pair(x): return x", "def pad2d(x): return pair(x)"),
        },
        ["part1.ipynb and part2.ipynb both define pair"],
    ),
    "stubs beside a broken notebook": ({**STUBS, "hw.ipynb": "{"}, ["hw.ipynb: not a readable notebook"]),
    "stubs beside a broken zip": ({**STUBS, "hw.zip": "PK"}, ["hw.zip: not a readable zip"]),
    "stubs beside what is packed in an unknown way": ({**STUBS, "hw.rar": "Rar!"}, ["hw.rar cannot be opened"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", DOUBT)
def test_where_nobody_can_tell_what_is_meant_there_is_no_grade(kind: str, tmp_path: Path) -> None:
    files, words = DOUBT[kind]
    (tmp_path / "b.zip").write_bytes(zipped(files))
    for path in (laid_out(tmp_path / "a", files), tmp_path / "b.zip"):
        with pytest.raises(SubmissionError) as caught:
            read_submission(path, MODULES)
        said = str(caught.value)
        assert "\n" not in said and said.startswith(path.name) and "hand" in said and len(said) < 400
        assert all(word in said for word in words), said
        assert isinstance(caught.value, Ambiguous) == ("stubs" not in kind)


def test_a_helper_of_one_name_in_two_notebooks_is_fine_where_no_answer_of_the_first_needs_it(
    tmp_path: Path,
) -> None:
    files = {
        "part1.ipynb": notebook("def show(x): print(x)", "def output_size(x): return x"),
        "part2.ipynb": notebook("def show(x): plot(x)", "def pad2d(x): return show(x)"),
    }
    for found in both_ways(tmp_path, files):
        assert found.notebook is not None and len(found.notebook) == 4


# Files that cells write


EX3 = DONE["ex3_conv2d.py"].strip("\n")
STUB3 = STUBS["ex3_conv2d.py"]


@pytest.mark.parametrize(
    "magic",
    [
        "%%writefile exercises/ex3_conv2d.py",
        "%%writefile ex3_conv2d.py",
        "  %%writefile  'ex3_conv2d.py'  ",
        '%%writefile "my folder/ex3_conv2d.py"',
        "%%file ../exercises/ex3.py",
        "%%writefile C:\\work\\ex3_conv2d.py",
        "%%writefile -a ex3_conv2d.py",
        "\n%%writefile ex3_conv2d.py",
    ],
)
def test_a_cell_that_writes_a_file_is_that_file(magic: str, tmp_path: Path) -> None:
    files = {"hw.ipynb": notebook("x = 1", f"{magic}\n{EX3}", *some(DONE, 1, 2).values())}
    for found in both_ways(tmp_path, files):
        text = found.modules["ex3_conv2d"]
        assert text.endswith(EX3)
        above = text.removesuffix(EX3)
        assert above.count("\n") == f"{magic}\n".count("\n") and not [
            x for x in above.split("\n") if x[:1] not in ("", "#")
        ]
        assert found.notebook is not None and found.notebook[1].startswith(above.rstrip("\n"))
        assert all(line.startswith("#") for line in found.notebook[1].splitlines() if line)
        assert [
            note for note in found.notes if note.startswith("code cell 2 of hw.ipynb is read as the file ex3")
        ]
        assert not [note for note in found.notes if "is not run" in note]


def written_cells(*sources: str) -> Files:
    return {"hw.ipynb": notebook(*(f"%%writefile {source}" for source in sources))}


def test_of_two_cells_that_write_one_file_the_last_with_work_counts(tmp_path: Path) -> None:
    name, first, last = "ex3_conv2d.py", OTHER["ex3_conv2d.py"], DONE["ex3_conv2d.py"]
    head = f"# %%writefile {name}\n"
    for texts in ([first, last], [first, last, STUB3], [STUB3, last]):
        for found in both_ways(tmp_path, written_cells(*(f"{name}\n{text}" for text in texts))):
            assert found.modules == {"ex3_conv2d": head + last}


def test_a_cell_may_add_to_what_an_earlier_one_wrote(tmp_path: Path) -> None:
    cells = [
        "ex3_conv2d.py\nimport torch",
        "-a ex3_conv2d.py\ndef conv2d_valid(x): return x",
        "mine.py\ny = 1",
    ]
    for found in both_ways(tmp_path, written_cells(*cells)):
        text = found.modules["ex3_conv2d"]
        assert "import torch\n" in text and text.endswith("def conv2d_valid(x): return x")
        assert found.extras == {"mine": "# %%writefile mine.py\ny = 1"}


def test_the_file_that_a_cell_wrote_may_lie_beside_the_notebook(tmp_path: Path) -> None:
    name = "ex3_conv2d.py"
    files = {**written_cells(f"{name}\n{EX3}"), f"exercises/{name}": EX3}
    for found in both_ways(tmp_path, files):
        assert found.modules == {"ex3_conv2d": EX3}
    for found in both_ways(tmp_path / "stub", {**files, f"exercises/{name}": STUB3}):
        assert found.modules["ex3_conv2d"].endswith(EX3)


def test_a_cell_that_writes_something_else_is_not_run_and_said(tmp_path: Path) -> None:
    for found in both_ways(tmp_path, {"hw.ipynb": notebook("%%writefile notes.txt\nhello", *DONE.values())}):
        assert "code cell 1 of hw.ipynb starts with %%writefile and is not run" in found.notes
