"""The external grader on PrairieLearn: ROOT/student in, ROOT/results/results.json out.

The layout is that of https://prairielearn.readthedocs.io/en/latest/externalGrading/#special-directories.
`python -m autograder.start autograder.platforms.prairielearn [ROOT]` always leaves results and ends with 0; what it
prints goes to the platform's log, which students do not see.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from autograder.platforms.single_upload import MEANINGS, graded, release
from autograder.report import prairielearn
from autograder.report.files import for_student, write_json
from autograder.report.text import in_points
from autograder.sandbox.torch_version import UnfitTorch

ROOT = Path("/grade")
FAILED = (
    "The autograder itself failed, which is not your fault: tell your instructor. "
    "This try does not count, and your hand-in is kept."
)


def main(arguments: list[str] | None = None) -> int:
    """Grades one hand-in; exit code 0 also when nothing could be graded, since the results say so."""
    given = sys.argv[1:] if arguments is None else arguments
    root = Path(given[0]) if given else ROOT
    try:
        report = for_student(graded(root / "student"), show_calls=False)
        found = prairielearn.results(report, MEANINGS)
        told = report.problem or in_points(report.earned, report.points, report.extra)
        print(f"release {release().get('commit', 'unknown')}, {told}")
    except UnfitTorch as error:
        print(f"autograder: {error}", file=sys.stderr)
        found = prairielearn.not_gradable(FAILED)
    except Exception:  # the instructor's trouble: the log tells it, the student gets a sentence
        traceback.print_exc()
        found = prairielearn.not_gradable(FAILED)
    write_json(root / "results" / "results.json", found)
    return 0
