"""`autograder check`: the package graded by itself, in both directions.

Solutions must score everything, stubs nothing, and solutions whose every result is multiplied by zero
must fail each line that looks at values. Stand-ins must score all of what they stand in for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.grading.grade import Grader
from autograder.report.model import Report
from autograder.report.text import in_points
from autograder.submissions.submission import Submission, read_submission
from exercises.feedback.course import Course

_ZEROED = """

def _zeroed(answer):
    if isinstance(answer, (tuple, list)):
        return type(answer)(_zeroed(a) for a in answer)
    if isinstance(answer, torch.Tensor):
        return answer * 0
    return type(answer)(0) if isinstance(answer, (int, float, complex)) else answer


def _with_zeros(thing):
    if isinstance(thing, type):
        forward = thing.forward
        thing.forward = lambda self, x: _zeroed(forward(self, x))
        return thing
    return lambda *args, **kwargs: _zeroed(thing(*args, **kwargs))


"""


@dataclass
class Findings:
    """What the self-check saw: lines to print, and what is wrong."""

    report: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def selfcheck(grader: Grader, root: Path) -> Findings:
    """Grades the checkout's solutions, stubs, zeroed solutions and stand-ins."""
    modules = [e.module for e in grader.catalogue]
    solutions = read_submission(root / "solutions", modules)
    stubs = read_submission(root / "exercises", modules)
    exports = {e.module: e.exports for e in grader.catalogue}
    findings = Findings()

    def graded(name: str, submission: Submission) -> Report:
        report = grader.grade(replace(submission, student=name))
        findings.report.append(f"{name}: {in_points(report.earned, report.points, report.extra)}")
        return report

    _expect(findings, "solutions", graded("solutions", solutions), full=True)
    _expect(findings, "stubs", graded("stubs", stubs), full=False)
    zeros = graded("zeros", replace(solutions, modules=zeroed(solutions.modules, exports)))
    for exercise in zeros.exercises:
        for line in exercise.lines:
            if line.earned and (exercise.module, line.category) not in grader.course.valueless:
                earned = f"{line.earned:g} of {line.points:g}"
                findings.problems.append(f"zeros: {exercise.name}, {line.name} earned {earned}")
    texts = _stand_ins(grader.course, modules)
    if texts:
        report = grader.grade(replace(solutions, student="stand-ins", modules=texts))
        mine = tuple(exercise for exercise in report.exercises if exercise.module in texts)
        right, points = sum(e.earned for e in mine), sum(e.points for e in mine)
        findings.report.append(f"stand-ins: {right:g} of {points:g}")
        _expect(findings, "stand-ins", replace(report, exercises=mine), full=True)
    return findings


def _stand_ins(course: Course, modules: Sequence[str]) -> dict[str, str]:
    paths = {module: course.stand_ins / f"{module}.py" for module in modules} if course.stand_ins else {}
    return {m: path.read_text(encoding="utf-8") for m, path in paths.items() if path.is_file()}


def zeroed(modules: Mapping[str, str], exports: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The modules with every export's result multiplied by zero: right shape, right dtype, right errors."""
    changed = {}
    for module, source in modules.items():
        wraps = "".join(f"{name} = _with_zeros({name})\n" for name in exports[module])
        changed[module] = f"{source}\n\nimport torch\n{_ZEROED}{wraps}"
    return changed


def _expect(findings: Findings, name: str, report: Report, *, full: bool) -> None:
    for exercise in report.exercises:
        for line in exercise.lines:
            wanted = line.points if full else 0.0
            if abs(line.earned - wanted) > 1e-9:
                why = f": {line.findings[0].headline}" if line.findings else ""
                findings.problems.append(
                    f"{name}: {exercise.name}, {line.name} earned {line.earned:g}, not {wanted:g}{why}"
                )
