"""Notebooks as hand-ins: the code cells as Python, and refusals that say what to do."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.submissions.submission import Submission, SubmissionError, read_submission

MODULES = ("ex1_output_size", "ex2_padding", "ex3_conv2d", "ex4_stride")


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
    return read_submission(path, MODULES)


def refusal(path: Path) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


def cells_of(tmp_path: Path, *cells: str) -> tuple[str, ...]:
    notebook = read(make_notebook(tmp_path / "hw.ipynb", *cells)).notebook
    assert notebook is not None
    return notebook


def test_a_notebook_gives_its_code_cells_in_order(tmp_path: Path) -> None:
    hand_in = read(make_notebook(tmp_path / "hw.ipynb", "a = 1\nb = 2", "", "c = 3"))
    assert hand_in.student == "hw"
    assert hand_in.notebook == ("a = 1\nb = 2", "", "c = 3")
    assert hand_in.modules == {}
    assert hand_in.notes == ()


def test_a_notebook_of_format_3_is_read_too(tmp_path: Path) -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["a = 1\n", "b"]}, {"cell_type": "code", "input": "c"}]}
    path = tmp_path / "hw.ipynb"
    path.write_text(json.dumps({"nbformat": 3, "worksheets": [sheet]}), encoding="utf-8")
    assert read(path).notebook == ("a = 1\nb", "c")


@pytest.mark.parametrize("wrapping", ["", "hw/"])
def test_a_notebook_may_lie_in_a_folder_or_zip_with_its_imports(tmp_path: Path, wrapping: str) -> None:
    content = make_notebook(tmp_path / "x.ipynb", "a = 1").read_bytes()
    files: dict[str, str | bytes] = {
        f"{wrapping}hw.ipynb": content,
        f"{wrapping}mine.py": "x",
        f"{wrapping}.ipynb_checkpoints/hw.ipynb": b"",
    }
    for hand_in in (read(make_folder(tmp_path / "a", files)), read(make_zip(tmp_path / "a.zip", files))):
        assert hand_in.student == "a"
        assert hand_in.notebook == ("a = 1",)
        assert hand_in.extras == {"mine": "x"}


def test_files_win_over_a_notebook_and_it_is_said(tmp_path: Path) -> None:
    hand_in = make_folder(tmp_path / "a", {"ex3.py": "x"})
    make_notebook(hand_in / "hw.ipynb", "a = 1")
    assert read(hand_in).modules == {"ex3_conv2d": "x"}
    assert read(hand_in).notebook is None
    assert "hw.ipynb is not read: the .py files count" in read(hand_in).notes


def test_several_notebooks_are_refused_by_name(tmp_path: Path) -> None:
    hand_in = make_folder(tmp_path / "a", {})
    make_notebook(hand_in / "one.ipynb", "a = 1")
    make_notebook(hand_in / "two.ipynb", "a = 2")
    assert "one.ipynb, two.ipynb" in refusal(hand_in)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%matplotlib inline\na = 1", "# %matplotlib inline\na = 1"),
        ("a = 1\n!pip install scipy\nb = 2", "a = 1\n# !pip install scipy\nb = 2"),
        ("?torch.conv2d\na = 1", "# ?torch.conv2d\na = 1"),
        ("torch.conv2d??\na = 1", "# torch.conv2d??\na = 1"),
        ("files = !ls\na = 1", "# files = !ls\na = 1"),
        ("t = %timeit -o f()\na = 1", "# t = %timeit -o f()\na = 1"),
        ("%%time\na = 1", "# %%time\na = 1"),
        ("\n%%capture out\n%%time\n%cd x\na = 1", "\n# %%capture out\n# %%time\n# %cd x\na = 1"),
        ("!pip install \\\n    scipy\na = 1", "# !pip install \\\n    pass  # scipy\na = 1"),
        ("if colab:\n    !pip install x\na = 1", "if colab:\n    pass  # !pip install x\na = 1"),
        ("x = (7\n  %y)\n%pwd", "x = (7\n  %y)\n# %pwd"),
        ("x = 7 \\\n  %y\n%pwd", "x = 7 \\\n  %y\n# %pwd"),
        ("# C:\\\n%pwd", "# C:\\\n# %pwd"),
        ('s = """\n%pwd\n!ls\n"""\n%pwd', 's = """\n%pwd\n!ls\n"""\n# %pwd'),
        ("s = '''it's\n!ls \\\n''' # (\n%pwd", "s = '''it's\n!ls \\\n''' # (\n# %pwd"),
        ("s = 'it\\'s ('\n!echo it's\na = 1", "s = 'it\\'s ('\n# !echo it's\na = 1"),
    ],
)
def test_what_only_ipython_knows_becomes_a_comment(tmp_path: Path, cell: str, expected: str) -> None:
    (text,) = cells_of(tmp_path, cell)
    assert text.count("\n") == cell.count("\n")
    compile(text.replace("    pass  # scipy", ""), "cell", "exec")
    assert text == expected


def test_a_cell_that_is_python_stays_as_it_is(tmp_path: Path) -> None:
    confusing = 's = \'a\\\n"""\'\nt = """\n%pwd\n"""'
    cells = (
        confusing,
        'help = """\n%pwd\n!ls\n?x\n"""',
        "x = 5 \\\n% 3",
        "y = '\\d'",
        "z = 10\n%\\\n3" if False else "z = 1",
    )
    assert cells_of(tmp_path, *cells) == cells


