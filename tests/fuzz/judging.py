"""The judge under a worker that answers anything: a check passes a right answer, or fails; it never breaks.

The answers of the solutions, changed here and there, go the way of a worker's replies from
`SandboxedSubmission._outcome` on, so that the deep code is reached and every change is known.
"""

from __future__ import annotations

import importlib.util
import json
import math
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from types import ModuleType
from typing import Any

import torch

from autograder.course import COURSE
from autograder.course.suites import properties
from autograder.grading import grade, judge, sandboxed, vocabulary
from autograder.grading.judge import CaseResult, Judge
from autograder.grading.sandboxed import SandboxedSubmission
from autograder.report.faults import Faults
from autograder.sandbox import wire
from autograder.sandbox.pretended import PRETENDED
from exercises.course import layer_checks
from exercises.feedback import calls, checks, compare, failures, steps
from exercises.feedback.catalogue import Exercise
from exercises.feedback.failures import CheckFailure, Outcome
from exercises.feedback.script import Script, Step
from exercises.feedback.steps import Opaque, ParameterResult, Raised, TensorResult
from tests.fuzz.choices import Choices
from tests.fuzz.engine import ROOT, Target, holds

MODULES = [exercise.module for exercise in COURSE.exercises]  # later ones import earlier ones
_DTYPES = sorted(wire._SENDABLE, key=str)


@contextmanager
def _solved() -> Iterator[dict[str, ModuleType]]:
    """The solutions under the names of the stubs, for as long as they are being imported."""

    def is_exercise(name: str) -> bool:
        return name == "exercises" or name.startswith("exercises.")

    stubs = {name: sys.modules.pop(name) for name in list(sys.modules) if is_exercise(name)}
    package = ModuleType("exercises")
    package.__path__ = []
    sys.modules["exercises"] = package
    try:
        found = {}
        for module in MODULES:
            file = ROOT / "solutions" / f"{module}.py"
            name = f"exercises.{module}"
            spec = importlib.util.spec_from_file_location(name, file)
            assert spec is not None and spec.loader is not None
            sys.modules[name] = found[file.stem] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(found[file.stem])
        yield found
    finally:
        for name in [name for name in sys.modules if is_exercise(name)]:
            del sys.modules[name]
        sys.modules.update(stubs)


with _solved() as _modules:
    SOLUTIONS = dict(_modules)


@cache
def _judge() -> Judge:
    torch.set_num_threads(1)
    return Judge(COURSE)


@cache
def _honest(script: Script, module: str, device: str) -> tuple[list[Any], Raised | None]:
    """What a solution answers; the same objects for the same question."""
    asked: Sequence[Step] = script
    if device == PRETENDED:
        asked = [{**s, "device": "cpu"} if "device" in s else _on_cpu(s) for s in script]

    def lookup(name: str) -> Any:
        return getattr(SOLUTIONS[module], name)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results, raised = steps.run(asked, lookup)
    if device == PRETENDED:
        results = [_there(result) for result in results]
    return results, raised


def _on_cpu(step: Any) -> Any:
    kwargs = step.get("kwargs", {})
    return {**step, "kwargs": {k: "cpu" if k == "device" else v for k, v in kwargs.items()}}


def _there(value: Any) -> Any:
    if isinstance(value, TensorResult | ParameterResult):
        return replace(value, device=f"{PRETENDED}:0")
    return tuple(_there(v) for v in value) if isinstance(value, tuple | list) else value


@dataclass
class Liar(SandboxedSubmission):
    """A submission whose worker changes some of its answers; `lies` are those that a check must find."""

    choices: Choices = field(default_factory=lambda: Choices(b""))
    lies: list[str] = field(default_factory=list)
    changed: bool = False

    def run(self, exercise: Exercise, device: str, steps: Sequence[Step]) -> Outcome:
        assert isinstance(steps, Script)
        results, raised = _honest(steps, exercise.module, device)
        reply: dict[str, Any] = {"results": list(results), "raised": raised, "banned": []}
        if self.choices.flag(3):
            self.changed = True
            reply = _changed(self.choices, reply)
        outcome = self._outcome(exercise, steps, reply)
        # an error there may be the pretended GPU's own
        if not outcome.trouble and (device != PRETENDED or outcome.raised is None):
            self.lies += _lies(steps, results, raised, outcome)
        return outcome


def run(data: bytes) -> None:
    """One case of one rubric line."""
    choices = Choices(data)
    cases = _judge()._cases
    case = cases[choices.below(len(cases))]
    liar = Liar(None, None, COURSE, choices=choices)  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        failure = case.run(liar, 1)
        holds(failure or not liar.lies, "no check passes a wrong answer", (case.name, liar.lies))
        if failure:
            holds(liar.changed, "honest answers pass", (case.name, failure))
            _look_at(
                failure,
                choices.flag(8),
                CaseResult(case.line, case.exercise.module, case.name, "cpu", failure),
            )


