"""`check("ex3")` in a notebook: the public checks of an exercise, asked of the functions in your cells.

from exercises.notebook import check

check("ex3")                # what passes, what does not and why
check("ex3", hint=True)     # one more hint each time
check("ex3", picture=True)  # draws wrong results into the folder pictures
check()                     # all exercises
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from exercises.console import source
from exercises.feedback.catalogue import exercises
from exercises.paths import CHECKS, ROOT


def check(exercise: str = "", *, hint: bool = False, picture: bool = False) -> None:
    """Runs the public checks and prints what they say.

    Args:
        exercise: such as "ex3"; all exercises if empty.
        hint: also gives a hint for the first function that is not right, one more each time.
        picture: also draws wrong results.

    Raises:
        ValueError: if there is no such exercise.
    """
    try:
        import pytest
    except ModuleNotFoundError:
        print("pytest is missing: run `%pip install pytest` in a cell, then run this cell again.")
        return
    names = [e.name for e in exercises()]
    if exercise and exercise not in names:
        raise ValueError(f'there is no exercise {exercise!r}; write check("{names[0]}") and so on')
    notebook = sys.modules["__main__"]
    source.in_notebook(_executed_cells())
    for each in exercises():
        # all cells share one namespace, so it stands for the module of every exercise
        sys.modules[f"exercises.{each.module}"] = notebook
    paths = [str(CHECKS / f"test_{exercise}.py")] if exercise else [str(CHECKS)]
    options = ["--rootdir", str(ROOT), "-c", str(CHECKS / "notebook.ini"), "--color=no"]
    pytest.main([*paths, *options, *["--hint"] * hint, *["--picture"] * picture])


def _executed_cells() -> Sequence[str]:
    """The sources of the cells run so far, a later version of a cell after the earlier one."""
    cells: Sequence[str] = getattr(sys.modules["__main__"], "In", ())
    return cells
