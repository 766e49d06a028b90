"""How far off right code is on the device, beside what is allowed."""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from autograder.grading.grade import DEFAULT_SEED
from autograder.paths import SOLUTIONS
from autograder.submissions.submission import read_submission
from exercises.feedback.compare import tolerance
from tests.benchmarks.in_process import imported
from tests.cuda.report import Part
from tests.cuda.trial import Trial
from tests.on_gpu import PATIENT, lost
from tests.parallel import CATALOGUE, COUNTED, MODULES, Task, examine_all

SETTINGS = {True: 1000, False: 200}  # with a GPU, and in a rehearsal
KINDS = ((torch.float32, False), (torch.float32, True), (torch.float64, False))  # dtype, whether TF32 is on
# a function of a file sets it at each call: what a file sets at its top is not for its calls
SET = """

def _setting(function):
    import functools, torch
    @functools.wraps(function)
    def asked(*args, **kwargs):
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = {on}
        return function(*args, **kwargs)
    return asked

"""


@dataclass(frozen=True)
class Setting:
    """One convolution: tensors of float64 on the CPU, and how they are convolved."""

    x: Tensor
    weight: Tensor
    bias: Tensor
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]

    @classmethod
    def drawn(cls, seed: int) -> Setting:
        """One that fits, from a seed."""
        draw, tensors = random.Random(seed), torch.Generator().manual_seed(seed)

        def pair(low: int, high: int) -> tuple[int, int]:
            return draw.randint(low, high), draw.randint(low, high)

        kernel, dilation = pair(1, 5), pair(1, 3)
        effective = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
        # every output sees some of the picture: where none does, nothing is allowed for errors from its numbers
        padding = (draw.randint(0, min(effective[0] - 1, 3)), draw.randint(0, min(effective[1] - 1, 3)))
        height, width = (n + draw.randint(0, 40) for n in effective)
        batch, channels, kernels = draw.randint(1, 4), draw.randint(1, 16), draw.randint(1, 16)
        scale = 10.0 ** draw.randint(-3, 3)
        return cls(
            scale * torch.randn(batch, channels, height, width, generator=tensors, dtype=torch.float64),
            torch.randn(kernels, channels, *kernel, generator=tensors, dtype=torch.float64),
            scale * torch.randn(kernels, generator=tensors, dtype=torch.float64),
            pair(1, 3),
            padding,
            dilation,
        )

    def as_on(self, dtype: torch.dtype, device: str) -> Setting:
        """The same numbers, rounded, on a device."""
        return self._with(lambda tensor: tensor.to(device, dtype))

    def magnitudes(self) -> Setting:
        """The same with all numbers made positive."""
        return self._with(torch.abs)

    def _with(self, change: Callable[[Tensor], Tensor]) -> Setting:
        return replace(self, x=change(self.x), weight=change(self.weight), bias=change(self.bias))


def by_torch(s: Setting) -> Tensor:
    """Torch's own."""
    return functional.conv2d(s.x, s.weight, s.bias, s.stride, s.padding, s.dilation)


def by_matmul(s: Setting) -> Tensor:
    """Patches as columns, and one product."""
    size = _sizes(s)
    columns = functional.unfold(s.x, s.weight.shape[2:], s.dilation, s.padding, s.stride)
    return (s.weight.flatten(1) @ columns + s.bias[:, None]).view(len(s.x), -1, *size)


def by_taps(s: Setting) -> Tensor:
    """Shifted pictures, added up tap by tap."""
    height, width = _sizes(s)
    x = functional.pad(s.x, (s.padding[1], s.padding[1], s.padding[0], s.padding[0]))
    out = s.bias[:, None, None].expand(len(x), -1, height, width).clone()
    for i in range(s.weight.shape[2]):
        for j in range(s.weight.shape[3]):
            top, left = i * s.dilation[0], j * s.dilation[1]
            rows = slice(top, top + s.stride[0] * (height - 1) + 1, s.stride[0])
            columns = slice(left, left + s.stride[1] * (width - 1) + 1, s.stride[1])
            out = out + torch.einsum("nchw,oc->nohw", x[:, :, rows, columns], s.weight[:, :, i, j])
    return out


def by_fft(s: Setting) -> Tensor:
    """A product of spectra."""
    height, width = _sizes(s)
    x = functional.pad(s.x, (s.padding[1], s.padding[1], s.padding[0], s.padding[0]))
    spread = s.weight.new_zeros(*s.weight.shape[:2], *x.shape[2:])
    spread[:, :, : s.dilation[0] * (s.weight.shape[2] - 1) + 1 : s.dilation[0],
           : s.dilation[1] * (s.weight.shape[3] - 1) + 1 : s.dilation[1]] = s.weight  # fmt: skip
    product = torch.einsum("nchw,ochw->nohw", torch.fft.rfft2(x), torch.fft.rfft2(spread).conj())
    whole: Tensor = torch.fft.irfft2(product, s=x.shape[2:])
    return whole[:, :, :: s.stride[0], :: s.stride[1]][:, :, :height, :width] + s.bias[:, None, None]


