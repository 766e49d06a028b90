"""The oracle: the right answer to every call, worked out by torch itself in float64 on the CPU.

Nothing here is computed the way an exercise asks for it: sizes are read off the shapes that torch's own
convolution gives, kernels off what torch's pooling and transposed convolution do to a single one.

`reference` answers a call, `magnitude` says how large the sums in it are (see `compare.tolerance`), and
`reference_gradients` gives vector-Jacobian products. A layer's forward needs its parameters as well, and
has functions of its own: `layer_reference`, `layer_magnitude`, `layer_gradients`.
"""

from __future__ import annotations

import inspect
import warnings
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exercises.feedback.calls import Call

Pair = int | tuple[int, int]
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, red, green, blue


@cache
def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """What torch's convolution makes of an axis; zeros, since on "meta" tensors torch loads all of sympy."""
    x, weight = torch.zeros(1, 1, input_size), torch.zeros(1, 1, kernel_size)
    return F.conv1d(x, weight, None, stride, padding, dilation).shape[-1]


def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    """A kernel takes all of an axis but one number away from it."""
    roomy = kernel_size * dilation
    return roomy - output_size(roomy, kernel_size, dilation=dilation) + 1


def same_padding(kernel_size: Pair, dilation: Pair = 1) -> Pair:
    """The padding that torch's convolution needs to keep a size.

    Raises:
        ValueError: if none does.
    """
    kernel, spacing = pair(kernel_size), pair(dilation)
    vertical, horizontal = (_padding_that_keeps(k, d) for k, d in zip(kernel, spacing, strict=True))
    return vertical if type(kernel_size) is type(dilation) is int else (vertical, horizontal)


@cache
def _padding_that_keeps(kernel_size: int, dilation: int) -> int:
    size = kernel_size * dilation
    found = bisect_left(range(size), size, key=lambda p: output_size(size, kernel_size, 1, p, dilation))
    if output_size(size, kernel_size, 1, found, dilation) != size:
        raise ValueError("no symmetric padding keeps the size")
    return found


def pair(value: Any) -> tuple[int, int]:
    """`(vertical, horizontal)` out of an int or a pair."""
    first, second = value if isinstance(value, tuple | list) else (value, value)
    return first, second


def pad2d(x: Tensor, padding: Pair) -> Tensor:
    """Zeros all around, by torch."""
    vertical, horizontal = pair(padding)
    return F.pad(x, (horizontal,) * 2 + (vertical,) * 2)


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair | str = 0,
    dilation: Pair = 1,
) -> Tensor:
    """Torch's own."""
    if padding == "same":
        with _without_warning():
            return torch.conv2d(x, weight, bias, stride, padding, dilation)
    return torch.conv2d(x, weight, bias, stride, padding, dilation)


@contextmanager
def _without_warning() -> Iterator[None]:
    """Torch warns of a copy where an even kernel keeps the size; no student needs to read that."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using padding='same'")
        yield


def conv2d_valid(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Torch's own, with its default settings."""
    return conv2d(x, weight, bias)


def conv2d_strided(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Pair = 1) -> Tensor:
    """Torch's own, with a stride."""
    return conv2d(x, weight, bias, stride)


def dilate_kernel(weight: Tensor, dilation: Pair) -> Tensor:
    """A transposed convolution stamps the kernel's numbers `dilation` apart."""
    stamped = F.conv_transpose2d(weight.flatten(0, -3)[:, None], weight.new_ones(1, 1, 1, 1), stride=dilation)
    return stamped.reshape(*weight.shape[:-2], *stamped.shape[-2:])


def box_blur_kernel(size: int) -> Tensor:
    """What average pooling makes of a single one in the middle of zeros."""
    room = 2 * size - 1
    dot = torch.zeros(room * room, dtype=torch.float64).index_fill(0, torch.tensor(room * room // 2), 1.0)
    return F.avg_pool2d(dot.view(1, 1, room, room), size, stride=1)[0, 0]


def sharpen_kernel(amount: float = 1.0) -> Tensor:
    """The entries by their distance in steps from the centre."""
    down, right = _offsets()
    by_steps = torch.tensor([1.0 + 4.0 * amount, -amount, 0.0], dtype=torch.float64)
    return by_steps[(down.abs() + right.abs()).long()]


def sobel_kernels() -> tuple[Tensor, Tensor]:
    """The offset along one axis, weighted by the nearness along the other."""
    down, right = _offsets()
    return right * (2 - down.abs()), down * (2 - right.abs())


def _offsets() -> tuple[Tensor, Tensor]:
    steps = torch.arange(-1, 2, dtype=torch.float64)
    down, right = torch.meshgrid(steps, steps, indexing="ij")
    return down, right


def sobel_edges(image: Tensor) -> Tensor:
    """Luma, slopes and length by torch."""
    slopes: Tensor = torch.linalg.vector_norm(sobel_slopes(image, torch.stack(sobel_kernels())), dim=0)
    return slopes


def sobel_slopes(image: Tensor, kernels: Tensor, luma: Sequence[float] = LUMA) -> Tensor:
    """The responses of some kernels on a grey or colour image, `(kernels, H, W)`."""
    if image.ndim == 3:
        image = F.conv2d(image, image.new_tensor(luma).view(1, 3, 1, 1))[0]
    return F.conv2d(image[None], kernels[:, None], padding="same")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        effective_kernel_size,
        output_size,
        pad2d,
        same_padding,
        conv2d_valid,
        conv2d_strided,
        dilate_kernel,
        conv2d,
        box_blur_kernel,
        sharpen_kernel,
        sobel_kernels,
        sobel_edges,
    )
}


