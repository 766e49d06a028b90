"""Causes of failures that show in what the code does, not in the numbers it gives.

Wrong numbers are explained by the table of misconceptions; this is the table for the rest, with the commonest
exceptions in `crash_causes`.
"""

from __future__ import annotations

from exercises.course.crash_causes import CRASH_CAUSES
from exercises.course.sections import Section
from exercises.feedback.catalogue import course_info
from exercises.feedback.cause import Cause

CAUSES = {
    cause.name: cause
    for cause in (
        *CRASH_CAUSES,
        Cause(
            "accepts-bad-arguments",
            "accepts arguments that make no sense",
            "These arguments make no sense, and code that goes on with them hides the caller's mistake. The "
            "docstring lists when to raise ValueError: test for it before you compute.",
            Section.YOUR_TURN,
        ),
        Cause(
            "wrong-exception",
            "fails by accident at bad arguments",
            "The error comes from further down, by accident. Test the arguments first, and raise ValueError "
            "with a message that names the argument.",
            Section.YOUR_TURN,
        ),
        Cause(
            "assert-for-arguments",
            "refuses bad arguments with assert",
            "An `assert` raises AssertionError, which says that the code itself is wrong. For arguments that make no "
            "sense raise ValueError, with a message that names the argument.",
            Section.YOUR_TURN,
        ),
        Cause(
            "other-exception",
            "refuses bad arguments without ValueError",
            "Your code refuses these arguments, as it should, with another exception than the docstring names. Raise "
            "ValueError, with a message that names the argument.",
            Section.YOUR_TURN,
        ),
        Cause(
            "rest-refused",
            "refuses a call that leaves a rest",
            "Your code refuses this call by itself. If that is because the last step of the kernel leaves a rest: a "
            "convolution allows it. What is left over is not seen, and the size is rounded down (floor).",
            Section.STRIDE,
        ),
        Cause(
            "pair-not-expected",
            "a pair where one number is expected",
            "A pair came in where this line seems to expect one number. Such an argument is an int or a pair "
            "(vertical, horizontal): make a pair of it first, then use one number for each axis.",
            Section.TORCH_NN_CONV2D,
            shows="tuple",
        ),
        Cause(
            "int-not-expected",
            "one number where a pair is expected",
            "One number came in where this line seems to expect a pair. Such an argument is an int or a pair "
            "(vertical, horizontal): an int holds for both axes, so make a pair of it first.",
            Section.TORCH_NN_CONV2D,
            shows="int",
        ),
        Cause(
            "input-mutated",
            "the input is changed",
            "The caller's tensor was written to. Operations with a trailing underscore, `+=` and assignments to "
            "a slice work in place: make a new tensor, or `clone()` first.",
            Section.YOUR_TURN,
        ),
        Cause(
            "dtype-changed",
            "the dtype of the input is not kept",
            "The result must have the dtype of the input. A tensor made with `torch.zeros(...)` is float32 "
            "unless told: `x.new_zeros(...)` or `dtype=x.dtype` follows the input.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "precision-lost",
            "float64 loses its precision on the way",
            "The result is float64, but no more exact than float32: somewhere on the way numbers seem to have been "
            "float32. `x.new_zeros(...)` or `dtype=x.dtype` follows the input from the start.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "made-of-whole-numbers",
            "the result holds whole numbers",
            "The result holds whole numbers (torch.int64 or such): it was made from whole numbers alone. It must be "
            "float32: write one of them with a decimal point, or name the dtype.",
            Section.WHY_ARE_THEY_FUNDAMENTAL,
        ),
        Cause(
            "not-float32",
            "the result is not float32",
            "The result has to be float32, which is what torch makes of numbers with a decimal point unless told "
            "otherwise. Name the dtype where it is made, or convert it at the end.",
            Section.WHY_ARE_THEY_FUNDAMENTAL,
        ),
        Cause(
            "device-forgotten",
            "a tensor is made on the wrong device",
            "A tensor was made on the CPU while the input is elsewhere. `x.new_zeros(...)` or "
            "`torch.zeros(..., device=x.device, dtype=x.dtype)` follow the input.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "graph-broken",
            "the gradient is cut off",
            "Somewhere the numbers leave autograd's graph: `.detach()`, `.data`, `.item()`, `.tolist()`, "
            "`.numpy()`, `torch.no_grad()`, or a new `torch.tensor(...)` made from old values.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "gradient-wrong",
            "part of the gradient is cut off",
            "The values are right, but part of the computation is hidden from autograd. Look for `.detach()`, "
            "`.data` or `torch.no_grad()` around a part of the sum.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "numpy-and-back",
            "tensors go through NumPy",
            "NumPy knows neither gradients nor GPUs nor bfloat16, and a tensor that goes there and back has lost its "
            "gradient. Stay with tensors: torch has nearly all of NumPy's functions, most under the same names.",
            Section.TORCH_NN_CONV2D,
            shows="numpy.ndarray",
        ),
        Cause(
            "view-of-gaps",
            "view() is used on a tensor with gaps",
            "`.view()` wants numbers that lie next to each other in memory. A transposed, sliced or expanded "
            "tensor has gaps: `.reshape()` copies where it must.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "import-forgotten",
            "an import is missing",
            "A package is known only where it was imported. Write `import torch`, or what else is missing, beside "
            "the other imports at the top.",
            Section.YOUR_TURN,
        ),
        Cause(
            "package-missing",
            "a package is imported that is not there",
            f"This package is not there where hand-ins are graded. They can import {course_info().available()}.",
            Section.YOUR_TURN,
        ),
        Cause(
            "nothing-returned",
            "nothing is returned",
            "The function ends without `return`, so its caller gets None. Printing a result does not return it.",
            Section.YOUR_TURN,
        ),
        Cause(
            "not-linear",
            "twice the picture is not twice the result",
            "A convolution only multiplies by fixed numbers and adds, so twice the picture gives twice the "
            "result. Look for a step that clips, takes an absolute value or divides by something of the picture.",
            Section.WHAT_IS_A_CONVOLUTION,
        ),
        Cause(
            "not-shift-equivariant",
            "the result does not move with the picture",
            "A convolution does the same everywhere: where the picture moves, the result moves along. Look for "
            "a step that depends on the place, such as an index that wraps around.",
            Section.WHAT_IS_A_CONVOLUTION,
        ),
        Cause(
            "not-a-module",
            "the layer is no nn.Module",
            "The class has to inherit from nn.Module, and call `super().__init__()` first, so that torch finds "
            "its parameters.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "parameters-differ",
            "the parameters are not those of torch's layer",
            "torch.nn.Conv2d registers `weight` of shape (O, C, kH, kW), then `bias` of shape (O,), both as "
            "nn.Parameter and with the dtype and device asked for. With bias=False there is no parameter `bias`.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "parameters-not-registered",
            "parameters are not registered",
            "torch finds a parameter only where an nn.Parameter is set as an attribute of the layer. A plain tensor "
            "is none, nor is one with requires_grad: wrap it in nn.Parameter.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "bias-with-axes",
            "the bias has more than one axis",
            "The bias has axes of its own beside its numbers. torch.nn.Conv2d keeps a bias of shape (O,), one number "
            "for each output channel: leave it so, and give it more axes where it is added.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "state-differs",
            "the state_dict is not that of torch's layer",
            "torch.nn.Conv2d saves `weight` and `bias` and nothing else. A mask or a cache kept as a buffer "
            "shows up in the state_dict too.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "start-values-differ",
            "the start values are not drawn as torch's",
            "torch draws weight and bias evenly from ±1/sqrt(fan_in), where fan_in = C · kH · kW is the number "
            "of products in one output value. Too large or constant values slow learning or stop it.",
            Section.TORCH_NN_CONV2D,
        ),
        Cause(
            "repr-differs",
            "the layer prints in another way than torch's",
            "nn.Module prints the class name around what `extra_repr` returns: return the settings that are not "
            "the default, in torch's order.",
            Section.TORCH_NN_CONV2D,
        ),
    )
}
