"""What stands behind the checks of exercise 11: the gradients of a convolution, and how they go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.oracle import Pair, pair
from exercises.feedback.misconception import Misconception
from exercises.feedback.pull_back import pull_back
from exercises.feedback.rule import Operators, Rule
from exercises.feedback.topic import Topic

SECTION = "#the-gradient-of-a-convolution-is-a-convolution"
FUNCTION = "conv2d_backward"
Gradients = tuple[Tensor, Tensor, Tensor]  # for x, weight and bias


def conv2d_backward(
    grad_out: Tensor,
    x: Tensor,
    weight: Tensor,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> Gradients:
    """What autograd makes of torch's own convolution.

    Raises:
        RuntimeError: if `grad_out` has not the shape of the output, or the convolution refuses the others.
    """
    with torch.enable_grad():
        bias = x.new_zeros(weight.shape[0])
        leaves = [each.detach().requires_grad_() for each in (x, weight, bias)]
        out = F.conv2d(leaves[0], leaves[1], leaves[2], pair(stride), pair(padding), pair(dilation))
        for_x, for_weight, for_bias = pull_back(out, leaves, grad_out)
    return for_x, for_weight, for_bias


@dataclass(frozen=True)
class Setting:
    """The way back of a convolution with all its settings laid open, so that one of them can be got wrong."""

    grad_out: Tensor
    x: Tensor
    weight: Tensor
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]

    def run(self, **other: Any) -> Gradients:
        """Torch's gradients, with some settings replaced."""
        s = replace(self, **other)
        return conv2d_backward(s.grad_out, s.x, s.weight, s.stride, s.padding, s.dilation)

    def run_in_the_corner(self, **other: Any) -> Gradients:
        """The same where other settings give a larger output: what comes back is in its corner, with zeros beside."""
        s = replace(self, **other)
        out = F.conv2d(s.x, s.weight, None, s.stride, s.padding, s.dilation)
        (height, width), (rows, columns) = out.shape[2:], s.grad_out.shape[2:]
        return s.run(grad_out=F.pad(s.grad_out, (0, width - columns, 0, height - rows)))

    def instead(
        self, x: Tensor | None = None, weight: Tensor | None = None, bias: Tensor | None = None
    ) -> Gradients:
        """Torch's gradients, but for those that are given."""
        for_x, for_weight, for_bias = self.run()
        return (
            for_x if x is None else x,
            for_weight if weight is None else weight,
            for_bias if bias is None else bias,
        )

    @property
    def framed(self) -> Tensor:
        """The pictures with their padding."""
        (vertical, horizontal) = self.padding
        return F.pad(self.x, (horizontal, horizontal, vertical, vertical))

    @property
    def of_frame(self) -> Tensor:
        """The gradient of the pictures with that of their padding."""
        return self.run(x=self.framed, padding=(0, 0))[0]


def backward(change: Callable[[Setting], Gradients]) -> Callable[..., Gradients]:
    """An answer out of a variation of the right setting."""

    def answer(grad_out: Tensor, x: Tensor, weight: Tensor, *settings: Any) -> Gradients:
        return change(Setting(grad_out, x, weight, *(pair(value) for value in settings)))

    return answer


def _taps_replace(s: Setting) -> Gradients:
    """What one tap sends back replaces what taps before it did."""
    framed = torch.zeros_like(s.framed)
    rows, columns = s.grad_out.shape[2:]
    for i in range(s.weight.shape[2]):
        for j in range(s.weight.shape[3]):
            top, left = i * s.dilation[0], j * s.dilation[1]
            places = (
                slice(top, top + (rows - 1) * s.stride[0] + 1, s.stride[0]),
                slice(left, left + (columns - 1) * s.stride[1] + 1, s.stride[1]),
            )
            sent = torch.einsum("nohw,oc->nchw", s.grad_out, s.weight[:, :, i, j])
            framed[:, :, places[0], places[1]] = sent
    (top, left), (height, width) = s.padding, s.x.shape[2:]
    return s.instead(x=framed[:, :, top : top + height, left : left + width])


