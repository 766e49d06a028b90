"""A report in the form Gradescope reads: one test per rubric line."""

from __future__ import annotations

import math
from typing import Any

from autograder.report.model import ExerciseReport, Line, Report
from autograder.report.text import line_counted, line_found, line_title, plain, report_summary

MAX_OUTPUT_CHARS = 20_000


def results(report: Report) -> dict[str, Any]:
    """The content of `results.json`, with the fields of Gradescope's autograder specification.

    A hand-in that was not graded has no score in it, so that the platform has none to take for a 0.
    """
    if report.problem:
        return not_graded(report.problem)
    if report.final is None:
        return not_graded(report_summary(report))
    tests = [
        _test(exercise, line, number)
        for exercise in report.begun
        for number, line in enumerate(exercise.lines, 1)
    ]
    shown = {
        "score": report.final,
        "execution_time": math.ceil(report.seconds),
        "output": report_summary(report)[:MAX_OUTPUT_CHARS],
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "found": plain(report.found),
            "suites": report.provenance.suites,
            "seed": report.provenance.seed,
        },
    }
    leaderboard = [
        {"name": f"{exercise.name}: {each.name}", "value": each.value, "order": each.order}
        for exercise in report.exercises
        for each in exercise.measured
    ]
    return shown | ({"leaderboard": leaderboard} if leaderboard else {})


def not_graded(problem: str) -> dict[str, Any]:
    """Results without a score: neither a total nor a test that has one."""
    text = plain(problem)[:MAX_OUTPUT_CHARS]
    return {"output": text, "output_format": "text", "visibility": "visible", "tests": []}


def failed() -> dict[str, Any]:
    """The results where the autograder itself failed: the instructor's trouble, told without details."""
    return not_graded(
        "The autograder itself failed, which is not your fault: tell your instructor. "
        "Your hand-in is kept and can be graded again."
    )


def _test(exercise: ExerciseReport, line: Line, number: int) -> dict[str, Any]:
    return {
        "name": line_title(exercise, line),
        "number": f"{exercise.name.removeprefix('ex')}.{number}",
        "score": round(line.earned, 4),
        "max_score": line.points,
        "status": "passed" if line.passed == line.cases else "failed",
        "output": _output(exercise, line),
        "tags": [exercise.name, line.category],
        "visibility": "visible",
    }


def _output(exercise: ExerciseReport, line: Line) -> str:
    return "\n\n".join([*line_counted(exercise, line), *line_found(line)])[:MAX_OUTPUT_CHARS]
