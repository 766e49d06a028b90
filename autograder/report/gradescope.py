"""A report in the form Gradescope reads: one test per rubric line."""

from __future__ import annotations

import math
from typing import Any

from autograder.report.model import ExerciseReport, Line, Report

LONGEST_OUTPUT = 20_000


def results(report: Report) -> dict[str, Any]:
    """The content of `results.json`, with the fields of Gradescope's autograder specification."""
    tests = [
        _test(exercise, line, number)
        for exercise in report.exercises
        for number, line in enumerate(exercise.lines, 1)
    ]
    return {
        "score": report.earned,
        "execution_time": math.ceil(report.seconds),
        "output": _summary(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "found": report.found,
            "suites": report.provenance.suites,
            "seed": report.provenance.seed,
        },
    }


def _test(exercise: ExerciseReport, line: Line, number: int) -> dict[str, Any]:
    return {
        "name": f"{exercise.name} {exercise.title}: {line.sentence}",
        "number": f"{exercise.name.removeprefix('ex')}.{number}",
        "score": round(line.earned, 4),
        "max_score": line.points,
        "status": "passed" if line.passed == line.cases else "failed",
        "output": _output(exercise, line),
        "tags": [exercise.name, line.category],
        "visibility": "visible",
    }


def _output(exercise: ExerciseReport, line: Line) -> str:
    parts = [f"{line.passed} of {line.cases} checks passed."]
    if line.carried:
        names = ", ".join(exercise.carried_from)
        parts.append(
            f"{line.carried} of them with correct versions of {names}, so that no mistake counts twice."
        )
    seen = set()
    for finding in line.findings:
        words = [finding.headline + ("" if finding.device == "cpu" else f" (on {finding.device})")]
        words += [finding.explanation] if finding.explanation else []
        words += [f"Read: exercises/README.md{finding.section}"] if finding.section else []
        words += [f"  {place}" for place in finding.where]
        words += [f"Call: {finding.call}"] if finding.call else []
        words += [f"Expected: {finding.expected}"] if finding.expected else []
        words += [f"Yours: {finding.got}"] if finding.got else []
        text = "\n".join(words)
        if text not in seen:
            seen.add(text)
            parts.append(text)
    return "\n\n".join(parts)[:LONGEST_OUTPUT]


def _summary(report: Report) -> str:
    lines = [report.problem] if report.problem else []
    lines += [f"{e.name} {e.title}: {e.earned:g} of {e.points:g}" for e in report.exercises]
    lines += [f"Note: {note}" for note in report.notes]
    return "\n".join(lines)[:LONGEST_OUTPUT]