def _without_exchange(s: Setting) -> Gradients:
    """The convolution that gives the gradient of the weights, with stride and dilation in each other's place."""
    met = F.conv2d(s.framed.transpose(0, 1), s.grad_out.transpose(0, 1), None, s.stride, 0, s.dilation)
    return s.instead(weight=met[:, :, : s.weight.shape[2], : s.weight.shape[3]].transpose(0, 1))


def _without_rest(s: Setting) -> Gradients:
    """The gradient of `x` as small as a transposed convolution makes it."""
    return s.instead(
        x=F.conv_transpose2d(s.grad_out, s.weight, None, s.stride, s.padding, dilation=s.dilation)
    )


def _with_rest_as_taps(s: Setting) -> Gradients:
    """The gradient of the weights with the numbers that belong to no tap."""
    met = F.conv2d(s.framed.transpose(0, 1), s.grad_out.transpose(0, 1), None, s.dilation, 0, s.stride)
    return s.instead(weight=met.transpose(0, 1))


def _without_frame(s: Setting) -> Gradients:
    met = F.conv2d(s.x.transpose(0, 1), s.grad_out.transpose(0, 1), None, s.dilation, 0, s.stride)
    return s.instead(weight=met[:, :, : s.weight.shape[2], : s.weight.shape[3]].transpose(0, 1))


def _padding_cut_once(s: Setting) -> Gradients:
    (top, left) = s.padding
    return s.instead(x=s.of_frame[:, :, top:, left:])


def _first_places(s: Setting) -> Gradients:
    """The gradient of `x` cut to its size, but not behind the padding."""
    height, width = s.x.shape[2:]
    return s.instead(x=s.of_frame[:, :, :height, :width])


def _one_picture(s: Setting, number: slice) -> Gradients:
    return s.instead(weight=s.run(x=s.x[number], grad_out=s.grad_out[number])[1])


def _entry(name: str, title: str, explanation: str, change: Callable[[Setting], Gradients]) -> Misconception:
    return Misconception(f"backward-{name}", title, (FUNCTION,), explanation, SECTION, backward(change))