def test_a_syntax_error_stays_on_its_line(tmp_path: Path) -> None:
    assert cells_of(tmp_path, "%pwd\n\nx = = 1") == ("# %pwd\n\nx = = 1",)


def test_a_cell_of_another_language_is_not_run_and_said(tmp_path: Path) -> None:
    hand_in = read(make_notebook(tmp_path / "hw.ipynb", "a = 1", "%%bash\nrm -rf x\n", "%%javascript\nx"))
    assert hand_in.notebook == ("a = 1", "# %%bash\n# rm -rf x\n", "# %%javascript\n# x")
    assert hand_in.notes == (
        "code cell 2 of hw.ipynb starts with %%bash and is not run",
        "code cell 3 of hw.ipynb starts with %%javascript and is not run",
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\xfa",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"1" * 10_000,
        b"null",
        b"[]",
        b"{}",
        b'{"cells": 3}',
        b'{"cells": [{"cell_type": "code", "source": 3}]}',
        b'{"cells": [{"cell_type": "code", "source": ["a", 3]}]}',
        b'{"cells": [3, null, {"cell_type": "markdown", "source": "x"}]}',
        b'{"cells": []}',
    ],
)
def test_what_is_no_notebook_is_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    make_folder(tmp_path, {"hw.ipynb": content})
    assert "notebook" in refusal(tmp_path / "hw.ipynb") or "code cell" in refusal(tmp_path / "hw.ipynb")


def test_a_huge_notebook_is_refused_and_a_large_one_read(tmp_path: Path) -> None:
    big = make_notebook(tmp_path / "big.ipynb", "a = 1", output="x" * 15_000_000)
    assert read(big).notebook == ("a = 1",)
    with zipfile.ZipFile(tmp_path / "big.zip", "w") as file:
        file.write(big, "big.ipynb")
    assert read(tmp_path / "big.zip").notebook == ("a = 1",)
    assert "more than 20 MB" in refusal(make_notebook(tmp_path / "huge.ipynb", output="x" * 20_000_000))


def test_too_much_code_is_refused(tmp_path: Path) -> None:
    line = "a = 1\n" * 100_000
    assert "of code" in refusal(make_notebook(tmp_path / "hw.ipynb", line, line))


def test_code_without_a_place_in_utf8_is_made_to_fit(tmp_path: Path) -> None:
    path = tmp_path / "hw.ipynb"
    path.write_text(
        '{"cells": [{"cell_type": "code", "source": "a\\ud800\\u0000\\r\\nb"}]}', encoding="utf-8"
    )
    notebook = read(path).notebook
    assert notebook is not None
    assert notebook[0].encode("utf-8").decode("utf-8") == "a?\ufffd\nb"


@pytest.mark.parametrize("cell", ["(" * 50_000 + "\n%pwd", "-" * 500_000 + "1", "'" * 100_001 + "\n%pwd"])
def test_a_cell_made_to_hurt_the_parser_does_no_harm(tmp_path: Path, cell: str) -> None:
    assert len(cells_of(tmp_path, cell)) == 1