def _look_at(failure: CheckFailure, causes: bool, result: CaseResult) -> None:
    """What a report makes of a failure."""
    holds(failure.headline.strip(), "a failure has a headline", failure.kind)
    for name in ("headline", "expected", "got", "where", "call_text"):
        text = getattr(failure, name)
        holds(type(text) is str, "a failure's parts are texts", (name, text))
        holds(len(text) <= 2 * steps.MAX_TEXT_CHARS, "a failure's parts are short", (name, len(text)))
    if causes:
        faults = Faults()
        found = grade._finding(COURSE, result, failure.call is not None, faults)
        holds(faults.notes == [], "what can be drawn is drawn", faults.notes)
        holds(all(type(text) is str for text in found.where), "places are texts", found.where)
        json.dumps(found.where)
        holds(sum(map(len, found.where)) <= 20_000, "places are short", found.where)


# --- lies -----------------------------------------------------------------------------------------------------


def _changed(choices: Choices, reply: dict[str, Any]) -> dict[str, Any]:
    """A reply in which something is otherwise; whatever of it can be decoded."""
    for _ in range(1 + choices.below(3)):
        kind = choices.below(12)
        if kind < 8 and isinstance(reply.get("results"), list) and reply["results"]:
            place = choices.below(len(reply["results"]))
            reply["results"] = list(reply["results"])
            reply["results"][place] = _other(choices, reply["results"][place], 0)
        elif kind == 8:
            reply["raised"] = choices.pick((None, _raised(choices), _raised(choices), _value(choices, 0)))
            if isinstance(reply["results"], list):
                reply["results"] = reply["results"][: choices.below(len(reply["results"]) + 1)]
        elif kind == 9:
            reply["results"] = choices.pick(
                (
                    None,
                    [],
                    {},
                    _value(choices, 0),
                    reply["results"] * 2 if isinstance(reply["results"], list) else 1,
                )
            )
        elif kind == 10:
            reply[choices.pick(("results", "raised", "banned"))] = _value(choices, 0)
        else:
            reply.pop(choices.pick(("banned", "results", "raised")), None)
            reply.setdefault("results", None)
    return reply


def _other(choices: Choices, honest: Any, depth: int) -> Any:
    """Something near what an honest worker said."""
    if choices.flag(4):
        return _value(choices, 0)
    if isinstance(honest, TensorResult):
        return _other_tensor(choices, honest)
    if isinstance(honest, tuple | list) and depth < 4:
        items = list(honest)
        kind = choices.below(5)
        at = choices.below(len(items) or 1)
        if kind == 1:
            items = items[:at]
        elif kind == 2:
            items.insert(at, _value(choices, 1))
        elif kind == 3:
            items.reverse()
        elif items:
            items[at] = _other(choices, items[at], depth + 1)
        return items if choices.flag(8) else tuple(items)
    if isinstance(honest, dict):
        entries = dict(honest)
        name = choices.pick(list(entries) or ["weight"])
        kind = choices.below(4)
        if kind == 1:
            entries.pop(name, None)
        elif kind == 2:
            entries[choices.text(1)] = _value(choices, 1)
        elif kind == 3:
            entries = dict(reversed(entries.items()))
        else:
            entries[name] = _other(choices, entries.get(name), depth + 1)
        return entries
    if isinstance(honest, ParameterResult):
        return replace(
            honest,
            **choices.pick(
                ({"name": "w"}, {"shape": ()}, {"dtype": "x"}, {"device": "cuda:0"}, {"requires_grad": False})
            ),
        )
    if isinstance(honest, bool | int | float):
        wrong = (honest + 1, -honest, bool(honest), str(honest), [honest], 10**4000, math.nan)
        return float(honest) if choices.flag(8) and abs(honest) < 2**60 else choices.pick(wrong)
    if isinstance(honest, str):
        return choices.pick((honest + " ", honest[:-1], "cpu", "cuda:0", "", choices.text(), "x" * 100_000))
    return _value(choices, 0)


def _other_tensor(choices: Choices, honest: TensorResult) -> TensorResult:
    value = honest.value
    kind = choices.below(12)
    if kind == 0:
        value = torch.zeros_like(value)
    elif kind == 1:
        value = value.to(choices.pick(_DTYPES))
    elif kind == 2:
        value = torch.full_like(
            value,
            choices.pick((math.nan, math.inf, -math.inf, 0.0, 60000.0)) if value.is_floating_point() else 1,
        )
    elif kind == 3:
        value = value[..., :0] if value.dim() else value.view(1)
    elif kind == 4:
        value = value.unsqueeze(0)
    elif kind == 5 and value.dim() > 1:
        value = value.transpose(-1, -2).contiguous()
    elif kind == 6 and value.numel():
        value = value.clone()
        value.view(-1)[choices.below(value.numel())] = (
            choices.pick((math.nan, math.inf, 7.0)) if value.is_floating_point() else 1
        )
    elif kind == 7:
        value = value.flip(tuple(range(value.dim())))
    elif kind == 8:
        value = 2 * value if value.is_floating_point() else value
    elif kind == 9 and value.dim():
        value = value[:1]
    elif kind == 10:
        return replace(honest, device=choices.pick(("cuda:0", "meta", "", ":", "cpu:0", "x" * 150)))
    return replace(honest, value=value, requires_grad=choices.flag())


