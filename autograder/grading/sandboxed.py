"""One submission being examined: asks the sandbox, and keeps one bad call from costing more than itself."""

from __future__ import annotations

import math
import platform
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from autograder.grading.pace import Pace
from autograder.grading.replies import fits
from autograder.report.model import Measurement
from autograder.report.text import first_of
from autograder.sandbox import wire
from autograder.sandbox.handle import Worker, WorkerTrouble
from autograder.sandbox.host import Sandbox
from autograder.sandbox.output import MAX_OUTPUT_CHARS
from autograder.sandbox.pretended import PRETENDED
from autograder.submissions.submission import Submission
from exercises.feedback.catalogue import Exercise, course_info
from exercises.feedback.course import Course
from exercises.feedback.failures import Outcome, first_line
from exercises.feedback.follow import Assumed
from exercises.feedback.kinds import FailureKind
from exercises.feedback.script import Script, Step
from exercises.feedback.steps import MAX_NAME_CHARS, Raised

GRACE_SECONDS = 2.0  # that a statement has beyond its limit, to be ended from within
MAX_STATEMENTS = 20_000  # announced at one import
MAX_ENDINGS = 8  # statements of one submission that may take their worker along
MAX_LOADS = 2  # of one submission that may fail: its texts are the same in every worker
MAX_LEFT_OUT = 5  # statements that the report tells of
PYTHON = ".".join(platform.python_version_tuple()[:2])


@dataclass(frozen=True)
class TimeLimits:
    """How long to wait, in seconds.

    `call` is for one call, `submission` for all calls of one submission, `statement` for one statement at the top of
    a file or cell, `loading` for all of these.
    """

    call: float = course_info().call_seconds
    submission: float = 600.0
    statement: float = 5.0
    loading: float = 90.0


@dataclass
class _Loaded:
    """A worker that has the submission's texts: which exercises are replaced in it, and which it has imported."""

    worker: Worker
    substituted: frozenset[str]
    entered: set[str] = field(default_factory=set)


