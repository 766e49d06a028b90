"""What a check asks of a student's code, such as "call this with these", "give the gradients".

The public checks run such steps in the student's own Python; the grader sends the very same ones to a confined
process. A step is a plain dict, since it travels as JSON and tensors, and its "do" tells which of the types below it
is. The steps of one list share a target (the last object built) and an output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from torch import Tensor

Do = Literal["call", "new", "forward", "vjp", "inputs", "state", "load_state", "to", "fill", "sgd", "repr"]


class CallStep(TypedDict):
    """Gives the value of the student's function; gradients can be asked for the arguments in `wrt`."""

    do: Literal["call"]
    name: str
    args: Sequence[Any]
    kwargs: NotRequired[Mapping[str, Any]]
    wrt: NotRequired[Sequence[int | str]]


class NewStep(TypedDict):
    """Gives the parameters of the module that it builds, as `ParameterResult`s."""

    do: Literal["new"]
    name: str
    args: Sequence[Any]
    kwargs: NotRequired[Mapping[str, Any]]


class ForwardStep(TypedDict):
    """Gives the value of the built module's call."""

    do: Literal["forward"]
    args: Sequence[Any]
    wrt: NotRequired[Sequence[int | str]]


class VjpStep(TypedDict):
    """Gives gradients of sum(output * cotangent) for arguments, by place or name.

    The word "parameters" stands for all parameters of the module.
    """

    do: Literal["vjp"]
    cotangent: Tensor
    wrt: Sequence[int | str]


class InputsStep(TypedDict):
    """Gives the tensors handed in, as they are now."""

    do: Literal["inputs"]


class StateStep(TypedDict):
    """Gives the module's `state_dict`."""

    do: Literal["state"]


class LoadStateStep(TypedDict):
    """Gives None; `load_state_dict` with strict=True."""

    do: Literal["load_state"]
    state: Mapping[str, Tensor]


class ToStep(TypedDict):
    """Gives the parameters after `.to(...)`, which gets the dtype where one is named, else the device."""

    do: Literal["to"]
    dtype: NotRequired[str]
    device: NotRequired[str]


class FillStep(TypedDict):
    """Gives None; copies numbers (by name) into the parameters: by name, or in order under other names.

    A parameter may have other axes of size 1, and is then spoken of in the shape of its numbers.
    """

    do: Literal["fill"]
    values: Mapping[str, Tensor]


class SgdStep(TypedDict):
    """Gives the `state_dict` after one step of gradient descent on the last `VjpStep`."""

    do: Literal["sgd"]
    rate: float


class ReprStep(TypedDict):
    """Gives the module's printed form."""

    do: Literal["repr"]


Step = (
    CallStep | NewStep | ForwardStep | VjpStep | InputsStep | StateStep | LoadStateStep | ToStep
    | FillStep | SgdStep | ReprStep
)  # fmt: skip


class Script(tuple[Step, ...]):
    """Steps that are asked again and again, known by identity."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def place_of(steps: Sequence[Step], do: Do) -> int:
    """Where the first step that does this stands, and its result."""
    return next(place for place, step in enumerate(steps) if step["do"] == do)
