"""Where things lie in a checkout and in what is made from one: each path is written here, and nowhere else."""

from __future__ import annotations

from pathlib import Path

EXERCISES = Path(__file__).resolve().parent
ROOT = EXERCISES.parent
INSTALLED = ROOT.name in ("site-packages", "dist-packages")  # by pip, and so no place for a student's work
CHECKS = EXERCISES / "tests"
CONSOLE = EXERCISES / "console"
COURSE = EXERCISES / "course"
TOPICS = COURSE / "topics"
FEEDBACK = EXERCISES / "feedback"
MANIFEST = EXERCISES / "manifest.json"
TUTORIAL = EXERCISES / "README.md"
TUTORIAL_PAGE = EXERCISES / "tutorial.html"  # the same, for browsers
PLAYGROUND = EXERCISES / "playground"
PLAYGROUND_SCRIPT = EXERCISES / "conv2d.py"
VISUALIZER = EXERCISES / "visualizer" / "index.html"
# what failure messages are made with
FOR_FEEDBACK = (EXERCISES / "__init__.py", EXERCISES / "paths.py", MANIFEST, TUTORIAL, FEEDBACK, COURSE)
NO_ANSWERS = (CHECKS, CONSOLE, COURSE, FEEDBACK, VISUALIZER.parent)  # folders where nobody writes any
PICTURES = ROOT / "img"  # of the tutorial, which writes `img/cat.png`
CAT = PICTURES / "cat.png"


def from_checkout(path: Path) -> str:
    """The path as it is named in messages: from the checkout, or in full where it lies elsewhere."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()