MISCONCEPTIONS = (
    _entry(
        "left-empty",
        "all gradients are zeros",
        "The three gradients have the right shapes but hold nothing but zeros. What comes back still has to be "
        "added to them.",
        lambda s: s.run(grad_out=torch.zeros_like(s.grad_out)),
    ),
    _entry(
        "gradient-out-ignored",
        "grad_out is ignored",
        "`grad_out` seems to be taken for ones everywhere. Each of its numbers says how much the loss changes "
        "with one output number, so it multiplies all that this number sends back.",
        lambda s: s.run(grad_out=torch.ones_like(s.grad_out)),
    ),
    _entry(
        "kernel-not-turned",
        "the kernel of the input gradient is not turned",
        "In the gradient of the input, the kernel seems to lie on `grad_out` as it is. Seen from an input number,"
        " the last tap belongs to the first output number that it is part of, so the convolution on the way back "
        "needs the kernel turned by 180 degrees.",
        lambda s: s.instead(x=s.run(weight=s.weight.flip(-2, -1))[0]),
    ),
    _entry(
        "kernel-flipped-vertically",
        "the input gradient flips only the kernel's rows",
        "In the gradient of the input, the kernel seems to be flipped along one axis alone. Turning by 180 "
        "degrees is a flip along both axes.",
        lambda s: s.instead(x=s.run(weight=s.weight.flip(-1))[0]),
    ),
    _entry(
        "kernel-flipped-horizontally",
        "the input gradient flips only kernel columns",
        "In the gradient of the input, the kernel seems to be flipped along one axis alone. Turning by 180 "
        "degrees is a flip along both axes.",
        lambda s: s.instead(x=s.run(weight=s.weight.flip(-2))[0]),
    ),
    _entry(
        "channels-not-swapped",
        "channel axes are not swapped on the way back",
        "In the gradient of the input, the first two axes of the weight seem to stay in their places. On the way "
        "back, output channels come in and input channels go out.",
        lambda s: s.instead(x=s.run(weight=s.weight.transpose(0, 1))[0]),
    ),
    _entry(
        "taps-replace",
        "taps replace each other in the input gradient",
        "In the gradient of the input, the later tap seems to replace the earlier ones. An input number is part "
        "of several output numbers, and what they send back adds up.",
        _taps_replace,
    ),
    _entry(
        "rest-missing",
        "the input gradient leaves out the rest",
        "The gradient of the input seems to end where the last step of the kernel ended. It is as large as the "
        "input: rows and columns that the stride left over have the gradient 0.",
        _without_rest,
    ),
    _entry(
        "rest-as-taps",
        "the weight gradient has too many taps",
        "The gradient of the weights seems to have more taps than there are. Where the stride left something "
        "over, `grad_out` can move further than the taps reach: keep as many places as the kernel has.",
        _with_rest_as_taps,
    ),
    _entry(
        "padding-not-cut",
        "the input gradient includes the padding",
        "The gradient of the input seems to hold that of its padding too. The frame is no part of the input: cut "
        "it off all four sides.",
        lambda s: s.instead(x=s.of_frame),
    ),
    _entry(
        "padding-cut-once",
        "padding is cut off above and left only",
        "In the gradient of the input, the padding seems to be cut off above and on the left alone. It lies on "
        "all four sides.",
        _padding_cut_once,
    ),
    _entry(
        "padding-cut-at-the-end",
        "padding is cut off below and right only",
        "In the gradient of the input, the padding seems to be cut off below and on the right alone. The gradient"
        " of the input begins behind the frame.",
        _first_places,
    ),
    _entry(
        "weight-without-padding",
        "the weight gradient ignores the padding",
        "The gradient of the weights seems to be made from the input without its padding. The weights met the padded "
        "input.",
        _without_frame,
    ),
    _entry(
        "weight-stride-not-exchanged",
        "stride and dilation do not change places",
        "In the gradient of the weights, stride and dilation seem to be used as on the way there. Here `grad_out`"
        " moves from one tap to the next, and its own numbers lie a stride apart: the two change places.",
        _without_exchange,
    ),
    _entry(
        "weight-turned",
        "the weight gradient is turned by 180 degrees",
        "The gradient of the weights seems to be turned by 180 degrees. Only the gradient of the input has to do "
        "with a turned kernel.",
        lambda s: s.instead(weight=s.run()[1].flip(-2, -1)),
    ),
    _entry(
        "weight-channels-swapped",
        "channel axes of the weight gradient are swapped",
        "The first two axes of the gradient of the weights seem to be swapped. It has the shape of the weights: "
        "output channels first.",
        lambda s: s.instead(weight=s.run()[1].transpose(0, 1)),
    ),
    _entry(
        "weight-of-last-picture",
        "the weight gradient is the last picture's",
        "The gradient of the weights seems to be that of the last picture alone. All pictures met the same "
        "weights, so what they send back adds up.",
        lambda s: _one_picture(s, slice(-1, None)),
    ),
    _entry(
        "weight-of-first-picture",
        "the weight gradient is the first picture's",
        "The gradient of the weights seems to be that of the first picture alone. All pictures met the same "
        "weights, so what they send back adds up.",
        lambda s: _one_picture(s, slice(1)),
    ),
    _entry(
        "weight-averaged",
        "the weight gradient is averaged over the batch",
        "The gradient of the weights seems to be a mean over the pictures of the batch. It is their sum; whoever "
        "wants a mean divides the loss.",
        lambda s: s.instead(weight=s.run()[1] / len(s.x)),
    ),
    _entry(
        "batch-averaged",
        "weight and bias gradients are averaged",
        "The gradients of weights and bias seem to be means over the pictures of the batch. They are sums; "
        "whoever wants a mean divides the loss.",
        lambda s: s.instead(weight=s.run()[1] / len(s.x), bias=s.run()[2] / len(s.x)),
    ),
    _entry(
        "bias-averaged",
        "the bias gradient is a mean",
        "The gradient of the bias seems to be a mean. The bias is in each output number once, so it is the sum of"
        " all that comes back to its channel.",
        lambda s: s.instead(bias=s.grad_out.mean((0, 2, 3))),
    ),
    _entry(
        "bias-averaged-over-batch",
        "the bias gradient is averaged over the batch",
        "The gradient of the bias seems to be a mean over the pictures of the batch. The bias is in each output "
        "number once, so it is the sum over all of them.",
        lambda s: s.instead(bias=s.run()[2] / len(s.x)),
    ),
    _entry(
        "bias-of-each-picture",
        "one bias gradient for each picture",
        "The gradient of the bias seems to be added up for each picture on its own. All pictures share the bias: "
        "add up over them too, which leaves the shape (O,).",
        lambda s: s.instead(bias=s.grad_out.sum((2, 3))),
    ),
    _entry(
        "bias-over-batch-alone",
        "the bias gradient is summed over pictures only",
        "The gradient of the bias seems to be added up over the pictures alone. There is one number for each "
        "output channel: add up over rows and columns too.",
        lambda s: s.instead(bias=s.grad_out.sum(0)),
    ),
    _entry(
        "bias-over-channels",
        "the bias gradient is summed over channels too",
        "The gradient of the bias seems to be the sum of all that comes back. Each output channel has a number of "
        "its own.",
        lambda s: s.instead(bias=s.grad_out.sum()),
    ),
    _entry(
        "stride-ignored",
        "the gradients ignore the stride",
        "The stride seems to be left out: the numbers of `grad_out` lie one apart. Output number y belongs to the"
        " stop of the kernel at row y * stride.",
        lambda s: s.run_in_the_corner(stride=(1, 1)),
    ),
    _entry(
        "dilation-ignored",
        "the gradients ignore the dilation",
        "The dilation seems to be left out: the taps of your kernel lie side by side.",
        lambda s: s.run_in_the_corner(dilation=(1, 1)),
    ),
    _entry(
        "weight-first",
        "the weight gradient is returned first",
        "The gradients seem to come in another order. The one for the input is first, then the weights, then the "
        "bias.",
        lambda s: (s.run()[1], s.run()[0], s.run()[2]),
    ),
    _entry(
        "bias-first",
        "the bias gradient is returned first",
        "The gradients seem to come in another order. The one for the input is first, then the weights, then the "
        "bias.",
        lambda s: s.run()[::-1],
    ),
)

_AUTOGRAD = r"torch\.autograd\.(?!(no_grad|inference_mode)\b)\w+(\.\w+)*"  # to switch it off is no offence
_TRANSFORMS = r"(grad|grad_and_value|vjp|jvp|jacrev|jacfwd|hessian|linearize)"
TOPIC = Topic(
    references=(conv2d_backward,),
    misconceptions=MISCONCEPTIONS,
    rules={
        "autograd": Rule(
            "this exercise asks you to work out the gradients yourself",
            (
                _AUTOGRAD,
                rf"torch\.(func|_functorch(\.\w+)*)\.{_TRANSFORMS}",
                r"torch\.enable_grad",
                r"torch\.Tensor\.(backward|requires_grad_)",
                r"torch\._C(\.\w+)?\.\w*(Engine|autograd)\w*",
                r"functorch(\.\w+)*",
            ),
        )
    },
    operators={
        # every way back through a graph of torch's goes through the first; the others say so earlier
        "autograd": Operators(
            functions=(
                "torch.autograd.graph._engine_run_backward",
                "torch.autograd.grad",
                "torch.autograd.backward",
            ),
            words=("aten::_make_dual",),
        )
    },
)
