"""Misconceptions about what is multiplied and added: the kernel, the channels, the bias, the batch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.misconceptions.setting import VALID, Setting, convolving
from exercises.course.sections import Section
from exercises.feedback.misconception import Misconception


def _only_last_tap(s: Setting) -> Tensor:
    last = torch.zeros_like(s.weight)
    last[..., -1, -1] = s.weight[..., -1, -1]
    return s.run(weight=last)


def _first_of(answer: Tensor, axis: int) -> Tensor:
    return answer.narrow(axis, 0, 1).expand_as(answer)


def _batch_summed(s: Setting) -> Tensor:
    return s.run(x=s.x.sum(0, keepdim=True))


def _with_zeros_at_the_end(answer: Tensor, rows: int, columns: int) -> Tensor:
    return F.pad(answer, (0, columns, 0, rows))


def _as_large_as_input(s: Setting) -> Tensor:
    answer = s.run()
    rows, columns = (s.x.shape[axis] - answer.shape[axis] for axis in (-2, -1))
    if min(rows, columns) < 0:
        raise ValueError("the answer is larger than the input")
    return _with_zeros_at_the_end(answer, rows, columns)


TABLE = (
    Misconception(
        "never-filled",
        "the result is all zeros",
        VALID,
        "The result has the right shape but holds nothing but zeros. Is it ever written to, or is something "
        "else returned than what was computed?",
        Section.WHAT_IS_A_CONVOLUTION,
        convolving(lambda s: torch.zeros_like(s.run())),
    ),
    Misconception(
        "kernel-flipped",
        "the kernel is flipped",
        VALID,
        "The kernel seems to be turned upside down and left to right. That is convolution as mathematicians "
        "define it; deep learning uses cross-correlation, where the kernel is laid on the picture as it is.",
        Section.WHAT_IS_A_CONVOLUTION,
        convolving(lambda s: s.run(weight=s.weight.flip(-2, -1))),
    ),
    Misconception(
        "kernel-flipped-vertically",
        "the kernel is turned upside down",
        VALID,
        "The kernel seems to be turned upside down. Its first row belongs to the top row of the window.",
        Section.WHAT_IS_A_CONVOLUTION,
        convolving(lambda s: s.run(weight=s.weight.flip(-2))),
    ),
    Misconception(
        "kernel-flipped-horizontally",
        "the kernel is mirrored left to right",
        VALID,
        "The kernel seems to be mirrored left to right. Its first column belongs to the window's left "
        "column.",
        Section.WHAT_IS_A_CONVOLUTION,
        convolving(lambda s: s.run(weight=s.weight.flip(-1))),
    ),
    Misconception(
        "kernel-transposed",
        "rows and columns of the kernel are swapped",
        VALID,
        "Rows and columns of the kernel seem to be swapped. The last axis of the kernel runs along the last "
        "axis of the picture: (kH, kW) goes with (H, W).",
        Section.KERNEL_SIZE,
        convolving(lambda s: s.run(weight=s.weight.transpose(-2, -1))),
    ),
    Misconception(
        "output-transposed",
        "rows and columns of the result are swapped",
        VALID,
        "The numbers are right but rows and columns of the result are swapped. The result is (N, O, height, "
        "width), like the input.",
        Section.KERNEL_SIZE,
        convolving(lambda s: s.run().transpose(-2, -1)),
    ),
    Misconception(
        "weight-channels-swapped",
        "the two channel axes of the weight are swapped",
        VALID,
        "The first two axes of the weight seem to be swapped. They are (output channel, input channel): "
        "each output channel has a kernel for every input channel.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.run(weight=s.weight.transpose(0, 1))),
    ),
    Misconception(
        "channels-first-only",
        "only the first input channel counts",
        VALID,
        "Only the first input channel seems to count. Each output channel is a sum over all input channels.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.run(x=s.x[:, :1], weight=s.weight[:, :1])),
    ),
    Misconception(
        "channels-last-only",
        "only the last input channel counts",
        VALID,
        "Only the last input channel seems to count, as if each channel overwrote the one before. Each "
        "output channel is a sum over all input channels.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.run(x=s.x[:, -1:], weight=s.weight[:, -1:])),
    ),
    Misconception(
        "kernel-shared-by-channels",
        "all input channels share the first kernel",
        VALID,
        "The kernel of the first input channel seems to be used for all of them. Each input channel has a "
        "kernel of its own.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.run(weight=_first_of(s.weight, 1))),
    ),
    Misconception(
        "last-tap-only",
        "only the last tap of the kernel counts",
        VALID,
        "Only the last tap of the kernel seems to count, as if each product overwrote the one before. The "
        "products of all taps are added up.",
        Section.WHAT_IS_A_CONVOLUTION,
        convolving(_only_last_tap),
    ),
    Misconception(
        "averaged-over-kernel",
        "products are averaged over the kernel",
        VALID,
        "The products seem to be averaged over the kernel. They are added up; if you want an average, it is "
        "in the kernel's numbers.",
        Section.WHAT_IS_A_CONVOLUTION,
        convolving(lambda s: s.scaled(1 / s.weight[0, 0].numel())),
    ),
    Misconception(
        "averaged-over-channels",
        "input channels are averaged instead of added",
        VALID,
        "The input channels seem to be averaged. They are added up.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.scaled(1 / s.weight.shape[1])),
    ),
    Misconception(
        "averaged-over-everything",
        "all products are averaged instead of added",
        VALID,
        "The products seem to be averaged. They are added up, over the kernel and over the input channels.",
        Section.WHAT_IS_A_CONVOLUTION,
        convolving(lambda s: s.scaled(1 / s.weight[0].numel())),
    ),
    Misconception(
        "output-channels-equal",
        "all output channels are like the first",
        VALID,
        "All output channels are equal to the first one. Each output channel has its own kernel and bias.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: _first_of(s.run(), 1)),
    ),
    Misconception(
        "batch-first-repeated",
        "all pictures get the result of the first",
        VALID,
        "All pictures of the batch have the result of the first one. Each is convolved on its own.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: _first_of(s.run(), 0)),
    ),
    Misconception(
        "batch-first-only",
        "only the first picture has a result",
        VALID,
        "Only the first picture of the batch has a result. The first axis of the result is as long as that "
        "of the input.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.run()[:1]),
    ),
    Misconception(
        "batch-rest-empty",
        "zeros for all pictures but the first",
        VALID,
        "Only the first picture of the batch has a result, the others are left at zero. Does a loop end too "
        "early, or does it return from within?",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: F.pad(s.run()[:1], (0, 0, 0, 0, 0, 0, 0, s.x.shape[0] - 1))),
    ),
    Misconception(
        "batch-summed",
        "the pictures of the batch are added together",
        VALID,
        "The pictures of the batch seem to be added together, so that all have the same result. Each is convolved on "
        "its own; sums run over the input channels and the kernel, not over the batch.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: _batch_summed(s).expand(s.x.shape[0], -1, -1, -1)),
    ),
    Misconception(
        "batch-summed-to-one",
        "the batch is added up into one picture",
        VALID,
        "The pictures of the batch seem to be added together into one. Each is convolved on its own; sums run over "
        "the input channels and the kernel, not over the batch.",
        Section.IN_DEEP_LEARNING,
        convolving(_batch_summed),
    ),
    Misconception(
        "batch-axis-lost",
        "the result has no batch axis",
        VALID,
        "The result has no axis for the batch, as if all pictures were added together. Each is convolved on its own: "
        "the result is (N, O, height, width).",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: _batch_summed(s)[0]),
    ),
    Misconception(
        "last-position-missed",
        "the last row and column are missing",
        VALID,
        "The last row and column of the result are missing. Between the first and the last position of the "
        "kernel, both ends count.",
        Section.KERNEL_SIZE,
        convolving(lambda s: s.run()[..., :-1, :-1]),
    ),
    Misconception(
        "last-row-missed",
        "the last row is missing",
        VALID,
        "The last row of the result is missing. The kernel may go down until it touches the lower edge.",
        Section.KERNEL_SIZE,
        convolving(lambda s: s.run()[..., :-1, :]),
    ),
    Misconception(
        "last-column-missed",
        "the last column is missing",
        VALID,
        "The last column of the result is missing. The kernel may go right until it touches the edge.",
        Section.KERNEL_SIZE,
        convolving(lambda s: s.run()[..., :-1]),
    ),
    Misconception(
        "last-position-left-empty",
        "the last row and column are left at zero",
        VALID,
        "The last row and column of the result are left at zero. The loop stops one position early: `range` "
        "leaves out its end.",
        Section.KERNEL_SIZE,
        convolving(lambda s: _with_zeros_at_the_end(s.run()[..., :-1, :-1], 1, 1)),
    ),
    Misconception(
        "output-as-large-as-input",
        "the result is filled up with zeros at the end",
        VALID,
        "The result is as large as the input, with zeros where the kernel does not fit. It has one number "
        "for each position of the kernel and no more: exercise 1 gives its size.",
        Section.KERNEL_SIZE,
        convolving(_as_large_as_input),
    ),
    Misconception(
        "windows-side-by-side",
        "the windows do not overlap",
        VALID,
        "The windows seem to lie side by side without overlapping, as in pooling. The kernel moves by the "
        "stride, which has nothing to do with its own size.",
        Section.STRIDE,
        convolving(lambda s: s.run(stride=s.weight.shape[-2:])),
    ),
    Misconception(
        "bias-missing",
        "the bias is left out",
        VALID,
        "The bias seems to be left out. It is one number for each output channel, added to all of its "
        "results.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.bare()),
    ),
    Misconception(
        "bias-of-first-channel",
        "the first bias is used for all channels",
        VALID,
        "The first number of the bias seems to be used for all output channels. Each has its own.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.bare() + s.offset[0]),
    ),
    Misconception(
        "bias-along-width",
        "the bias runs along the width",
        VALID,
        "The bias seems to run along the width of the result. Broadcasting starts at the last axis: the "
        "bias needs a shape that puts its numbers on the channel axis.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.bare() + s.offset.view(-1)),
    ),
    Misconception(
        "bias-per-input-channel",
        "the bias is added for each input channel",
        VALID,
        "The bias seems to be added once for each input channel. It is added once, after the sum over "
        "channels.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.bare() + s.offset * s.weight.shape[1]),
    ),
    Misconception(
        "bias-per-tap",
        "the bias is added for each tap",
        VALID,
        "The bias seems to be added once for each position within the kernel. It is added once, after the "
        "sum.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.bare() + s.offset * s.weight[0, 0].numel()),
    ),
    Misconception(
        "bias-per-product",
        "the bias is added to every product",
        VALID,
        "The bias seems to be added to every single product. It is added once, after the sum.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.bare() + s.offset * s.weight[0].numel()),
    ),
    Misconception(
        "bias-twice",
        "the bias is added twice",
        VALID,
        "The bias seems to be added twice. If the function you build on adds it already, do not add it "
        "again.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.bare() + s.offset * 2),
    ),
)
