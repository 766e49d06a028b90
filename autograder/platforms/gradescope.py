"""`run_autograder` on Gradescope: ROOT/submission in, ROOT/results/results.json out.

The layout is that of Gradescope's autograder specification. Results are written whatever the upload does;
what this process prints goes to the platform's log, which students do not see.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.platforms.single_upload import graded, release
from autograder.report import gradescope
from autograder.report.files import for_student, write_json
from autograder.report.text import in_points
from autograder.sandbox.torch_version import UnfitTorch

ROOT = Path("/autograder")


def main(arguments: list[str] | None = None) -> int:
    """Grades one upload; exit code 0 also when nothing could be graded, since the results say so."""
    given = sys.argv[1:] if arguments is None else arguments
    root = Path(given[0]) if given else ROOT
    total = _total(root / "submission_metadata.json")
    try:
        report = for_student(graded(root / "submission"), show_calls=False)
        found = scaled(gradescope.results(report), report.points, total)
        told = report.problem or in_points(report.earned, report.points, report.extra)
        print(f"release {release().get('commit', 'unknown')}, {told}")
    except UnfitTorch as error:
        print(f"autograder: {error}", file=sys.stderr)
        found = gradescope.failed()
    except Exception:  # the instructor's trouble: the log tells it, the student gets a sentence
        traceback.print_exc()
        found = gradescope.failed()
    write_json(root / "results" / "results.json", found)
    return 0


def scaled(results: Mapping[str, Any], points: float, total: float | None) -> dict[str, Any]:
    """The results for an assignment of another size than the rubric's: every score times the same number."""
    if not total or total == points or "score" not in results:
        return dict(results)
    factor = total / points
    tests = [
        t | {"score": round(t["score"] * factor, 4), "max_score": round(t["max_score"] * factor, 4)}
        for t in results["tests"]
    ]
    return dict(results) | {"score": round(results["score"] * factor, 4), "tests": tests}


def _total(metadata: Path) -> float | None:
    """The assignment's points as set on the platform; None where it does not say."""
    try:
        return float(json.loads(metadata.read_text(encoding="utf-8"))["assignment"]["total_points"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
