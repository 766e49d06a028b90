"""The Run button of an editor: `python exercises/exN_NAME.py`, from any folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.release.source import read_source
from autograder.release.stubs import RUN, stub_text
from autograder.submissions.written import code_of
from tests.at_work import CATALOGUE, MODULES, ROOT, exchange, given_out, run_python, solve


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student's folder, and none that Python or pytest would look into by itself."""
    (tmp_path / "week 3").mkdir()
    return given_out(tmp_path / "week 3")


@pytest.mark.thorough(every=2)
@pytest.mark.parametrize("exercise", [CATALOGUE[0], CATALOGUE[-1]], ids=lambda e: e.name)
def test_a_stub_that_is_run_shows_its_own_checks(folder: Path, exercise: object, tmp_path: Path) -> None:
    """The last exercise imports others, and torch."""
    assert exercise in CATALOGUE
    module, name = next((e.module, e.name) for e in CATALOGUE if e is exercise)
    seen = run_python(tmp_path, str(folder / "exercises" / f"{module}.py"), "--hint")
    assert seen.code == 1, seen.text
    assert seen.row(name).endswith("  to do")
    assert not [e for e in CATALOGUE if e.name != name and f"\n  {e.name}  " in seen.text]
    assert f"Next: exercises/{module}.py, line " in seen.text and "Hint 1 of 3" in seen.text


def test_what_is_run_is_what_is_checked_and_runs_once(folder: Path) -> None:
    solve(folder)
    path = folder / "exercises" / "ex4_stride.py"
    with path.open("a", encoding="utf-8") as file:
        file.write("")
    exchange(folder, "ex4_stride", "# %%\nif __name__", 'print("here", __name__)\n\n\n# %%\nif __name__')
    seen = run_python(folder / "exercises", "ex4_stride.py")
    assert seen.code == 0, seen.text
    assert seen.row("ex4").endswith("  done")
    assert seen.text.count("here __main__") == 1 and "here exercises" not in seen.text


def test_a_file_by_another_name_says_where_the_checks_are(folder: Path) -> None:
    stub = folder / "exercises" / "ex3_conv2d.py"
    stub.rename(stub.with_name("ex3_mine.py"))
    seen = run_python(folder, "exercises/ex3_mine.py")
    assert "The checks are for ex1_output_size.py and the like in" in seen.text
    assert "Traceback" not in seen.text


def test_in_a_cell_it_says_how_a_notebook_runs_checks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert done.stdout == 'In a notebook, check("ex1") and so on run the checks.\n'


@pytest.mark.parametrize("module", MODULES)
def test_the_end_of_a_file_is_no_work(module: str) -> None:
    text = stub_text(read_source(ROOT / "solutions" / f"{module}.py")) + RUN
    assert text == (ROOT / "exercises" / f"{module}.py").read_text(encoding="utf-8")
    exports = next(e.exports for e in CATALOGUE if e.module == module)
    code = code_of(text, exports, ())
    assert not code.written and code.stubs == {*exports}