def _value(choices: Choices, depth: int) -> Any:
    """Anything that a frame can hold."""
    kind = choices.below(13 if depth < 4 else 9)
    if kind < 3:
        return choices.pick(
            (None, True, False, 0, 1, -1, 3, 2**63, -(10**4000), 1.5, math.nan, math.inf, 1e308)
        )
    if kind == 3:
        return choices.text()
    if kind == 4:
        return Opaque(choices.text(1)[:200])
    if kind == 5:
        return ParameterResult("weight", (1,), "torch.float32", "cpu", True)
    if kind == 6:
        return _raised(choices)
    if kind == 7:
        return choices.pick(list(calls.DTYPES.values()))
    if kind == 8:
        return torch.ones(2, 3)
    if kind == 9:
        shape = tuple(choices.below(4) for _ in range(choices.below(6)))
        value = torch.arange(math.prod(shape)).to(choices.pick(_DTYPES)).view(shape)
        return TensorResult(value, choices.pick(("cpu", "cuda:0", "pretend:0", "")), choices.flag())
    inner = [_value(choices, depth + 1) for _ in range(choices.below(4))]
    if kind == 10:
        return {choices.pick(("weight", "bias", "x", choices.text(1))): v for v in inner}
    return tuple(inner) if kind == 11 else inner


def _raised(choices: Choices) -> Raised:
    kind = choices.pick(
        (
            "ValueError",
            "NotImplementedError",
            "MissingName",
            "SyntaxError",
            "RuntimeError",
            "",
            choices.text(1)[:200],
        )
    )
    bases = choices.pick(((kind, "Exception"), (kind, "ValueError"), (), (choices.text(1)[:200],)))
    trace = tuple(
        (choices.text(1)[:200], choices.pick((0, 3, -1, 2**62)), choices.text(1)[:200])
        for _ in range(choices.below(4))
    )
    message = choices.text()[: steps.MAX_TEXT_CHARS]
    return Raised(kind, bases, message, trace, choices.pick((0, -1, 1, 2, 99, -(2**63))))


# --- what a check must find, judged without the package's own comparison --------------------------------------


def _lies(asked: Script, honest: Sequence[Any], raised: Raised | None, outcome: Outcome) -> list[str]:
    """What in an outcome is clearly not what an honest worker says, and matters to the check."""
    found = []
    if raised is not None and not (outcome.raised and "ValueError" in outcome.raised.bases):
        found.append("it should have raised ValueError")
    kinds = [step["do"] for step in asked]
    bare = "forward" not in kinds and "call" not in kinds
    # of the parameters a check speaks where nothing is computed, and of those of the first layer
    judged = {"call", "forward", "inputs", "state", "sgd", "repr", *(["vjp"] if "sgd" not in kinds else [])}
    parameters = [0] if bare and "repr" not in kinds else []
    for place, (kind, right) in enumerate(zip(kinds, honest, strict=False)):
        if place >= len(outcome.results):
            found += [] if outcome.raised and kind in ("fill",) else [f"no result {place}"]
            break
        said = outcome.results[place]
        random = bare and kind == "state"
        asked_about = kind in judged or place in parameters
        if asked_about and _wrong(right, said, random):
            found.append(f"{kind} {place}: {said!r:.200}")
    return found


def _wrong(right: Any, said: Any, random: bool) -> bool:
    if isinstance(right, TensorResult):
        if not isinstance(said, TensorResult) or said.value.shape != right.value.shape:
            return True
        if said.value.dtype != right.value.dtype or said.device.split(":")[0] != right.device.split(":")[0]:
            # where a tensor lies is asked of answers alone
            return said.value.dtype != right.value.dtype
        if not right.value.numel():
            return False
        one, other = right.value.double(), said.value.double()
        if random:
            return bool(other.isnan().any()) or float(other.abs().max()) > 10
        return not float((one - other).abs().max()) <= 1 + float(one.abs().max())
    if isinstance(right, tuple):
        if not isinstance(said, tuple | list) or len(said) < len(right):
            return True
        return any(_wrong(a, b, random) for a, b in zip(right, said, strict=False))
    if isinstance(right, dict):
        if not isinstance(said, dict) or len(said) < len(right):
            return True
        if right.keys() <= said.keys():
            return any(_wrong(right[k], said[k], random) for k in right)
        return False
    if isinstance(right, ParameterResult):
        if not isinstance(said, ParameterResult):
            return True
        return replace(said, device="") != replace(right, device="")
    return type(said) is not type(right) or bool(said != right)


def seeds() -> Sequence[bytes]:
    """Every case told the truth, and with random changes."""
    random = Random(0)
    number = len(_judge()._cases)
    size = 1 if number <= 256 else 2
    honest = [n.to_bytes(size, "big") for n in range(number)]
    found = honest + [case + b"\x01" + random.randbytes(30) for case in honest]
    random.shuffle(found)
    return found


TARGET = Target(
    "judging",
    "hidden checks under a lying worker",
    (sandboxed, judge, grade, properties, vocabulary, calls, checks, compare, failures, layer_checks),
    run,
    seeds,
)
