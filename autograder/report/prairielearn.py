"""A report in the form PrairieLearn reads: one test per rubric line.

The fields are those of https://prairielearn.readthedocs.io/en/latest/externalGrading/#grading-results.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from autograder.report.model import ExerciseReport, Line, Report
from autograder.report.text import in_points, line_counted, line_found, line_title, plain, report_summary

MAX_RESULT_BYTES = 900_000  # bytes as JSON; the platform takes 1 MB
LENGTHS = (8_000, 2_000, 500, 100)  # characters of a text; the longest that makes the results small enough


def results(report: Report, meanings: Mapping[str, str]) -> dict[str, Any]:
    """The content of `results.json`; a hand-in that could not be read is "not gradable" and costs no try.

    Args:
        report: on the hand-in.
        meanings: what each category of rubric lines is about, in words.
    """
    if report.problem:
        return not_gradable(report.problem)
    for length in LENGTHS:
        found = _results(report, meanings, length)
        if len(json.dumps(found, indent=1)) <= MAX_RESULT_BYTES:
            break
    return found


def not_gradable(problem: str) -> dict[str, Any]:
    """Results without a grade. The platform marks the hand-in as invalid and takes no try off the student."""
    text = _plain(problem, LENGTHS[0])
    return {"gradable": False, "score": 0.0, "message": text, "format_errors": [text], "tests": []}


def _results(report: Report, meanings: Mapping[str, str], length: int) -> dict[str, Any]:
    return {
        "gradable": True,
        "score": report.earned / report.points if report.points else 0.0,
        "message": in_points(report.earned, report.points, report.extra),
        "output": _plain(report_summary(report), length),
        "tests": [
            _test(exercise, line, meanings.get(line.category, line.category), length)
            for exercise in report.begun
            for line in exercise.lines
        ],
    }


def _test(exercise: ExerciseReport, line: Line, about: str, length: int) -> dict[str, Any]:
    return {
        "name": line_title(exercise, line),
        "description": f"{exercise.name}{', extra' * exercise.extra}, {about}",
        "points": round(line.earned, 4),
        "max_points": line.points,
        "message": _plain("\n".join(line_counted(exercise, line)), length),
        "output": _plain("\n\n".join(line_found(line)), length),
    }


def _plain(text: str, length: int) -> str:
    return plain(text if len(text) <= length else text[: length - 1] + "…")