def tolerances(trial: Trial, part: Part) -> None:
    """Right code in many styles over random settings: its errors in units of what is allowed."""
    solutions: Any = imported(read_submission(SOLUTIONS, MODULES))["ex5_dilation"]

    def by_solutions(s: Setting) -> Tensor:
        answer: Tensor = solutions.conv2d(s.x, s.weight, s.bias, s.stride, s.padding, s.dilation)
        return answer

    codes: Mapping[str, Callable[[Setting], Tensor]] = {
        "torch": by_torch,
        "solutions": by_solutions,
        "matmul": by_matmul,
        "tap by tap": by_taps,
        "FFT": by_fft,
    }
    device = "cuda" if trial.real else "cpu"
    errors: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for seed in range(SETTINGS[trial.real]):
        drawn = Setting.drawn(seed)
        for dtype, on in KINDS:
            # what code is given are rounded numbers, and the right answer is to these
            given = drawn.as_on(dtype, device)
            exact = given.as_on(torch.float64, "cpu")
            with tf32_set(on):
                for name, code in codes.items():
                    for what, ratio in _ratios(code, given, exact):
                        errors[str(dtype).removeprefix("torch."), "on" if on else "off", name, what].append(
                            ratio
                        )
    rows = []
    for key, ratios in errors.items():
        ratios.sort()
        part.must(ratios[-1] <= 1, f"{', '.join(key)}: an error of {ratios[-1]:.2f} times what is allowed")
        few = (statistics.median(ratios), ratios[int(0.99 * len(ratios))], ratios[-1])
        rows.append((*key, *(f"{ratio:.3f}" for ratio in few)))
    part.say(f"Errors over what is allowed, {SETTINGS[trial.real]} random settings, asked on {device}.")
    part.table(("dtype", "TF32", "code", "of", "median", "99 of 100", "largest"), rows)


def _ratios(code: Callable[[Setting], Tensor], given: Setting, exact: Setting) -> Iterator[tuple[str, float]]:
    """Largest errors over tolerances: of the answer, and of the gradient with respect to the weight."""
    found = []
    for setting, function in ((given, code), (exact, by_torch), (exact.magnitudes(), by_torch)):
        weight = setting.weight.clone().requires_grad_()
        answer = function(replace(setting, weight=weight))
        (gradient,) = torch.autograd.grad(answer.sum(), weight)
        found.append((answer.detach().double().cpu(), gradient.double().cpu()))
    for what, got, right, magnitude in zip(("answer", "gradient"), *found, strict=True):
        allowed = tolerance(given.x.dtype, magnitude.max().item(), given.x.device.type)
        yield what, (got - right).abs().max().item() / allowed


def _sizes(s: Setting) -> tuple[int, int]:
    height, width = (
        (n + 2 * p - d * (k - 1) - 1) // step + 1
        for n, k, step, p, d in zip(
            s.x.shape[2:], s.weight.shape[2:], s.stride, s.padding, s.dilation, strict=True
        )
    )
    return height, width


@contextmanager
def tf32_set(on: bool) -> Iterator[None]:
    """Lets CUDA multiply float32 numbers with TF32, or not."""
    settings: Any = torch.backends.cuda.matmul, torch.backends.cudnn
    before = [each.allow_tf32 for each in settings]
    for each in settings:
        each.allow_tf32 = on
    try:
        yield
    finally:
        for each, value in zip(settings, before, strict=True):
            each.allow_tf32 = value


def tf32(trial: Trial, part: Part) -> None:
    """Right hand-ins whose functions turn TF32 on or off get all points."""
    solutions = read_submission(SOLUTIONS, MODULES)
    functions = {e.module: [name for name in e.exports if name[0].islower()] for e in CATALOGUE}
    rows = []
    for on in (True, False):
        modules = {
            module: text
            + SET.replace("{on}", str(on))
            + "\n".join(f"{name} = _setting({name})" for name in functions[module])
            for module, text in solutions.modules.items()
        }
        hand_in = replace(solutions, modules=modules)
        tasks = [Task(hand_in, DEFAULT_SEED, (module,)) for module in COUNTED]
        examined = examine_all(tasks, PATIENT, ("cpu", trial.device))
        results = [result for each in examined for result in each.results]
        losses = lost(results)
        asked = sum(result.device == trial.device for result in results)
        rows.append(("on" if on else "off", asked, len(losses)))
        part.must(asked > 0, "nothing was asked there")
        for line, told in losses.items():
            part.problems.append(f"TF32 {'on' if on else 'off'}: {line} lost points: {told}")
    part.table(("TF32", "cases there", "lines that lost points"), rows)
