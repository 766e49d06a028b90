"""Where the autograder's own things lie, beside those of `exercises.paths`; some are only in a checkout."""

from __future__ import annotations

from pathlib import Path

from exercises.paths import EXERCISES

AUTOGRADER = Path(__file__).resolve().parent
ROOT = AUTOGRADER.parent
VOCABULARY = AUTOGRADER / "grading" / "vocabulary.py"
SUITES = AUTOGRADER / "course" / "suites"
STAND_INS = AUTOGRADER / "course" / "stand_ins"
PAGES = AUTOGRADER / "report" / "pages"  # their templates
TEMPLATES = AUTOGRADER / "release" / "templates"
# what no platform needs; some of it makes stubs and notebooks, and names the markers that no zip may hold
FOR_AUTHORS = (AUTOGRADER / "release", AUTOGRADER / "classes" / "cluster")
SOLUTIONS = ROOT / "solutions"
TESTS = ROOT / "tests"
RELEASE = ROOT / "release.json"  # in what travels: which release it is
# what a worker must not see: answers, hidden suites, and what tells their seed
GRADER_ONLY = (AUTOGRADER, SOLUTIONS, ROOT / EXERCISES.name, TESTS)
HIDDEN = (*GRADER_ONLY, ROOT / ".git", RELEASE)