@cache
def _signature(function: str) -> inspect.Signature:
    return inspect.signature(inspect.unwrap(FUNCTIONS[function]))


def arguments(call: Call) -> dict[str, Any]:
    """The call's arguments by name, defaults included, in the function's order; tensors in float64."""
    bound = _signature(call.function).bind(*call.real_args, **call.real_kwargs)
    bound.apply_defaults()
    return {name: _exact(value) for name, value in bound.arguments.items()}


def _exact(value: Any) -> Any:
    return value.detach().to("cpu", torch.float64) if isinstance(value, Tensor) else value


def reference(call: Call) -> Any:
    """The right answer: float64 tensors on the CPU, ints, or tuples of such.

    Raises:
        KeyError: if the function is none of `FUNCTIONS`.
    """
    return FUNCTIONS[call.function](**arguments(call))


def expected_dtype(call: Call) -> torch.dtype:
    """The dtype an answer must have: that of the first tensor handed in, or the one asked for, or float32."""
    handed = [*call.real_args, *call.real_kwargs.values()]
    of_tensors = [a.dtype for a in handed if isinstance(a, Tensor)]
    asked_for = [a for a in handed if isinstance(a, torch.dtype)]
    return [*of_tensors, *asked_for, torch.float32][0]


def magnitude(call: Call) -> float:
    """The largest sum of |products| over all numbers of the answer."""
    return _largest(_on_absolute(call.function, arguments(call)))


def _on_absolute(function: str, values: Mapping[str, Any]) -> Any:
    """The answer if nothing could cancel: every number in the sums is taken without its sign."""
    absolute = {name: _without_sign(value) for name, value in values.items()}
    if function == "sobel_edges":
        slopes = sobel_slopes(absolute["image"], torch.stack(sobel_kernels()).abs())
        return torch.linalg.vector_norm(slopes, dim=0)
    return FUNCTIONS[function](**absolute)


def _without_sign(value: Any) -> Any:
    return abs(value) if isinstance(value, Tensor | float) else value


def _largest(answer: Any) -> float:
    if isinstance(answer, tuple):
        return max((_largest(a) for a in answer), default=0.0)
    if isinstance(answer, Tensor):
        return float(answer.abs().max()) if answer.numel() else 0.0
    return abs(float(answer))


def reference_gradients(
    call: Call, cotangent: Tensor, wrt: Sequence[int | str]
) -> tuple[tuple[Tensor, ...], float]:
    """The gradients of `sum(answer * cotangent)`.

    Args:
        call: a call with a tensor for its answer.
        cotangent: a tensor of the answer's shape, any dtype.
        wrt: arguments by place or name, tensors all of them.

    Returns:
        One float64 tensor for each of `wrt`, and the largest sum of |products| over all their numbers.
    """
    values = arguments(call)
    names = [list(values)[i] if isinstance(i, int) else i for i in wrt]
    direction = _exact(cotangent)

    def pull_back(inputs: dict[str, Any], along: Tensor, answer: Callable[..., Tensor]) -> tuple[Tensor, ...]:
        leaves = {name: inputs[name].clone().requires_grad_() for name in names}
        return torch.autograd.grad(answer(**{**inputs, **leaves}), list(leaves.values()), along)

    gradients = pull_back(values, direction, FUNCTIONS[call.function])
    absolute = {name: _without_sign(value) for name, value in values.items()}
    sums = pull_back(absolute, direction.abs(), lambda **inputs: _on_absolute(call.function, inputs))
    largest = _largest(sums)
    if call.function == "sobel_edges":
        # the direction of (gx, gy) is as uncertain as the slopes are large beside its length
        shortest = float(reference(call).min())
        largest *= 1.0 + min(magnitude(call) / max(shortest, 1e-9), 1000.0)
    return gradients, largest


def layer(call: Call, state: Mapping[str, Tensor]) -> nn.Conv2d:
    """Torch's layer for a call `Conv2d(...)`, in float64, with these parameters."""
    made = _bare_layer(*call.real_args, **call.real_kwargs)
    made.load_state_dict({name: _exact(value).clone() for name, value in state.items()}, assign=True)
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
    with _without_warning():
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
    return _forward(layer(call, state), _exact(x)).detach()


def layer_magnitude(call: Call, state: Mapping[str, Tensor], x: Tensor) -> float:
    """The largest sum of |products| over all numbers of a layer's answer."""
    return _largest(_forward(_absolute_layer(layer(call, state)), _exact(x).abs()).detach())


def layer_gradients(
    call: Call, state: Mapping[str, Tensor], x: Tensor, cotangent: Tensor
) -> tuple[tuple[Tensor, ...], float]:
    """The gradients of `sum(layer(x) * cotangent)` for x, weight and, where there is one, bias.

    Returns:
        The float64 gradients in that order, and the largest sum of |products| over all their numbers.
    """

    def pull_back(made: nn.Conv2d, values: Tensor, along: Tensor) -> tuple[Tensor, ...]:
        leaf = values.clone().requires_grad_()
        return torch.autograd.grad(_forward(made, leaf), [leaf, *made.parameters()], along)

    values, along = _exact(x), _exact(cotangent)
    gradients = pull_back(layer(call, state), values, along)
    sums = pull_back(_absolute_layer(layer(call, state)), values.abs(), along.abs())
    return gradients, _largest(sums)
