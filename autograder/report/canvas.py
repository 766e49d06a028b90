"""`canvas.csv`: a file for *Import Grades* of Canvas's gradebook.

From `lib/gradebook_importer.rb` of instructure/canvas-lms and the page that confirms an import
(`ui/features/gradebook_uploads`):

- The first line must begin with `Student` and `ID` and have `Section` after the SIS columns. What follows are
  assignments: one is known by the number in `Title (number)`, else by its title; for any other Canvas asks.
- A student is known by `ID`, then by SIS id and login, last by name. So all rows have an ID, and names are free.
- An empty cell deletes a grade that is there. So whoever has no grade here has no row.
- A line whose first cell has "Points Possible" in it is about the assignments.
- Numbers may have a point or a comma; `EX`, in any letters, excuses the student.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.report.faults import Faults
from autograder.report.grade import Grade
from autograder.report.spreadsheet import as_csv

CANVAS = "canvas.csv"
TITLES = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
EXCUSED = "EX"  # in place of points; the gradebook's export writes it, too
_POINTS = "Points Possible"


def canvas(grades: Iterable[Grade], title: str, points: float, faults: Faults) -> str:
    """The file's text.

    Args:
        grades: those that have a `canvas_id`.
        title: the assignment's, with its id where it is known.
        points: that the assignment is worth.
        faults: takes who has no row.
    """
    about = [[*TITLES, title], [f"    {_POINTS}", "", "", "", "", f"{points:g}"]]
    rows = faults.each(CANVAS, grades, lambda each: each.name, lambda each: _row(each, points))
    return as_csv([*about, *rows])


def _row(each: Grade, points: float) -> list[str]:
    ids = each.ids
    # a student may be called anything, but must not say what the assignment is worth
    name = each.name if _POINTS not in each.name else ids["canvas_id"]
    known = [ids["canvas_id"], ids.get("sid", ""), ids.get("login", "")]
    return [name, *known, "", EXCUSED if each.excused else each.out_of(points)]
