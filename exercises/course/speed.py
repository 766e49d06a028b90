"""About how long the hidden check of a large layer takes with your code, found out on smaller ones.

Nobody has to wait for slow code: a layer is tried only if it can be done soon, by what a smaller one took.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import torch

from exercises.console.local import LocalStudent
from exercises.course.large_layer import LARGE, Layer
from exercises.feedback.calls import Sample
from exercises.feedback.catalogue import course_info
from exercises.feedback.script import Step

CALL_SECONDS = course_info().call_seconds
SOON = 1.0  # seconds
TICK = 1e-4  # shorter times may be told as nothing
# The first three grow in all sizes at once, towards the real ones. The last three have pictures and kernels as
# large as those: the gradient through a slice is as large as what was sliced, however small the slice.
SMALLER = (
    Layer(batch=1, channels=4, side=5, kernels=2, kernel=2),
    Layer(batch=1, channels=10, side=7, kernels=3, kernel=3),
    Layer(batch=2, channels=24, side=10, kernels=5, kernel=4),
    ONE_PICTURE := replace(LARGE, batch=1, kernels=1),
    ONE_KERNEL := replace(LARGE, kernels=1),
    TWO_KERNELS := replace(LARGE, kernels=2),
)


def remark(student: LocalStudent) -> str:
    """A sentence about the time limit, or nothing where there is no need for one.

    Args:
        student: whose conv2d_valid gives the right values and gradients.
    """
    seconds = estimate(lambda layer: measured(student, layer))
    if seconds <= CALL_SECONDS / 2:
        return ""
    advice = (
        "Only this check asks for speed, with all others plain loops are fast enough."
        if seconds > CALL_SECONDS
        else "The computer that grades may be slower than this one."
    )
    return (
        f"The hidden check of a large layer takes {in_words(seconds)} with your code; "
        f"{CALL_SECONDS:g} s are allowed. {advice}"
    )


def in_words(seconds: float) -> str:
    """Roughly, as the estimate is: "7 s", "40 s", "20 min", "more than an hour"."""
    if seconds >= 3600:
        return "more than an hour"
    number, unit = (seconds / 60, "min") if seconds >= 100 else (seconds, "s")
    return f"about {float(f'{number:.1g}'):g} {unit}"


def measured(student: LocalStudent, layer: Layer) -> float:
    """The seconds that a layer takes with its gradients, on one thread as where it is graded.

    Raises:
        CheckFailure: if the student's module cannot be imported.
    """
    tensors = tuple(Sample(shape, seed).tensor() for seed, shape in enumerate(layer.shapes, 37))
    out = layer.side - layer.kernel + 1
    wrt = (0, 1, 2)
    steps: list[Step] = [
        {"do": "call", "name": "conv2d_valid", "args": tensors, "wrt": wrt},
        {"do": "vjp", "cotangent": torch.ones(layer.batch, layer.kernels, out, out), "wrt": wrt},
    ]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        # the processor's time: whatever else the computer has to do makes no code slow
        start = time.process_time()
        student.run(steps)
        return max(time.process_time() - start, TICK)
    finally:
        torch.set_num_threads(threads)


def estimate(measure: Callable[[Layer], float]) -> float:
    """About how many seconds the large layer takes.

    Args:
        measure: gives the seconds that a smaller one takes.
    """
    # all kernels at once take no longer than one by one; each picture too, but its gradient lies in all pictures
    at_worst = {ONE_PICTURE: LARGE.kernels * LARGE.batch**2, ONE_KERNEL: LARGE.kernels}
    tried: list[tuple[Layer, float]] = []
    for layer in SMALLER:
        if tried and tried[-1][1] * layer.products / tried[-1][0].products > SOON:
            break
        tried.append((layer, measure(layer)))
        if tried[-1][1] * at_worst.get(layer, math.inf) <= CALL_SECONDS / 2:
            break
    (before, shorter), (last, seconds) = tried[-2:] if len(tried) > 1 else tried * 2
    if last == TWO_KERNELS:
        return seconds + (LARGE.kernels - 2) * max(seconds - shorter, 0.0)
    # seconds grow as some power of the products: as the products themselves in loops over single numbers
    power = 1.0
    if last not in (before, ONE_PICTURE, ONE_KERNEL):
        power = math.log(seconds / shorter) / math.log(last.products / before.products)
    return seconds * math.pow(LARGE.products / last.products, min(max(power, 0.0), 1.0))
