"""What the Run button of an editor does with an exercise's file, `python exercises/exN_NAME.py`.

It is what `pytest exercises/tests/test_exN.py` does, from any folder; options such as `--hint` can follow.
"""

from __future__ import annotations

import sys
from pathlib import Path

from exercises.feedback.catalogue import exercise_in, exercises
from exercises.paths import CHECKS, EXERCISES, ROOT


def run() -> None:
    """Runs the checks of the file that Python was started with, and ends the program with pytest's exit code."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is None:
        print(f'In a notebook, check("{exercises()[0].name}") and so on run the checks.')
        return
    path = Path(file).resolve()
    exercise = exercise_in(path)
    if exercise is None:
        print(
            f"The checks are for {exercises()[0].module}.py and the like in {EXERCISES}, and {path} is none."
        )
        return
    try:
        import pytest
        import torch  # noqa: F401  # an exercise may not need it, but the checks do
    except ModuleNotFoundError as error:
        print(f"This Python has no {error.name}. In the folder {ROOT} run: pip install .", file=sys.stderr)
        sys.exit(2)
    # from here on `exercises` is the package, and a file of its folder is no module by its short name
    sys.path[:] = [str(ROOT)] + [p for p in sys.path if Path(p or ".").resolve() != EXERCISES]
    # what is checked is what has just been defined: nothing of the file is run twice
    sys.modules[f"exercises.{exercise.module}"] = main
    code = pytest.main([str(CHECKS / f"test_{exercise.name}.py"), *sys.argv[1:]])
    if not hasattr(sys, "ps1"):  # where somebody goes on typing, an exit would be shown as an error
        sys.exit(code)
