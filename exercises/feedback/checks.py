"""The vocabulary that checks are written in; the same for public checks and hidden suites.

A check gives a `Student` some steps to run and looks at what comes back. Whether the student's code runs
in this process or in a confined one is the `Student`'s affair. What is wrong is raised as a `CheckFailure`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from dataclasses import replace
from functools import cache, cached_property
from typing import Any, Protocol

import torch
from torch import Tensor

from exercises.feedback import follow
from exercises.feedback.calls import Call, Sample
from exercises.feedback.compare import Mismatch, compare, describe
from exercises.feedback.course import Course
from exercises.feedback.errors import cause_of_wrong_error
from exercises.feedback.explain import LOOSER, explains, explanations, question
from exercises.feedback.failures import (
    CheckFailure,
    Outcome,
    failure_of,
    first_line,
    is_stub,
    mismatch_failure,
    no_gradient,
    same,
    takes_tensors,
    wrong_gradient,
)
from exercises.feedback.follow import Apart, Assumed
from exercises.feedback.kinds import FailureKind
from exercises.feedback.misconception import Misconception
from exercises.feedback.oracle import exact, expected_dtype, largest
from exercises.feedback.script import CallStep, Script, Step, VjpStep
from exercises.feedback.steps import LOADING


class Student(Protocol):
    """Runs steps with a student's code, on one device ("cpu" or "cuda").

    `course` is what the checks are about; `assumed` has what is taken for granted of functions that are known to be
    wrong, see `follow`.
    """

    @property
    def course(self) -> Course: ...

    @property
    def device(self) -> str: ...

    @property
    def assumed(self) -> Assumed: ...

    def run(self, steps: Sequence[Step]) -> Outcome: ...


class Problem:
    """A call with the answer to it, worked out when first asked for and used for every hand-in.

    The answer is the right one, or that of a misconception.
    """

    def __init__(
        self, course: Course, call: Call, wrt: Sequence[int | str] = (), under: Misconception | None = None
    ) -> None:
        self._course = course
        self.call = call
        self.wrt = tuple(wrt)
        self.under = under
        self.dtype = expected_dtype(call)
        self.follows_input = takes_tensors(call)

    # lazy, so that a check on a stub costs nothing: torch takes 0.6 s to get ready for its first gradient

    @cached_property
    def expected(self) -> Any:
        """The answer, in float64."""
        oracle = self._course.oracle
        return (
            oracle.answer(self.call) if self.under is None else follow.answer(oracle, self.under, self.call)
        )

    @cached_property
    def magnitude(self) -> float:
        """The largest sum of |products| in it; wrong code may round a little more, and its numbers be larger."""
        size = self._course.oracle.magnitude(self.call)
        return size if self.under is None else LOOSER * max(size, largest(self.expected))

    @cached_property
    def cotangent(self) -> Tensor:
        """A random tensor of the answer's shape."""
        return Sample(tuple(self.expected.shape), seed=_seed_of(self.call) + 1000).tensor().to(self.dtype)

    @cached_property
    def gradients(self) -> tuple[Tensor, ...]:
        """The gradients of `sum(answer * cotangent)`, one for each of `wrt`."""
        return self._gradients[0]

    @cached_property
    def gradient_magnitude(self) -> float:
        """The largest sum of |products| in them."""
        return self._gradients[1]

    @cached_property
    def _gradients(self) -> tuple[tuple[Tensor, ...], float]:
        if self.under is None:
            return self._course.oracle.gradients(self.call, self.cotangent, self.wrt)
        return follow.gradients(self._course.oracle, self.under, self.call, self.cotangent, self.wrt)

    @cached_property
    def returning(self) -> Sequence[Step]:
        """Makes the call."""
        return self._kept([call_step(self.call)])

    @cached_property
    def keeping(self) -> Sequence[Step]:
        """Makes the call and looks at its inputs afterwards."""
        return self._kept([call_step(self.call), {"do": "inputs"}])

    @cached_property
    def differentiating(self) -> Sequence[Step]:
        """Makes the call and asks for its gradients."""
        vjp: VjpStep = {"do": "vjp", "cotangent": self.cotangent, "wrt": list(self.wrt)}
        return self._kept([call_step(self.call, self.wrt), vjp])

    def _kept(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Steps that are asked of every hand-in are known by identity; those of one with a misconception are not."""
        return Script(steps) if self.under is None else steps


class Worked(Problem):
    """A call with an answer that the check brings along, for a function that the course has no reference of."""

    def __init__(self, course: Course, call: Call, answer: Any) -> None:
        super().__init__(course, call)
        self._answer = answer

    @cached_property
    def expected(self) -> Any:
        """The answer that it was given."""
        return self._answer

    @cached_property
    def magnitude(self) -> float:
        """The largest number in it: nothing tells how it was summed up."""
        return largest(self._answer)


@cache
def neighbours(good: Call, bad: Call) -> Script:
    """Makes a good call and then a bad one."""
    return Script([call_step(good), call_step(bad)])


def call_step(call: Call, wrt: Sequence[int | str] = ()) -> CallStep:
    """The call as a step; gradients can then be asked for the arguments in `wrt`."""
    return {
        "do": "call",
        "name": call.function,
        "args": call.real_args,
        "kwargs": call.real_kwargs,
        "wrt": list(wrt),
    }


def _seed_of(call: Call) -> int:
    return next((a.seed for a in (*call.args, *call.kwargs.values()) if isinstance(a, Sample)), 0)


@cache
def problem(course: Course, call: Call, wrt: tuple[int | str, ...] = ()) -> Problem:
    """The problem of a call with the right answer; the same object for the same call."""
    return Problem(course, call, wrt)


def _task(student: Student, call: Call, wrt: Sequence[int | str] = ()) -> Problem:
    assumed = student.assumed.get(call.function)
    if isinstance(assumed, Misconception):  # one of many, and of this hand-in's own: nothing to keep
        return Problem(student.course, call, tuple(wrt), assumed)
    return problem(student.course, call, tuple(wrt))


class Answered(Protocol):
    """A problem with its answer, of a function or of a layer."""

    call: Call
    dtype: torch.dtype
    follows_input: bool  # where its tensors are; what is made of numbers alone is on the CPU

    @property
    def expected(self) -> Any: ...

    @property
    def magnitude(self) -> float: ...


def mismatch_of(student: Student, task: Answered, got: Any) -> Mismatch | None:
    """In what way an answer is wrong, but for its numbers where nothing explains them; None if it is not."""
    return compare(
        task.expected,
        got,
        dtype=task.dtype,
        magnitude=task.magnitude,
        device=student.device if task.follows_input else "cpu",
        numbers=not isinstance(student.assumed.get(task.call.function), Apart),
    )


def must_return(student: Student, call: Call) -> None:
    """The call gives what torch gives: type, shape, dtype, device and every number.

    Raises:
        CheckFailure: with the diagnosis, if a misconception explains the answer.
    """
    task = _task(student, call)
    outcome = student.run(task.returning)
    _judge(task, outcome, student)


def _judge(task: Problem, outcome: Outcome, student: Student) -> None:
    failure = failure_of(student.course, outcome, task.call)
    if (
        failure
        and failure.kind == FailureKind.RAISED
        and task.under is not None
        and follow.stops(student.course.oracle, task.under, task.call)
    ):
        raise follow.undecided(task.call.function)
    if failure:
        raise failure
    got, call = outcome.result(task.returning, "call"), task.call
    right = task.expected if task.under is None else problem(student.course, call).expected
    follow.must_hold_something(student.assumed, call, right, got)
    found = mismatch_of(student, task, got)
    if found:
        course = student.course
        asked = cache(lambda: question(course, call))  # it takes as long as the call
        failure = mismatch_failure(course, found, call, lambda: explanations(course, asked(), got))
        failure.explained_by = lambda entry: explains(entry, asked(), got)
        failure.wanted, failure.answer = task.expected, got
        raise failure


def must_give(student: Student, call: Call, on_paper: Any) -> None:
    """The call gives what stands in the check: a worked example.

    Where the course has a reference of the function, the two have to agree.

    Args:
        student: whose code is asked.
        call: with small arguments.
        on_paper: an int, or nested lists for a tensor, or a tuple of such.

    Raises:
        CheckFailure: with the diagnosis, if a misconception explains the answer.
        AssertionError: if whoever wrote the check has not calculated well.
    """
    if call.function in student.course.oracle.functions:
        must_return(student, call)
        must_be_right(on_paper, problem(student.course, call).expected)
    else:
        task = Worked(student.course, call, _as_answer(on_paper))
        _judge(task, student.run(task.returning), student)


def must_be_right(on_paper: Any, expected: Any) -> None:
    """Whoever wrote the check has calculated well."""
    if isinstance(expected, tuple):
        assert len(on_paper) == len(expected)
        for item, wanted in zip(on_paper, expected, strict=True):
            must_be_right(item, wanted)
    elif isinstance(expected, Tensor):
        written = torch.as_tensor(on_paper, dtype=torch.float64)
        assert written.shape == expected.shape, f"the right answer has the shape {tuple(expected.shape)}"
        # numbers of the check went through float32 on their way to the reference
        assert torch.allclose(written, expected, rtol=1e-6, atol=1e-6), f"right is {expected.tolist()}"
    else:
        assert on_paper == expected, f"right is {expected}"


def _as_answer(on_paper: Any) -> Any:
    """What a worked example says, in the form that a reference gives."""
    if isinstance(on_paper, tuple):
        return tuple(_as_answer(item) for item in on_paper)
    return torch.tensor(on_paper, dtype=torch.float64) if isinstance(on_paper, list) else exact(on_paper)


def must_raise(student: Student, bad: Call, good: Call) -> None:
    """The bad call raises ValueError, and its good neighbour gives the right answer.

    The neighbour keeps code that raises whatever it is given from earning the point.
    """
    outcome = student.run(neighbours(good, bad))
    if not outcome.results and _stumbles(outcome, student.assumed.get(good.function)):
        must_have_raised(student.course, student.run([call_step(bad)]), bad)
        return
    answered, refused = outcome.results[:1], outcome.results[1:]
    _judge(_task(student, good), Outcome(answered) if answered else outcome, student)
    must_have_raised(student.course, replace(outcome, results=refused), bad)


def _stumbles(outcome: Outcome, assumed: Misconception | Apart | None) -> bool:
    """Whether the good call ended with an error of another kind, in a function that is known to be wrong.

    Then a ValueError for the bad one is no accident, and can be judged by itself.
    """
    error = outcome.raised
    if not isinstance(assumed, Apart) or error is None or is_stub(error):
        return False
    return error.step != LOADING and "ValueError" not in error.bases


def must_have_raised(course: Course, outcome: Outcome, bad: Call, call_text: str = "") -> None:
    """The outcome is a ValueError (or a subclass of it)."""
    text = call_text or bad.text
    if outcome.trouble:
        raise failure_of(course, outcome, bad, text) or AssertionError
    if outcome.raised is None:
        raise CheckFailure(
            FailureKind.NO_ERROR,
            f"{bad.function} accepted arguments it should refuse",
            bad.function,
            bad,
            text,
            expected="ValueError",
            got=describe(outcome.results[-1]),
        ).because(course.causes.get("accepts-bad-arguments"))
    if is_stub(outcome.raised):
        raise failure_of(course, outcome, bad, text) or AssertionError
    if "ValueError" not in outcome.raised.bases:
        raise CheckFailure(
            FailureKind.WRONG_ERROR,
            f"{bad.function} raised {outcome.raised.kind} where it should raise ValueError",
            bad.function,
            bad,
            text,
            expected="ValueError",
            got=f"{outcome.raised.kind}: {first_line(outcome.raised.message)}",
            trace=outcome.raised.trace,
        ).because(cause_of_wrong_error(course, outcome.raised))


def must_keep_inputs(student: Student, call: Call) -> None:
    """The answer is right, and the tensors handed in are as they were."""
    task = _task(student, call)
    outcome = student.run(task.keeping)
    _judge(task, outcome, student)
    names = student.course.oracle.names(call.function)
    named = {**dict(zip(names, call.real_args, strict=False)), **call.real_kwargs}
    handed = {name: value for name, value in named.items() if isinstance(value, Tensor)}
    kept = as_many(outcome.result(task.keeping, "inputs"), handed)
    for (name, before), after in zip(handed.items(), kept, strict=True):
        if after is None or not same(before, after.value):
            raise CheckFailure(
                FailureKind.MUTATED,
                f"{call.function} changed its argument {name} in place",
                call.function,
                call,
                call.text,
                expected="inputs left as they were",
                got=f"{name} has other values after the call",
            ).because(student.course.causes.get("input-mutated"))


def as_many(values: Iterable[Any], wanted: Sized) -> list[Any]:
    """As many values as wanted, None where they run out: what is left out must not be what is not looked at."""
    found = list(values)[: len(wanted)]
    return found + [None] * (len(wanted) - len(found))


def must_differentiate(student: Student, call: Call, wrt: Sequence[int | str]) -> None:
    """The answer is right, and so are its vector-Jacobian products with a random cotangent."""
    task = _task(student, call, wrt)
    outcome = student.run(task.differentiating)
    if len(outcome.results) == 1 and outcome.raised:
        _judge(task, Outcome(outcome.results), student)
    else:
        _judge(task, outcome, student)
    failure = failure_of(student.course, outcome, call)
    if failure:
        failure.headline = f"the gradient of {call.function} could not be computed: {failure.got}"
        raise failure
    arguments = list(student.course.oracle.arguments(call))
    names = [i if isinstance(i, str) else arguments[i] for i in task.wrt]
    gradients = outcome.result(task.differentiating, "vjp")
    for name, expected, got in zip(names, task.gradients, gradients, strict=True):
        if got is None:
            raise no_gradient(student.course, call, name)
        found = compare(
            expected, got, dtype=task.dtype, magnitude=task.gradient_magnitude, device=student.device
        )
        if found:
            raise wrong_gradient(student.course, found, call, name)
