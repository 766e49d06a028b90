"""The right answer to every call, worked out by a course's reference functions in float64 on the CPU."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
from torch import Tensor

from exercises.feedback.calls import Call
from exercises.feedback.pull_back import pull_back
from exercises.paths import TOPICS, from_checkout


class NoReference(LookupError):
    """A check asks for the right answer of a function that the course has no reference of; says what to do."""


def no_products(_given: Sequence[Any], _right: Any) -> int:
    """For functions that take no time worth counting."""
    return 0


@dataclass(frozen=True, eq=False)
class Oracle:
    """The reference functions of a course.

    Attributes:
        functions: by name, with the signatures that students write; tensors are float64 on the CPU.
        without_cancelling: of those that are no sum of products, what they give if nothing could cancel: called
            with every number taken without its sign.
        conditions: of those whose gradients can be more uncertain than their sums are large, by how much: called with
            the right answer and its magnitude.
        products: how many products an answer adds up, from the arguments in the function's order and the answer.
    """

    functions: Mapping[str, Callable[..., Any]]
    without_cancelling: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    conditions: Mapping[str, Callable[[Any, float], float]] = field(default_factory=dict)
    products: Callable[[Sequence[Any], Any], int] = no_products

    def names(self, function: str) -> tuple[str, ...]:
        """What a function's arguments are called, in their order; nothing of one that has no reference."""
        return tuple(_signature(self.functions[function]).parameters) if function in self.functions else ()

    def arguments(self, call: Call) -> dict[str, Any]:
        """The call's arguments by name, defaults included, in the function's order; tensors in float64."""
        bound = _signature(self.reference(call.function)).bind(*call.real_args, **call.real_kwargs)
        bound.apply_defaults()
        return {name: exact(value) for name, value in bound.arguments.items()}

    def answer(self, call: Call) -> Any:
        """The right answer: float64 tensors on the CPU, ints, or tuples of such.

        Raises:
            NoReference: if there is no such function.
        """
        return self.reference(call.function)(**self.arguments(call))

    def reference(self, function: str) -> Callable[..., Any]:
        """The reference of a function.

        Raises:
            NoReference: if there is none.
        """
        if function not in self.functions:
            raise NoReference(
                f"the course has no right answer for {function}: write its reference in the module of "
                f"{from_checkout(TOPICS)}/ that is named as the exercise, and list it in the TOPIC there; or let "
                "must_give have the answer in the check"
            )
        return self.functions[function]

    def magnitude(self, call: Call) -> float:
        """The largest sum of |products| over all numbers of the answer."""
        return largest(self._without_cancelling(call.function, self.arguments(call)))

    def gradients(
        self, call: Call, cotangent: Tensor, wrt: Sequence[int | str]
    ) -> tuple[tuple[Tensor, ...], float]:
        """The gradients of `sum(answer * cotangent)`.

        Args:
            call: a call with a tensor for its answer.
            cotangent: a tensor of the answer's shape, any dtype.
            wrt: arguments by place or name, tensors all of them.

        Returns:
            One float64 tensor for each of `wrt`, and the largest sum of |products| over all their numbers.
        """
        function, values, direction = call.function, self.arguments(call), exact(cotangent)
        names = [list(values)[i] if isinstance(i, int) else i for i in wrt]

        def pulled(
            inputs: dict[str, Any], along: Tensor, answer: Callable[..., Tensor]
        ) -> tuple[Tensor, ...]:
            leaves = {name: inputs[name].clone().requires_grad_() for name in names}
            return pull_back(answer(**{**inputs, **leaves}), list(leaves.values()), along)

        gradients = pulled(values, direction, self.functions[function])
        absolute = {name: _without_sign(value) for name, value in values.items()}
        sums = pulled(absolute, direction.abs(), lambda **inputs: self._without_cancelling(function, inputs))
        size = largest(sums)
        if function in self.conditions:
            size *= self.conditions[function](self.answer(call), self.magnitude(call))
        return gradients, size

    def _without_cancelling(self, function: str, values: Mapping[str, Any]) -> Any:
        absolute = {name: _without_sign(value) for name, value in values.items()}
        return self.without_cancelling.get(function, self.functions[function])(**absolute)


def expected_dtype(call: Call) -> torch.dtype:
    """The dtype an answer must have: that of the first tensor handed in, or the one asked for, or float32."""
    handed = [*call.real_args, *call.real_kwargs.values()]
    of_tensors = [a.dtype for a in handed if isinstance(a, Tensor)]
    asked_for = [a for a in handed if isinstance(a, torch.dtype)]
    return [*of_tensors, *asked_for, torch.float32][0]


def exact(value: Any) -> Any:
    """A tensor in float64 on the CPU, outside of any graph; anything else as it is."""
    return value.detach().to("cpu", torch.float64) if isinstance(value, Tensor) else value


def largest(answer: Any) -> float:
    """The largest absolute number in an answer."""
    if isinstance(answer, tuple):
        return max((largest(a) for a in answer), default=0.0)
    if isinstance(answer, Tensor):
        return float(answer.abs().max()) if answer.numel() else 0.0
    return abs(float(answer))


@cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(inspect.unwrap(function))


def _without_sign(value: Any) -> Any:
    return abs(value) if isinstance(value, Tensor | float) else value
