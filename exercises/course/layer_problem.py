"""A layer with known numbers in its parameters, and what torch's layer with the same numbers answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any, Literal, assert_never

from torch import Tensor

from exercises.course.layer_failures import torch_layer
from exercises.course.layer_oracle import (
    answer_under,
    gradients_under,
    layer_gradients,
    layer_magnitude,
    layer_reference,
)
from exercises.feedback.calls import Call, Sample
from exercises.feedback.explain import LOOSER
from exercises.feedback.misconception import Misconception
from exercises.feedback.oracle import expected_dtype
from exercises.feedback.script import FillStep, ForwardStep, NewStep, Script, Step, VjpStep

RATE = 0.5  # of the training step
# what happens around a layer's forward, and what a layer is asked that gets no input
Around = Literal["forward", "moved", "sent", "state", "gradients", "training"]
Bare = Literal["parameters", "start", "repr"]


class LayerProblem:
    """A layer, its numbers and an input, with torch's answers, worked out when first asked for.

    `recipes` says how the numbers of the parameters in `state` are drawn. `under` is a misconception whose answers
    are wanted in place of torch's.
    """

    follows_input = True

    def __init__(self, call: Call, x: Sample, under: Misconception | None = None) -> None:
        self.call, self.x, self.under = call, x, under
        self.dtype = expected_dtype(Call("Conv2d", (x,)))
        self._dtype_name = str(self.dtype).removeprefix("torch.")
        self.recipes = {
            name: Sample(tuple(p.shape), x.seed + 1 + i, self._dtype_name)
            for i, (name, p) in enumerate(torch_layer(call).named_parameters())
        }
        self.state = {name: recipe.tensor() for name, recipe in self.recipes.items()}
        self.input = x.tensor()
        self._scripts: dict[tuple[str, Around], Sequence[Step]] = {}

    @cached_property
    def expected(self) -> Tensor:
        """The answer of the layer's forward."""
        if self.under is not None:
            return answer_under(self.under, self.call, self.state, self.input)
        return layer_reference(self.call, self.state, self.input)

    @cached_property
    def drawn_as(self) -> Call:
        """The forward as a call of `conv2d`, for those who show it.

        Its padding stays "same" where torch pads two sides unlike, which no number says.
        """
        model = torch_layer(self.call)
        padding: Any = model.padding
        if not isinstance(padding, tuple):
            sizes = zip(model.kernel_size, model.dilation, strict=True)
            missing = [d * (k - 1) if padding == "same" else 0 for k, d in sizes]
            padding = "same" if any(n % 2 for n in missing) else tuple(n // 2 for n in missing)
        tensors = (self.input, self.state["weight"], self.state.get("bias"))
        return Call("conv2d", (*tensors, model.stride, padding, model.dilation))

    @cached_property
    def magnitude(self) -> float:
        """The largest sum of |products| in it; wrong code may round a little more."""
        largest = layer_magnitude(self.call, self.state, self.input)
        return largest * (1.0 if self.under is None else LOOSER)

    @cached_property
    def cotangent(self) -> Tensor:
        """A random tensor of the answer's shape."""
        return Sample(tuple(self.expected.shape), self.x.seed + 9, self._dtype_name).tensor()

    @cached_property
    def gradients(self) -> dict[str, Tensor]:
        """The gradients of `sum(answer * cotangent)` by name, x first."""
        return dict(zip(("x", *self.state), self._gradients[0], strict=True))

    @cached_property
    def gradient_magnitude(self) -> float:
        """The largest sum of |products| in them."""
        return self._gradients[1]

    @cached_property
    def _gradients(self) -> tuple[tuple[Tensor, ...], float]:
        if self.under is not None:
            return gradients_under(self.under, self.call, self.state, self.input, self.cotangent)
        return layer_gradients(self.call, self.state, self.input, self.cotangent)

    @property
    def call_text(self) -> str:
        """The call with the input it is given."""
        return f"{self.call.text}({self.x})"

    def script(self, device: str, around: Around) -> Sequence[Step]:
        """What to ask of the layer on a device: its forward, and what happens around it."""
        if (device, around) not in self._scripts:
            steps = self._steps(device, around)
            self._scripts[device, around] = Script(steps) if self.under is None else steps
        return self._scripts[device, around]

    def _steps(self, device: str, around: Around) -> list[Step]:
        build = new_step(self.call, device)
        fill: FillStep = {"do": "fill", "values": self.state}
        forward: ForwardStep = {"do": "forward", "args": (self.input,)}
        match around:
            case "forward":
                return [build, fill, forward]
            case "moved":
                return [build, {"do": "to", "dtype": self._dtype_name}, fill, forward]
            case "sent":
                return [new_step(self.call, "cpu"), {"do": "to", "device": device}, fill, forward]
            case "state":
                return [build, {"do": "load_state", "state": self.state}, forward, {"do": "state"}]
            case "gradients":
                tracked: ForwardStep = {**forward, "wrt": [0]}
                return [build, fill, tracked, self._vjp([0, "parameters"])]
            case "training":
                return [build, fill, forward, self._vjp(["parameters"]), {"do": "sgd", "rate": RATE}]
            case _ as unknown:
                assert_never(unknown)

    def _vjp(self, wrt: Sequence[int | str]) -> VjpStep:
        return {"do": "vjp", "cotangent": self.cotangent, "wrt": wrt}


@cache
def layer_problem(call: Call, x: Sample) -> LayerProblem:
    """The problem of a layer and an input with the right answers; the same object for the same arguments."""
    return LayerProblem(call, x)


def new_step(call: Call, device: str) -> NewStep:
    """Builds the layer on a device."""
    kwargs = dict(call.real_kwargs) | ({} if device == "cpu" else {"device": device})
    return {"do": "new", "name": call.function, "args": call.real_args, "kwargs": kwargs}


@cache
def bare_script(call: Call, device: str, about: Bare) -> Script:
    """What to ask of a layer that gets no input: its parameters, what two of them start with, or its printed form."""
    build = new_step(call, device)
    match about:
        case "parameters":
            return Script([build])
        case "start":
            return Script([build, {"do": "state"}, build, {"do": "state"}])
        case "repr":
            return Script([build, {"do": "repr"}])
        case _ as unknown:
            assert_never(unknown)
