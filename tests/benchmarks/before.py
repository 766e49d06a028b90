"""The same hand-ins graded by an older commit, in a work tree of its own, and by this one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks.classes import WRONG
from tests.benchmarks.command import grade, scratch
from tests.benchmarks.core import write_solutions
from tests.benchmarks.row import AT_LEAST, ROOT, Row, in_turn

COMMIT = "ddac20e"  # the last one before the suites asked less, and torch was imported once
ENDLESS = "Γιώργος"  # whose ex3 never ends: how long that is waited for is a setting, not a cost
RIGHT = 12  # copies of the solutions


def rows(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """Seconds for a hand-in once the grader is warm, before over now."""
    device = "cuda" if "cuda" in devices else "cpu"
    with scratch() as folder, tree_of(COMMIT, folder / "before") as old:
        for n in range(RIGHT):
            write_solutions(folder / "right" / f"{n:02}")
        shutil.copytree(WRONG, folder / "wrong")
        shutil.copytree(WRONG.parent / "class", folder / "class", ignore=lambda *_: [ENDLESS])
        for name, what in (
            ("right", "a right hand-in"),
            ("wrong", f"the {len(list(WRONG.iterdir()))} mistakes"),
            ("class", "the sample class without its endless one"),
        ):
            seconds = partial(_seconds, folder / name, device)
            samples = in_turn(rounds, partial(seconds, old), partial(seconds, ROOT), name)
            yield Row(f"before ({COMMIT}) / now: {what}", *samples, AT_LEAST, 2.5 if name == "right" else 2.0)


def _seconds(path: Path, device: str, root: Path) -> float:
    return grade(path, "--workers", "1", "--device", device, root=root).each


@contextmanager
def tree_of(commit: str, folder: Path) -> Iterator[Path]:
    """A work tree of a commit of this repository; removed in the end."""
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), commit], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)
