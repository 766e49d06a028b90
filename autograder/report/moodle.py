"""`moodle.csv`: a grading worksheet for *Upload grading worksheet* of Moodle's assignment.

From `mod/assign/feedback/offline/` (`importgradeslib.php`, `importgradesform.php`, `locallib.php`) and
`lib/csvlib.class.php` of moodle/moodle:

- `Identifier`, `Grade` and `Last modified (grade)` must be there under these very titles, in the language in which
  the teacher sees Moodle. Other columns are not read, but for the feedback plugins' own.
- A student is known by what follows "Participant " in `Identifier`, and by nothing else.
- A record that Moodle changed after the time in `Last modified (grade)` is skipped, unless the teacher allows it.
- A grade that is empty or out of range is skipped, but empty feedback deletes what is there. So whoever has no grade
  here has no row, and whoever has more than the highest has the highest.
- Feedback is kept as HTML, and shown unescaped when the import is to be confirmed.
- The reader takes a backslash before a quotation mark for an escape, as `csv` does not mean it.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import replace

from autograder.report.faults import Faults
from autograder.report.grade import Grade
from autograder.report.model import extra_points
from autograder.report.spreadsheet import as_csv
from autograder.report.text import in_points, plain

MOODLE = "moodle.csv"
TITLES = (
    "Identifier",
    "Full name",
    "Email address",
    "Grade",
    "Maximum grade",
    "Last modified (grade)",
    "Feedback comments",
)
NO_WORKSHEET = (
    "made without Moodle's grading worksheet as --roster: of a group assignment, do not upload it, since a group's "
    "number may also be a participant's"
)
NEVER = "-"  # what Moodle writes for a grade that was never changed


def moodle(grades: Iterable[Grade], maximum: float, modified: Mapping[str, str], faults: Faults) -> str:
    """The file's text.

    Args:
        grades: those that have a `moodle_id`.
        maximum: the highest grade of the assignment.
        modified: when each grade was last changed, by `moodle_id`, as Moodle's own worksheet writes it.
        faults: takes who has no row.
    """
    rows = faults.each(MOODLE, grades, lambda each: each.name, lambda each: _row(each, maximum, modified))
    return as_csv([TITLES, *rows])


def _row(each: Grade, maximum: float, modified: Mapping[str, str]) -> list[str]:
    number = each.ids["moodle_id"]
    name, email = (_no_escape(text) for text in (each.name, each.ids.get("email", "")))
    changed = _no_escape(modified.get(number, NEVER))
    points = replace(each, earned=min(each.earned, each.points)).out_of(maximum)
    return [f"Participant {number}", name, email, points, f"{maximum:g}", changed, comment(each)]


def comment(grade: Grade) -> str:
    """The points by exercise and what was found, as HTML in one line."""
    begun = [exercise for exercise in grade.exercises if not exercise.left_alone]
    points = ", ".join(f"{e.name} {e.earned:g} of {e.points:g}" for e in begun)
    total = in_points(grade.earned, grade.points, extra_points(grade.exercises))
    parts = [total + (f": {points}" if points else ""), *grade.mark.steps, *grade.mark.comments, grade.found]
    shown = [html.escape(plain(part).replace("\n", " ")) for part in parts]
    return "".join(f"<p>{part}</p>" for part in shown)


def _no_escape(text: str) -> str:
    return text.replace("\\", "/")
