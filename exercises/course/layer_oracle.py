"""What torch's layer with the same numbers answers, in float64 on the CPU; and what one with a misconception does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from exercises.course.oracle import ORACLE, Pair, without_warning
from exercises.feedback import follow
from exercises.feedback.calls import Call
from exercises.feedback.explain import Question
from exercises.feedback.misconception import Misconception
from exercises.feedback.oracle import exact, largest
from exercises.feedback.pull_back import pull_back

LAYER = "Conv2d"


def layer(call: Call, state: Mapping[str, Tensor]) -> nn.Conv2d:
    """Torch's layer for a call `Conv2d(...)`, in float64, with these parameters."""
    made = _bare_layer(*call.real_args, **call.real_kwargs)
    made.load_state_dict({name: exact(value).clone() for name, value in state.items()}, assign=True)
    return made


def _bare_layer(
    in_channels: int,
    out_channels: int,
    kernel_size: Pair,
    stride: Pair = 1,
    padding: Pair | str = 0,
    dilation: Pair = 1,
    bias: bool = True,
    device: Any = None,
    dtype: torch.dtype | None = None,
) -> nn.Conv2d:
    # on the device "meta", so that neither time nor random numbers go into start values
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "bias": bias}
    return nn.Conv2d(in_channels, out_channels, kernel_size, **settings, device="meta", dtype=torch.float64)  # type: ignore[arg-type]


def _forward(made: nn.Conv2d, x: Tensor) -> Tensor:
    with without_warning():
        return made(x)  # type: ignore[no-any-return]


def _absolute_layer(made: nn.Conv2d) -> nn.Conv2d:
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.abs_()
    return made


def layer_reference(call: Call, state: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """The right answer of a layer's forward.

    Args:
        call: `Conv2d(...)`, how the layer was built.
        state: its parameters by name, any dtype and device.
        x: the input, `(N, C, H, W)`.
    """
    return _forward(layer(call, state), exact(x)).detach()


def layer_magnitude(call: Call, state: Mapping[str, Tensor], x: Tensor) -> float:
    """The largest sum of |products| over all numbers of a layer's answer."""
    return largest(_forward(_absolute_layer(layer(call, state)), exact(x).abs()).detach())


def layer_gradients(
    call: Call, state: Mapping[str, Tensor], x: Tensor, cotangent: Tensor
) -> tuple[tuple[Tensor, ...], float]:
    """The gradients of `sum(layer(x) * cotangent)` for x, weight and, where there is one, bias.

    Returns:
        The float64 gradients in that order, and the largest sum of |products| over all their numbers.
    """

    def pulled(made: nn.Conv2d, values: Tensor, along: Tensor) -> tuple[Tensor, ...]:
        leaf = values.clone().requires_grad_()
        return pull_back(_forward(made, leaf), [leaf, *made.parameters()], along)

    values, along = exact(x), exact(cotangent)
    gradients = pulled(layer(call, state), values, along)
    sums = pulled(_absolute_layer(layer(call, state)), values.abs(), along.abs())
    return gradients, largest(sums)


def answer_under(under: Misconception, call: Call, state: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """What a layer with a misconception answers; see `layer_reference`."""
    try:
        found: Tensor = under.answer(*_arguments(call, state, x))
    except Exception:  # where it cannot occur, the layer is right
        return layer_reference(call, state, x)
    return found.detach()


def gradients_under(
    under: Misconception, call: Call, state: Mapping[str, Tensor], x: Tensor, cotangent: Tensor
) -> tuple[tuple[Tensor, ...], float]:
    """The gradients for x, weight and, where there is one, bias, under a misconception."""
    return follow.pulled_back(under.answer, _arguments(call, state, x), range(1 + len(state)), cotangent)


def layer_question(call: Call, state: Mapping[str, Tensor], x: Tensor) -> Question | None:
    """What was asked of a layer's forward; None where torch's layer has no answer.

    Args:
        call: `Conv2d(...)`, how the layer was built.
        state: the layer's parameters by name.
        x: the input, `(N, C, H, W)`.
    """
    try:
        given = tuple(_arguments(call, state, x))
        right, size = layer_reference(call, state, x), layer_magnitude(call, state, x)
    except Exception:
        return None
    return Question(LAYER, given, right, size, ORACLE.products(given, right))


def _arguments(call: Call, state: Mapping[str, Tensor], x: Tensor) -> list[Any]:
    """A layer's forward as arguments of a convolution."""
    made = layer(call, state)
    bias = None if made.bias is None else made.bias.detach()
    return [exact(x), made.weight.detach(), bias, made.stride, made.padding, made.dilation]
