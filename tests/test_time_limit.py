"""An endless loop in a student's code: the public checks say where, and go on."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from exercises.console.time_limit import OutOfTime, TimeLimit
from tests.at_work import Seen, exchange, given_out, run_pytest, solve

TRIED = ("exercises/tests/test_ex1.py", "exercises/tests/test_ex2.py", "exercises/tests/test_ex3.py")


def seen_with(folder: Path, lines: str, module: str = "ex2_padding") -> Seen:
    """All is solved; an exercise has these lines at its end."""
    given_out(folder)
    solve(folder)
    manifest = folder / "exercises" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    assert '"call_seconds": 10.0' in text
    manifest.write_text(text.replace('"call_seconds": 10.0', '"call_seconds": 0.5'), encoding="utf-8")
    exchange(folder, module, "# %%\nif __name__", f"{lines}\n\n# %%\nif __name__")
    return run_pytest(folder, *TRIED)


def in_pad2d(code: str) -> str:
    return f"_right = pad2d\n\n\ndef pad2d(x, padding):\n    {code}\n    return _right(x, padding)\n"


@pytest.mark.thorough(every=2)
@pytest.mark.parametrize(
    "loop",
    [
        "while True: x = x + 0",
        "while True:\n        try: x = x + 0\n        except Exception: pass",
    ],
    ids=["bare", "that catches exceptions"],
)
def test_a_loop_that_never_ends_is_told_with_its_line_and_the_rest_runs(loop: str, tmp_path: Path) -> None:
    seen = seen_with(tmp_path, in_pad2d(loop))
    assert (
        "pad2d was still running after 0.5 s and was stopped: is there a loop that never ends?"
        in seen.flowing
    )
    assert re.search(r"In your code:\n  exercises/ex2_padding\.py, line \d+:\n      (while|try: )", seen.text)
    assert seen.row("ex1").endswith("  done") and seen.row("ex3").endswith("  done")
    # whoever has waited for it three times need not wait again
    assert re.search(r"  3 wrong, \d not run$", seen.row("ex2"))
    assert "\nNot run: checks whose code had to be stopped elsewhere" in seen.text
    assert seen.code == 1


def test_what_an_earlier_loop_does_not_touch_is_checked_all_the_same(tmp_path: Path) -> None:
    loop = "def output_size(*_, **__):\n    while True: pass"
    seen = seen_with(tmp_path, loop, "ex1_output_size")
    # exercise 2 asks for another function of the file, exercise 3 for this one
    assert re.search(r"  3 wrong, \d not run$", seen.row("ex1"))
    assert seen.row("ex2").endswith("  done")
    assert re.search(r"  1 wrong, \d not run$", seen.row("ex3"))


def test_a_loop_outside_of_all_functions_is_told_too(tmp_path: Path) -> None:
    seen = seen_with(tmp_path, "while True:\n    pass")
    assert re.search(r"exercises/ex2_padding\.py, line \d+, was still running when the import was", seen.text)
    assert seen.row("ex2").endswith("  cannot run yet: it cannot be imported")
    assert seen.row("ex3").endswith("  done")


@pytest.mark.thorough
def test_what_cannot_be_stopped_ends_the_run_with_its_line(tmp_path: Path) -> None:
    seen = seen_with(tmp_path, in_pad2d("__import__('time').sleep(1000)"))
    assert re.search(r"exercises/ex2_padding\.py, line \d+ is still running and cannot be stopped", seen.text)
    assert "sleep(1000)" in seen.text.rstrip().split("\n")[-1]
    assert seen.row("ex1").endswith("  done") and "not run" in seen.row("ex3")
    assert seen.code == 1


def test_what_lets_no_other_thread_run_ends_with_what_python_says() -> None:
    """A sum of numbers in C looks at nothing else until it is done."""
    program = (
        "from exercises.console.time_limit import TimeLimit\n"
        "import exercises.console.time_limit as module\n"
        "module.TRIES = 0\nmodule.SPARE = 0.0\n"
        "with TimeLimit(0.1, lambda place: None, 2):\n"
        "    sum(range(10**15))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Timeout" in done.stderr and "line 6 in <module>" in done.stderr


def test_code_that_waits_may_take_longer_than_code_that_computes() -> None:
    with TimeLimit(0.2) as limit:
        time.sleep(0.5)
    assert not limit.passed


def looping() -> None:
    while True:
        pass


def ends_by_itself() -> None:
    return None


@pytest.mark.parametrize(("code", "stopped"), [(looping, True), (ends_by_itself, False)])
def test_nothing_is_left_over_for_what_comes_after(code: Callable[[], None], stopped: bool) -> None:
    for _ in range(3):
        caught = False
        limit = TimeLimit(0.05)
        try:
            with limit:
                code()
        except OutOfTime:
            caught = True
        assert (caught, limit.passed) == (stopped, stopped)
        for _ in range(10**5):
            pass
    assert threading.active_count() < 20
