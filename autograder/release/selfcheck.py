"""`autograder check`: the package graded by itself, in both directions.

Solutions must score everything, stubs nothing, and solutions whose every result is multiplied by zero
must fail each line that looks at values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.grading.grade import Grader
from autograder.report.model import Report
from autograder.submissions.submission import Submission, read_submission

_ZEROED = """

def _zeroed(answer):
    if isinstance(answer, (tuple, list)):
        return type(answer)(_zeroed(a) for a in answer)
    if isinstance(answer, torch.Tensor):
        return answer * 0
    return 0 if isinstance(answer, int) else answer


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
    """Grades the checkout's solutions, stubs and zeroed solutions."""
    modules = [e.module for e in grader.catalogue]
    solutions = read_submission(root / "solutions", modules)
    stubs = read_submission(root / "exercises", modules)
    exports = {e.module: e.exports for e in grader.catalogue}
    findings = Findings()

    def graded(name: str, submission: Submission) -> Report:
        report = grader.grade(replace(submission, student=name))
        findings.report.append(f"{name}: {report.earned:g} of {report.points:g}")
        return report

    _expect(findings, "solutions", graded("solutions", solutions), full=True)
    _expect(findings, "stubs", graded("stubs", stubs), full=False)
    zeros = graded("zeros", replace(solutions, modules=zeroed(solutions.modules, exports)))
    for exercise in zeros.exercises:
        for line in exercise.lines:
            if line.earned and (exercise.module, line.category) not in grader.course.valueless:
                earned = f"{line.earned:g} of {line.points:g}"
                findings.problems.append(f"zeros: {exercise.name}, {line.name} earned {earned}")
    return findings


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
