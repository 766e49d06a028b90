"""What all tests share: how Hypothesis draws, and a real browser for the tests of pages."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import settings

from autograder.release.tools import without_address_grammar

try:
    from playwright.sync_api import Browser, sync_playwright
except ImportError:
    Browser = sync_playwright = None  # type: ignore[assignment, misc]

# in each process of pytest-xdist that loads nbformat it would take seconds
without_address_grammar()

# pytest-xdist has every processor at work already: torch's threads, here and in the commands, would wait in vain
os.environ.setdefault("OMP_NUM_THREADS", "1")

# the same examples in every run, wherever it is; `make random` looks for new ones
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None, max_examples=100)
settings.register_profile("random", database=None, deadline=None, max_examples=3000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
# --no-sandbox: containers rarely allow Chromium's own; the rest keeps it from calling home
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# what takes longest, by seconds of CPU time: whoever begins last with one of these lets the others wait for its end
LONG = (
    "test_attacks.py", "test_batch.py", "test_corpus.py", "test_grade.py", "test_playground.py", "test_start.py",
    "test_confinement.py", "test_reading_child.py", "test_honest.py", "test_traps.py", "test_public_checks.py",
    "test_feedback_page.py", "test_notebook_checks.py", "test_pretended.py", "test_ban.py", "test_sandbox.py",
    # of those with the mark "platforms"
    "test_attacks_on_gradescope.py", "test_attacks_on_nbgrader.py", "test_release_nbgrader.py", "test_cluster.py",
    "test_release_otter.py", "test_releases_page.py", "test_release.py", "test_release_gradescope.py",
    "test_release_prairielearn.py", "test_release_classroom.py", "test_toy_course.py",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what `make thorough` tries; long files first, but not where files come in random order."""
    if "THOROUGH" not in os.environ and not any("::" in each for each in config.args):
        left_out = _for_thorough(items)
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
    if not config.pluginmanager.hasplugin("randomly"):
        place = {name: number for number, name in enumerate(LONG)}
        items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


def _for_thorough(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests that are marked, but for the first of `every` so many cases of one test."""
    left_out, cases = [], Counter[str]()
    for item in items:
        mark = item.get_closest_marker("thorough")
        if mark is None:
            continue
        test = item.nodeid.partition("[")[0]
        every = mark.kwargs.get("every", 0)
        if not every or cases[test] % every:
            left_out.append(item)
        cases[test] += 1
    return left_out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if sync_playwright is None:
        pytest.skip("the Python package playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium here; Debian has it as the package chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
