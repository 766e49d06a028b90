"""`--mine`: the student's own conv2d in place of torch's, compared with it and timed beside it."""

from __future__ import annotations

import importlib
import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.feedback import steps
from exercises.playground import Trouble
from exercises.playground.progress import Progress
from exercises.playground.slide import Settings, reach

MODULE = "ex5_dilation"
FILE = f"exercises/{MODULE}.py"
RUNS = 5
ENOUGH = 2.0  # seconds of timing after which there are no more runs
_FILES = {
    "ex1": "ex1_output_size", "ex2": "ex2_padding", "ex3": "ex3_conv2d", "ex4": "ex4_stride", "ex5": MODULE,
}  # fmt: skip


def by_student(x: Tensor, weight: Tensor, settings: Settings) -> tuple[Tensor, list[str]]:
    """What the student's conv2d gives, and what there is to say about it.

    Raises:
        Trouble: if it is not written yet, raises, or gives nothing that can be drawn.
    """
    conv2d = _load()
    right = F.conv2d(x, weight, None, settings.stride, settings.padding, settings.dilation)

    def call(picture: Tensor) -> Any:
        # copies, so that code that writes to its input harms only itself
        return _asked(conv2d, picture.clone(), weight.clone(), settings)

    with Progress("your conv2d", _expected(call, x, weight, settings)):
        own_time, got = _timed(lambda: call(x))
    torch_time, _ = _timed(
        lambda: F.conv2d(
            x.clone(), weight.clone(), None, settings.stride, settings.padding, settings.dilation
        )
    )
    return _drawable(got, right), [_verdict(got, right), _speed(own_time, torch_time)]


def _load() -> Callable[..., Any]:
    try:
        module = importlib.import_module(f"exercises.{MODULE}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a call of exit() as well
        from exercises.console.local import (
            import_failure,
        )  # where hand-ins are graded there are no public checks

        _not_written(error)
        raise Trouble(_one_line(f"--mine: {import_failure(error, MODULE, 'conv2d').headline}")) from None
    conv2d = getattr(module, "conv2d", None)
    if not callable(conv2d):
        raise Trouble(f"--mine: {FILE} has no function conv2d: was it renamed or deleted?")
    return conv2d  # type: ignore[no-any-return]


def _asked(conv2d: Callable[..., Any], x: Tensor, weight: Tensor, settings: Settings) -> Any:
    try:
        return conv2d(x, weight, stride=settings.stride, padding=settings.padding, dilation=settings.dilation)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        from exercises.console.local import own_lines

        _not_written(error)
        told = steps.raised(error)
        trace = own_lines(told.trace)
        place = f"exercises/{trace[-1][0]}, line {trace[-1][1]}" if trace else FILE
        raise Trouble(
            _one_line(f"--mine: your conv2d stopped with {told.kind}: {told.message} ({place})")
        ) from None


def _not_written(error: BaseException) -> None:
    """Raises the line for a stub, if that is what stopped the call."""
    from exercises.feedback.stub import stub_in

    stub = stub_in(str(error)) if isinstance(error, NotImplementedError) else None
    if stub:
        file = f"exercises/{_FILES.get(stub.exercise, stub.exercise)}.py"
        needs = "" if stub.what == "conv2d" else ", and your conv2d calls it"
        raise Trouble(
            f"--mine: {stub.what} in {file} is not written yet{needs}; write it, or leave out --mine"
        ) from None


def _expected(call: Callable[[Tensor], Any], x: Tensor, weight: Tensor, settings: Settings) -> float:
    """Seconds that all runs will take, guessed from a strip of the picture."""
    least = max(1, reach((weight.shape[2], weight.shape[3]), settings.dilation)[0] - 2 * settings.padding[0])
    rows = min(x.shape[2], max(least, x.shape[2] // 50))
    with Progress("trying your conv2d on a strip"):
        start = time.perf_counter()
        call(x[:, :, :rows].contiguous())
        once = (time.perf_counter() - start) * x.shape[2] / rows
    return max(once, min(RUNS * once, ENOUGH))


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """The median of some runs, and what the first of them gave."""
    times: list[float] = []
    result = None
    while len(times) < RUNS and sum(times) < ENOUGH:
        start = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - start)
        result = answer if len(times) == 1 else result
    return statistics.median(times), result


def _drawable(got: Any, right: Tensor) -> Tensor:
    """The student's values, if they can stand in for torch's in the picture."""
    if not isinstance(got, Tensor):
        raise Trouble(f"--mine: your conv2d returned {type(got).__name__}, not a tensor ({FILE})")
    if got.ndim != 4 or got.shape[:2] != right.shape[:2] or 0 in got.shape or got.is_complex():
        raise Trouble(
            f"--mine: your conv2d returned a tensor of shape {tuple(got.shape)}, where torch's has "
            f"{tuple(right.shape)}; that cannot be drawn ({FILE})"
        )
    return got.detach().to("cpu", torch.float32)


def _verdict(got: Any, right: Tensor) -> str:
    if not isinstance(got, Tensor) or got.shape != right.shape or got.is_complex():
        shape = tuple(got.shape) if isinstance(got, Tensor) else type(got).__name__
        return f"yours against torch: the shapes differ, yours is {shape} and torch's {tuple(right.shape)}"
    yours = got.detach().to("cpu", torch.float32)
    error = torch.nan_to_num((yours - right).abs(), nan=math.inf)
    worst = tuple(int(i) for i in torch.unravel_index(error.argmax(), error.shape))
    if torch.allclose(yours, right, rtol=1e-4, atol=1e-5 * max(1.0, float(right.abs().max()))):
        return "yours against torch: the same values"
    return (
        f"yours against torch: the values differ, most at {list(worst)}: yours {float(yours[worst]):.5g}, "
        f"torch's {float(right[worst]):.5g}, difference {float(error[worst]):.3g}; the picture shows yours"
    )


def _speed(own: float, torchs: float) -> str:
    own, torchs = max(own, 1e-9), max(torchs, 1e-9)
    slower = own / torchs
    if slower >= 1:
        ratio = (
            f"yours takes {slower:.0f} times as long"
            if slower >= 10
            else f"yours is {slower:.1f} times slower"
        )
        ratio = f"yours is {slower:.0f} times slower" if slower >= 10 else ratio
    else:
        ratio = f"yours is {1 / slower:.1f} times faster"
    return f"time: yours {_seconds(own)}, torch's {_seconds(torchs)}: {ratio}"


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.3g} ms"


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 400 else text[:397] + "..."
