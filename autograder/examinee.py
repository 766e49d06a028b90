"""One submission being examined: asks the sandbox, and keeps one bad call from costing more than itself."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.devices import PRETENDED
from autograder.sandbox.host import Sandbox, Worker, WorkerTrouble
from autograder.sandbox.output import LONGEST_OUTPUT
from autograder.submission import Submission
from exercises.feedback.catalogue import Exercise
from exercises.feedback.failures import Outcome
from exercises.feedback.steps import Raised, Script, Step, TensorResult
from exercises.feedback.time_limit import CALL_SECONDS

STRIKES = 2  # time limits that one exercise may use up on calls without an answer; the rest is then not tried
NOTHING = Script()  # steps that only import the exercise
STAND_INS = Path(__file__).resolve().parent / "sandbox" / "stand_ins"


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds: for one call, and for all calls of one submission."""

    call: float = CALL_SECONDS
    submission: float = 600.0


@dataclass
class Examinee:
    """A submission in the sandbox.

    `substituted` names the exercise modules that are replaced by correct ones (error carried forward);
    `device_trouble` notes device checks that could not be decided.
    """

    sandbox: Sandbox
    submission: Submission
    catalogue: Sequence[Exercise]
    patience: Patience = field(default_factory=Patience)
    confined: dict[str, str] = field(default_factory=dict)
    forbidden: dict[str, str] | None = None  # a sentence by exercise, once it was looked for
    substituted: frozenset[str] = frozenset()
    undecided: list[str] = field(default_factory=list)
    seconds: float = 0.0
    _worker: Worker | None = None
    _loaded: tuple[frozenset[str], tuple[str, ...]] = (frozenset(), ())
    _entered: set[str] = field(default_factory=set)  # modules that the worker has imported
    _unsafe: set[str] = field(default_factory=set)
    # seconds without an answer, by exercise and by what is substituted: a corrected one gets its own
    _lost: defaultdict[tuple[str, frozenset[str]], float] = field(default_factory=lambda: defaultdict(float))
    _printed: str = ""

    def has(self, exercise: Exercise) -> bool:
        """Whether the exercise was handed in."""
        return self.submission.notebook is not None or exercise.module in self.submission.modules

    def unsafe(self, exercise: Exercise) -> bool:
        """Whether a call of the exercise ran into the time limit, or its mere import ended the worker."""
        return exercise.module in self._unsafe

    def run(self, exercise: Exercise, device: str, steps: Sequence[Step]) -> Outcome:
        """Runs steps with one exercise's code; whatever goes wrong becomes part of the outcome."""
        if not self.has(exercise):
            return _trouble("missing", f"{exercise.module}.py was not handed in")
        if exercise.module in (self.forbidden or ()):
            return self._forbidden(exercise)
        if self._lost[exercise.module, self.substituted] >= STRIKES * self.patience.call:
            lost = f"{STRIKES * self.patience.call:g} s"
            return _trouble("timeout", f"not tried: {exercise.name} had used up {lost} without an answer")
        if self.seconds > self.patience.submission:
            limit = f"{self.patience.submission:g} s"
            return _trouble("timeout", f"not tried: the whole hand-in had used up its {limit}")
        ask = _encoded if isinstance(steps, Script) else _encode
        start = time.monotonic()
        try:
            worker = self._ready(exercise.forbids)
            if exercise.module in (self.forbidden or ()):
                return self._forbidden(exercise)
            if exercise.module not in self._entered:
                with self.sandbox.clock.phase("import"):
                    worker.ask(_encoded(exercise.module, "cpu", NOTHING), self.patience.call)
                    worker.look()
                self._entered.add(exercise.module)
            with self.sandbox.clock.phase("calls"):
                reply = self._asked(worker, ask(exercise.module, device, steps))
        except WorkerTrouble as trouble:
            self._lost[exercise.module, self.substituted] += time.monotonic() - start
            if trouble.kind == "timeout" or exercise.module not in self._entered:
                self._unsafe.add(exercise.module)
            if trouble.kind == "timeout":
                return _trouble("timeout", f"{exercise.name} {trouble}")
            return _trouble(trouble.kind, str(trouble))
        finally:
            self.seconds += time.monotonic() - start
        return self._outcome(exercise, steps, reply)

    def _forbidden(self, exercise: Exercise) -> Outcome:
        return _trouble("forbidden", (self.forbidden or {})[exercise.module])

    def _asked(self, worker: Worker, request: bytes) -> dict[str, Any]:
        start = time.perf_counter()
        try:
            reply = worker.ask(request, self.patience.call)
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
            return _trouble("malformed", "the answer was not readable")
        if not _fits(steps, results, raised is not None):
            return _trouble("malformed", "the answer was not readable")
        if banned:
            return _trouble(
                "forbidden",
                f"while running, {exercise.module} called {banned[0][:80]}: this exercise asks you to "
                "write it yourself",
            )
        return Outcome(results, raised)

    def _ready(self, forbids: tuple[str, ...]) -> Worker:
        """A worker that has the submission loaded. What one forbids stays forbidden, so it serves no other."""
        wanted = (self.substituted, forbids)
        if self._worker is not None and self._worker.alive and self._loaded == wanted:
            return self._worker
        self.keep_printed()
        self._worker = self.sandbox.worker(forbids)
        self._entered.clear()
        self.confined = self._worker.confined
        replaced = {e.module: list(e.exports) for e in self.catalogue if e.module in self.substituted}
        request = wire.encode(
            {
                "do": "load",
                "modules": dict(self.submission.modules),
                "extras": dict(self.submission.extras),
                "notebook": None if self.submission.notebook is None else list(self.submission.notebook),
                "substitutes": replaced,
                # they travel only where they are needed: elsewhere they would be answers to borrow
                "stand_ins": {module: _stand_in(module) for module in replaced},
                "unsafe": sorted(self._unsafe),
                # in which to look for forbidden calls: they are the same in every worker
                "exercises": [
                    {"module": e.module, "exports": list(e.exports), "forbids": list(e.forbids)}
                    for e in (self.catalogue if self.forbidden is None else ())
                ],
            }
        )
        with self.sandbox.clock.phase("import"):
            reply = self._worker.ask(request, self.patience.call)
        if self.forbidden is None:  # told before a line of the hand-in has run
            found = reply.get("forbidden")
            self.forbidden = {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
        self._loaded = wanted
        return self._worker

    def keep_printed(self) -> str:
        """What the submission printed so far, over all its workers; capped."""
        if self._worker is not None:
            self._worker.end()
            room = LONGEST_OUTPUT - len(self._printed)
            self._printed += self._worker.printed()[:room]
            self._worker = None
        return self._printed


@cache
def _stand_in(module: str) -> str:
    return (STAND_INS / f"{module}.py").read_text(encoding="utf-8")


def _fits(steps: Sequence[Step], results: list[Any], raised: bool) -> bool:
    """Whether results can be those of the steps: a worker may have been made to answer anything."""
    if len(results) > len(steps) or (len(results) < len(steps) and not raised):
        return False
    for step, result in zip(steps, results, strict=False):
        if step["do"] in ("vjp", "inputs"):
            fits = isinstance(result, tuple) and all(r is None or isinstance(r, TensorResult) for r in result)
            if step["do"] == "vjp" and "parameters" not in step["wrt"]:
                fits = fits and len(result) == len(step["wrt"])
        elif step["do"] in ("state", "sgd"):
            fits = isinstance(result, dict)
        else:
            fits = True
        if not fits:
            return False
    return True


def _encode(module: str, device: str, steps: Sequence[Step]) -> bytes:
    return wire.encode({"do": "run", "module": module, "device": device, "steps": list(steps)})


@cache
def _encoded(module: str, device: str, steps: Script) -> bytes:
    """The same, kept: a script is asked of every hand-in."""
    return _encode(module, device, steps)


def _trouble(kind: str, sentence: str) -> Outcome:
    return Outcome(trouble=sentence, trouble_kind=kind)


@dataclass(frozen=True)
class SandboxedStudent:
    """The `Student` that hidden suites ask: one exercise of an examinee on one device."""

    examinee: Examinee
    exercise: Exercise
    device: str

    def run(self, steps: Sequence[Step]) -> Outcome:
        """Runs steps in the sandbox."""
        return self.examinee.run(self.exercise, self.device, steps)

    def on_pretended(self) -> SandboxedStudent:
        """The same on the pretended accelerator."""
        return SandboxedStudent(self.examinee, self.exercise, PRETENDED)
