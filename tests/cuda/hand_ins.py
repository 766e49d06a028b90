"""What hand-ins are told of the GPU, and the corpus by the rubric of `--device cuda`."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import torch

from autograder.course.operators import OPERATORS
from autograder.grading.grade import DEFAULT_SEED
from autograder.grading.sandboxed import SandboxedSubmission, TimeLimits
from autograder.paths import SOLUTIONS
from autograder.sandbox.host import Sandbox
from autograder.sandbox.pretended import PRETENDED
from autograder.submissions.submission import read_submission
from exercises.feedback.steps import TensorResult
from exercises.paths import EXERCISES
from tests.cuda.report import Part
from tests.cuda.trial import Trial
from tests.on_gpu import (
    ASKED,
    MIXED,
    OF_DEVICES,
    OVERLAPPING,
    PATIENT,
    REFUSED,
    SAME,
    TOLD,
    answer,
    handed_in,
    keeping,
    lost,
)
from tests.parallel import MODULES, SUBMISSIONS, Examined, Task, at_a_time, examine_all, overlaid

RIGHT = ("solutions", "honest")


def answers(trial: Trial, part: Part) -> None:
    """Code is told and refused there what the pretended GPU, which stands in for it elsewhere, tells and refuses."""
    rows = []
    for device in dict.fromkeys((trial.device, PRETENDED)):
        with Sandbox(OPERATORS, cuda=trial.real) as sandbox:
            asked = handed_in(sandbox, ASKED)
            wrong = [*_told(asked, device), *_computed(asked, device), *_refused(asked, device)]
            wrong += _kept(sandbox, device)
        part.problems += [f"{device}: {each}" for each in wrong]
        rows.append((device, len(TOLD) + len(SAME) + len(REFUSED) + 2, len(wrong)))
    part.table(("device", "asked", "not as expected"), rows)


def _told(asked: SandboxedSubmission, device: str) -> Iterator[str]:
    for what, right in TOLD.items():
        got = answer(asked, what, device)
        if got != right:
            yield f"{what} is {got!r}, not {right!r}"


def _computed(asked: SandboxedSubmission, device: str) -> Iterator[str]:
    for what in SAME:
        there, here = answer(asked, what, device), answer(asked, what, "cpu")
        if not isinstance(there, TensorResult) or not isinstance(here, TensorResult):
            yield f"{what} gives {there!r}, on the CPU {here!r}"
        elif there.device != f"{device}:0" or there.value.dtype != here.value.dtype:
            yield f"{what} gives {there.value.dtype} on {there.device}"
        elif not torch.allclose(there.value.double(), here.value.double(), rtol=1e-4, atol=1e-4):
            yield f"{what} gives other numbers than on the CPU"


def _refused(asked: SandboxedSubmission, device: str) -> Iterator[str]:
    for what, words in REFUSED.items():
        got = answer(asked, what, device)
        # CUDA may go on to say which argument it means
        if not isinstance(got, str) or not got.startswith(words.removesuffix(".").removesuffix("!")):
            yield f"{what} is answered by {got!r}, not by {words!r}"


def _kept(sandbox: Sandbox, device: str) -> Iterator[str]:
    """What is kept from a call on one device does not fit into the next call, on another."""
    for devices in (("cpu", device), (device, "cpu")):
        first, second = keeping(sandbox, devices)
        told = f"RuntimeError: {second.raised.message}" if second.raised else "no error"
        if first.raised or not told.startswith(MIXED[:-1]):
            yield f"a tensor kept from {devices[0]} to {devices[1]} ends in {told}"


@dataclass(frozen=True)
class HandIn:
    """One of the corpus, and what it is asked."""

    kind: str
    name: str
    task: Task


def corpus(trial: Trial, part: Part) -> None:
    """Each hand-in loses there what it loses on the CPU, and who is right loses nothing."""
    everything = list(_hand_ins())
    tried: dict[str, int] = defaultdict(int)
    cases: dict[str, int] = defaultdict(int)
    only_there: list[tuple[str, int, str]] = []
    longest = 0.0
    some = 4 * at_a_time()
    for start in range(0, len(everything), some):
        if trial.left < longest:
            break
        chunk, began = everything[start : start + some], time.monotonic()
        for hand_in, examined in zip(chunk, _examined(chunk, ("cpu", trial.device)), strict=True):
            there = [r for r in examined.results if r.device == trial.device]
            tried[hand_in.kind] += 1
            cases[hand_in.kind] += len(there)
            part.must(bool(there), f"{hand_in.name} was asked nothing there")
            more = _compared(hand_in, examined, trial.device, part)
            if more:
                only_there.append((hand_in.name, len(more), next(iter(more.values()))))
        longest = max(longest, time.monotonic() - began)
    of = {kind: sum(each.kind == kind for each in everything) for kind in tried}
    part.table(("hand-ins", "tried", "of", "cases there"), [(k, tried[k], of[k], cases[k]) for k in tried])
    if sum(tried.values()) < len(everything):
        part.say("The others did not fit into the time.")
    part.say("Those whose mistake is about devices lose lines there alone:")
    part.table(("hand-in", "lines", "of one of them is said"), only_there)


def _hand_ins() -> Iterator[HandIn]:
    """All, so that of a part of them each kind has its share."""

    def whole(kind: str, path: Path) -> HandIn:
        return HandIn(kind, kind, Task(read_submission(path, MODULES), DEFAULT_SEED, tuple(MODULES)))

    yield whole("solutions", SOLUTIONS)
    yield whole("stubs", EXERCISES)
    kinds = []
    for kind in ("class", "honest", "wrong"):
        paths = sorted((SUBMISSIONS / kind).iterdir())
        kinds.append([HandIn(kind, path.name, Task(hand_in, DEFAULT_SEED, own))
                      for path in paths for hand_in, own in [overlaid(path)]])  # fmt: skip
    yield from filter(None, chain.from_iterable(zip_longest(*kinds)))


def _examined(chunk: Sequence[HandIn], devices: Sequence[str]) -> list[Examined]:
    # how busy this machine is says nothing about a hand-in; but one of the class never ends
    limits = TimeLimits() if any(each.kind == "class" for each in chunk) else PATIENT
    return examine_all([each.task for each in chunk], limits, devices)


def _compared(hand_in: HandIn, examined: Examined, device: str, part: Part) -> dict[str, str]:
    """Notes what is wrong; gives the lines that a hand-in with a mistake about devices loses there alone."""
    there = [r for r in examined.results if r.device == device]
    asked = {f"{r.module}.{r.line}" for r in there}
    lost_there = lost(there)
    lost_here = {
        k: v for k, v in lost(r for r in examined.results if r.device == "cpu").items() if k in asked
    }
    for each in examined.undecided:
        part.problems.append(f"{hand_in.name}: device check not decided: {each}")
    if hand_in.kind in RIGHT:
        for line, told in (lost_here | lost_there).items():
            part.problems.append(f"{hand_in.name}, which is right, loses {line}: {told}")
        return {}
    if any(name in hand_in.name for name in OVERLAPPING):
        return {}
    for line in lost_here.keys() - lost_there.keys():
        part.problems.append(f"{hand_in.name} loses {line} on the CPU alone: {lost_here[line]}")
    more = {line: told for line, told in lost_there.items() if line not in lost_here}
    if not any(name in hand_in.name for name in OF_DEVICES):
        for line, told in more.items():
            part.problems.append(f"{hand_in.name} loses {line} there alone: {told}")
        return {}
    return more
