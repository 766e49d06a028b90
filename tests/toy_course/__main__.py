"""Writes the engine with this course on it into a new folder: `python -m tests.toy_course FOLDER`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from autograder.release.stubs import write_stubs
from exercises.paths import ROOT

HERE = Path(__file__).resolve().parent
# what is about this checkout's own course
CONTENT = (
    "autograder/course", "exercises/course", "exercises/playground", "exercises/visualizer", "exercises/conv2d.py",
    "exercises/README.md", "exercises/manifest.json",
)  # fmt: skip
ENGINE = ("autograder", "exercises", "pyproject.toml", "constraints.txt", "Makefile", "LICENSE")


def lay_out(folder: Path) -> Path:
    """The engine of this checkout with the toy course on it; gives the folder, which must be new."""
    folder.mkdir(parents=True)
    skip = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    for name in ENGINE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        else:
            shutil.copy(ROOT / name, folder / name)
    stubs = (folder / "exercises").glob("ex*.py")
    checks = (folder / "exercises" / "tests").glob("test_ex*.py")
    for path in [*(folder / name for name in CONTENT), *stubs, *checks]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for name in ("autograder", "exercises", "solutions"):
        shutil.copytree(HERE / name, folder / name, ignore=skip, dirs_exist_ok=True)
    # the engine reads this at its start; how many hidden checks there are, only itself can say
    write_stubs(folder / "solutions", folder / "exercises", {})
    return folder


if __name__ == "__main__":
    if len(sys.argv) != 2 or Path(sys.argv[1]).exists():
        sys.exit("give the name of a new folder: python -m tests.toy_course FOLDER")
    print(f"written: {lay_out(Path(sys.argv[1]))}; run `autograder stubs` there first")