@dataclass
class SandboxedSubmission:
    """A submission in the sandbox.

    `substituted` names the exercise modules that are replaced by correct ones (error carried forward); `line` is the
    rubric line that asks; `undecided` notes device checks that could not be decided. `measured` is beside the points.
    """

    sandbox: Sandbox
    submission: Submission
    course: Course
    time_limits: TimeLimits = field(default_factory=TimeLimits)
    confined: dict[str, str] = field(default_factory=dict)
    forbidden: dict[str, str] | None = None  # a sentence by exercise, once it was looked for
    unusual: tuple[str, ...] = ()  # what the instructor may want to read
    substituted: frozenset[str] = frozenset()
    line: str = ""
    undecided: list[str] = field(default_factory=list)
    measured: dict[str, tuple[Measurement, ...]] = field(default_factory=dict)  # by exercise
    races: dict[Any, Any] = field(default_factory=dict)  # what they came to, see `race`
    seconds: float = 0.0  # of calls
    cpu: float = 0.0  # seconds of processor time of the last call
    loading: float = 0.0  # seconds of statements at the top of files and cells
    _workers: dict[tuple[str, ...], _Loaded] = field(default_factory=dict)  # by what they may never call
    _hangs: set[str] = field(default_factory=set)
    _unloadable: set[str] = field(default_factory=set)
    _skipped: dict[str, str] = field(
        default_factory=dict
    )  # "file:number" of a statement → why it is not run again
    _left_out: dict[str, str] = field(default_factory=dict)  # the same → what the report says
    _endings: int = 0
    _not_loaded: list[WorkerTrouble] = field(default_factory=list)
    # by exercise and by what is substituted: a corrected one gets its own
    _paces: defaultdict[tuple[str, frozenset[str]], Pace] = field(default_factory=lambda: defaultdict(Pace))
    _late_lines: set[tuple[str, str, frozenset[str]]] = field(default_factory=set)
    _printed: str = ""

    def has(self, exercise: Exercise) -> bool:
        """Whether the exercise was handed in. A notebook answers all but what is extra and not named in it."""
        cells = self.submission.notebook
        if exercise.module in self.submission.modules or cells is None:
            return exercise.module in self.submission.modules
        return not exercise.extra or any(name in cell for name in exercise.exports for cell in cells)

    def unsafe(self, exercise: Exercise) -> bool:
        """Whether a call of the exercise ran into the time limit, or its mere import ended the worker."""
        return exercise.module in self._hangs | self._unloadable

    @property
    def left_out(self) -> list[str]:
        """What stood at the top of files and cells and did not run to its end, in a sentence each."""
        return first_of([*self._left_out.values()], "{} more lines were left out", MAX_LEFT_OUT)

    def run(self, exercise: Exercise, device: str, steps: Sequence[Step], cpu: float = math.inf) -> Outcome:
        """Runs steps with one exercise's code; whatever goes wrong becomes part of the outcome.

        With more than `cpu` seconds of processor time it is stopped, and that is an outcome of the kind "slow".
        """
        if not self.has(exercise):
            return _trouble(FailureKind.MISSING, f"{exercise.module}.py was not handed in")
        if exercise.module in (self.forbidden or ()):
            return self._forbidden(exercise)
        line = (exercise.module, self.line, self.substituted)
        if self.line and line in self._late_lines:
            return _not_tried("another check of this line had taken too long")
        if self.seconds > self.time_limits.submission:
            limit = f"{self.time_limits.submission:g} s"
            return _not_tried(f"the whole hand-in had used up its {limit}")
        try:
            worker = self._importing(exercise)
        except WorkerTrouble as trouble:
            self._unloadable.add(exercise.module)
            return _trouble(trouble.kind, _sentence(exercise, trouble))
        if worker is None:
            return self._forbidden(exercise)
        ask = _encoded if isinstance(steps, Script) else _encode
        pace, start = self._paces[exercise.module, self.substituted], time.monotonic()
        try:
            with self.sandbox.clock.phase("calls"):
                wait = pace.wait(self.time_limits.call)
                reply = self._asked(worker, ask(exercise.module, device, steps), wait, cpu)
        except WorkerTrouble as trouble:
            if trouble.kind == FailureKind.TIMEOUT:
                pace.late += 1
                self._hangs.add(exercise.module)
                self._late_lines.add(line)
            return _trouble(trouble.kind, _sentence(exercise, trouble))
        finally:
            self.seconds += time.monotonic() - start
        pace.slowest = max(pace.slowest, time.monotonic() - start)
        return self._outcome(exercise, steps, reply)

    def hold(self) -> None:
        """Stops all its workers until it is asked again, so that no thread of theirs disturbs a measurement."""
        for loaded in self._workers.values():
            loaded.worker.pause()

    def _importing(self, exercise: Exercise) -> Worker | None:
        """A worker that has run the exercise's file; None if the exercise uses what is forbidden.

        A statement that takes its worker along is not run again.

        Raises:
            WorkerTrouble: if there are too many of those, or none that is to blame.
        """
        while True:
            loaded = self._ready(exercise)
            if exercise.module in (self.forbidden or ()):
                return None
            if exercise.module in loaded.entered:
                return loaded.worker
            request = wire.encode({"do": "import", "module": exercise.module})
            start = time.monotonic()
            try:
                with self.sandbox.clock.phase("import"):
                    left = max(self.time_limits.loading - self.loading, 0.0)
                    limit = self._statement_seconds + GRACE_SECONDS
                    reply = loaded.worker.ask(request, limit, MAX_STATEMENTS, left)
                    loaded.worker.look()
            except WorkerTrouble as trouble:
                if not self._blames(trouble):
                    raise
            else:
                loaded.entered.add(exercise.module)
                self._keep_left_out(reply.get("left_out"))
            finally:
                self.loading += time.monotonic() - start

    @property
    def _statement_seconds(self) -> float:
        """The limit for a statement: shorter, the more time others have taken."""
        return self.time_limits.statement * (1.0 if self.loading < self.time_limits.loading / 2 else 0.1)

    def _blames(self, trouble: WorkerTrouble) -> bool:
        """Whether a statement is to blame for the end of a worker, which goes on without it."""
        at = trouble.at
        if at is None or trouble.kind == FailureKind.MALFORMED or self._endings == MAX_ENDINGS:
            return False
        self._endings += 1
        key = f"{at.file}:{at.number}"
        if key in self._skipped:
            return False
        self._skipped[key] = str(trouble)
        how = "was stopped: it" if trouble.kind == FailureKind.TIMEOUT else "was left out:"
        self._left_out[key] = f"{at.file}, line {at.line} {how} {trouble}"
        return True

    def _keep_left_out(self, told: Any) -> None:
        """Keeps what a worker says of statements that failed. It may say anything, and it counts for nothing."""
        for each in told if isinstance(told, list) else ():
            if not isinstance(each, dict) or len(self._left_out) > 10 * MAX_LEFT_OUT:
                continue
            file, kind, why = (
                first_line(str(each.get(part)))[:MAX_NAME_CHARS] for part in ("file", "kind", "message")
            )
            key = f"{file}:{each.get('number')}"
            if each.get("late") is True:
                self._skipped[key] = why
                self._left_out[key] = f"{file}, line {each.get('line')} was stopped: it {why}"
            else:
                version = f" (Python {PYTHON} is used here)" if kind == "SyntaxError" else ""
                said = f"{kind}: {why}".removesuffix(": ")
                self._left_out.setdefault(
                    key, f"{file}, line {each.get('line')} was left out: {said}{version}"
                )

    def _forbidden(self, exercise: Exercise) -> Outcome:
        return _trouble(FailureKind.FORBIDDEN, (self.forbidden or {})[exercise.module])

    def _asked(self, worker: Worker, request: bytes, seconds: float, cpu: float) -> dict[str, Any]:
        start, before = time.perf_counter(), worker.cpu_seconds()
        try:
            reply = worker.ask(request, seconds, cpu=cpu)
            self.cpu = worker.cpu_seconds() - before
        except WorkerTrouble:
            self.sandbox.clock.move("student code", time.perf_counter() - start)
            raise
        self.sandbox.clock.move("student code", reply.get("seconds"))
        return reply

    def _outcome(self, exercise: Exercise, steps: Sequence[Step], reply: dict[str, Any]) -> Outcome:
        results, raised, banned = reply.get("results"), reply.get("raised"), reply.get("banned", [])
        known = raised is None or isinstance(raised, Raised)
        named = isinstance(banned, list) and all(type(name) is str for name in banned)
        if not (known and named and isinstance(results, list)):
            return _trouble(FailureKind.MALFORMED, "the answer was not readable")
        if not fits(steps, results, raised is not None):
            return _trouble(FailureKind.MALFORMED, "the answer was not readable")
        if banned:
            return _trouble(FailureKind.FORBIDDEN, _forbidden_call(exercise, f"called {banned[0][:80]}"))
        return Outcome(results, raised)

    def _ready(self, exercise: Exercise) -> _Loaded:
        """A worker that has the submission loaded. What one forbids stays forbidden, so it serves no other."""
        never = self.sandbox.besides(exercise.forbids)
        # the others may call what this one must not, and could do it for it
        for other in self._workers.keys() - {never}:
            self._workers[other].worker.pause()
        loaded = self._workers.get(never)
        if loaded is not None and loaded.worker.alive and loaded.substituted == self.substituted:
            loaded.worker.go_on()
            return loaded
        if len(self._not_loaded) == MAX_LOADS:
            raise self._not_loaded[-1]
        self._end(never)
        worker = self.sandbox.worker(never)
        self._workers[never] = _Loaded(worker, self.substituted)
        self.confined = worker.confined
        exports = {e.module: list(e.exports) for e in self.course.exercises}
        ready = {module: list(names) for module, names in self.course.info.ready.items()}
        replaced = ready | {module: exports[module] for module in self.substituted}
        request = wire.encode(
            {
                "do": "load",
                "modules": dict(self.submission.modules),
                "extras": dict(self.submission.extras),
                "notebook": None if self.submission.notebook is None else list(self.submission.notebook),
                "substitutes": replaced,
                # they travel only where they are needed: elsewhere they would be answers to borrow
                "stand_ins": {module: _stand_in(self.course, module) for module in replaced},
                "exports": exports | ready,
                "unsafe": sorted(self._unloadable),
                "skipped": dict(self._skipped),
                "statement_seconds": self._statement_seconds,
                # in which to look for forbidden calls: they are the same in every worker
                "exercises": [
                    {
                        "module": e.module,
                        "exports": list(e.exports),
                        "forbids": {name: asdict(rule) for name, rule in self.course.rules_of(e).items()},
                    }
                    for e in (self.course.exercises if self.forbidden is None else ())
                ],
            }
        )
        with self.sandbox.clock.phase("import"):
            try:
                reply = worker.ask(request, self.time_limits.call)
            except WorkerTrouble as trouble:
                self._not_loaded.append(trouble)
                raise
        if self.forbidden is None:  # told before a line of the hand-in has run
            found = reply.get("forbidden")
            self.forbidden = {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
            told = reply.get("unusual")
            self.unusual = tuple(first_line(str(each)) for each in told) if isinstance(told, list) else ()
        return self._workers[never]

    def finish(self, exercise: Exercise) -> None:
        """Ends the exercise's worker where no later exercise is asked in it: its memory is needed elsewhere."""
        place = self.course.exercises.index(exercise)
        never = self.sandbox.besides(exercise.forbids)
        if never not in [self.sandbox.besides(e.forbids) for e in self.course.exercises[place + 1 :]]:
            self._end(never)

    def keep_printed(self) -> str:
        """What the submission printed so far, over all its workers; capped."""
        for never in [*self._workers]:
            self._end(never)
        return self._printed

    def _end(self, never: tuple[str, ...]) -> None:
        loaded = self._workers.pop(never, None)
        if loaded is not None:
            loaded.worker.end()
            room = MAX_OUTPUT_CHARS - len(self._printed)
            self._printed += loaded.worker.printed()[:room]


def _sentence(exercise: Exercise, trouble: WorkerTrouble) -> str:
    if trouble.kind == FailureKind.FORBIDDEN:
        return _forbidden_call(exercise, str(trouble))
    return f"{exercise.name} {trouble}" if trouble.kind == FailureKind.TIMEOUT else str(trouble)


def _forbidden_call(exercise: Exercise, what: str) -> str:
    return f"while running, {exercise.module} {what}: this exercise asks you to write it yourself"


def _stand_in(course: Course, module: str) -> str:
    assert course.stand_ins is not None, f"the course that {course.module} makes has no stand-ins"
    return (course.stand_ins / f"{module}.py").read_text(encoding="utf-8")


def _encode(module: str, device: str, steps: Sequence[Step]) -> bytes:
    return wire.encode({"do": "run", "module": module, "device": device, "steps": list(steps)})


@cache
def _encoded(module: str, device: str, steps: Script) -> bytes:
    """The same, kept: a script is asked of every hand-in."""
    return _encode(module, device, steps)


def _trouble(kind: FailureKind, sentence: str) -> Outcome:
    return Outcome(trouble=sentence, trouble_kind=kind)


def _not_tried(why: str) -> Outcome:
    return Outcome(trouble=f"not tried: {why}", trouble_kind=FailureKind.TIMEOUT, tried=False)


@dataclass(frozen=True)
class SandboxedStudent:
    """The `Student` that hidden suites ask: one exercise of a submission on one device.

    `assumed` has what is taken for granted of its functions that are known to be wrong.
    """

    sandboxed: SandboxedSubmission
    exercise: Exercise
    device: str
    assumed: Assumed = field(default_factory=dict)

    @property
    def course(self) -> Course:
        """What is asked about."""
        return self.sandboxed.course

    def run(self, steps: Sequence[Step]) -> Outcome:
        """Runs steps in the sandbox."""
        return self.sandboxed.run(self.exercise, self.device, steps)

    def on_pretended(self) -> SandboxedStudent:
        """The same on the pretended GPU."""
        return SandboxedStudent(self.sandboxed, self.exercise, PRETENDED, self.assumed)
