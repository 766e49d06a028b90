"""Takes the README's pictures of pages, from the sample class: docs/pictures/*.png.

    python -m tests.screens

It needs Chromium. The students are those of tests/submissions/class.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.conftest import CHROMIUM, FLAGS

ROOT = Path(__file__).resolve().parents[1]
CLASS = ROOT / "tests" / "submissions" / "class"
PICTURES = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 1180, 760  # pixels of a picture
COLOURS = 256


def main() -> int:
    """Grades the class, changes a grade, and takes the pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        graded = Path(scratch) / "graded"
        _autograder("grade", str(CLASS), "-o", str(graded))
        _autograder(
            "decide", str(graded), "chen_wei", "ex6", "--points", "10", "--reason", "right for BGR pictures"
        )
        _autograder("decide", str(graded), "chen_wei", "--comment", "Nice work on the layer.")
        _autograder("grade", str(CLASS), "-o", str(graded))
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            for name, file, anchor in (
                ("dashboard", "dashboard.htm", ""),
                ("students", "dashboard.htm", "#students"),
                ("feedback", "chen_wei.html", ""),
            ):
                page.goto(f"{(graded / file).as_uri()}{anchor}")
                _save(page, PICTURES / f"{name}.png")
            browser.close()
    return 0


def _autograder(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "autograder", *arguments], cwd=ROOT, check=True)


def _save(page: Page, path: Path) -> None:
    """A page's picture with few colours, which pages of text need no more of."""
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    taken.quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
