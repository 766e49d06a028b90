"""The kernels of the playground, and those that a user types."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import torch
from torch import Tensor

from exercises.playground import Trouble

# two kernels each: the strength of an edge is the length of (slope to the right, slope downwards)
MAGNITUDES = ("sobel", "prewitt")
SIZED = {"box": 5, "gaussian": 7, "random": 3}  # kernels that come in sizes, with the size to begin with
FIXED: dict[str, list[list[list[float]]]] = {
    "sobel-x": [[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]],
    "sobel-y": [[[-1, -2, -1], [0, 0, 0], [1, 2, 1]]],
    "sobel": [[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]],
    "prewitt": [[[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]],
    "laplacian": [[[0, 1, 0], [1, -4, 1], [0, 1, 0]]],
    "sharpen": [[[0, -1, 0], [-1, 5, -1], [0, -1, 0]]],
    "emboss": [[[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]],
    "identity": [[[0, 0, 0], [0, 1, 0], [0, 0, 0]]],
}
NAMES = (
    "sobel-x", "sobel-y", "sobel", "prewitt", "laplacian", "box",
    "gaussian", "sharpen", "emboss", "identity", "random",
)  # fmt: skip
MAX_SIZE = 1001  # a limit for what is typed by mistake, not for what fits


@dataclass(frozen=True)
class Kernel:
    """One kernel, or two whose results make a length; `weights` has the shape (1 or 2, kH, kW)."""

    name: str
    weights: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.weights.shape[1], self.weights.shape[2]

    @property
    def keeps_brightness(self) -> bool:
        """Whether the weights add up to 1, so that a picture comes out as a picture."""
        return len(self.weights) == 1 and abs(float(self.weights.sum()) - 1) < 1e-4

    @property
    def text(self) -> str:
        """The weights as `--weights` takes them."""
        rows = ["  ".join(f"{v:.4g}" for v in row).replace("  ", " ") for row in self.weights[0].tolist()]
        return "; ".join(rows)


def named(name: str, size: tuple[int, int] | None) -> Kernel:
    """A kernel of the list.

    Raises:
        Trouble: if a size is asked of a kernel that has only one, or a size makes no sense.
    """
    if name in FIXED:
        if size is not None:
            sized = ", ".join(SIZED)
            raise Trouble(f"--size goes with {sized}; the kernel {name} is always 3 x 3")
        return Kernel(name, torch.tensor(FIXED[name], dtype=torch.float32))
    height, width = size or (SIZED[name], SIZED[name])
    if max(height, width) > MAX_SIZE:
        raise Trouble(f"--size is at most {MAX_SIZE}, but got {max(height, width)}")
    if name == "box":
        weights = torch.full((height, width), 1 / (height * width), dtype=torch.float64)
    elif name == "gaussian":
        weights = _bell(height)[:, None] * _bell(width)
    else:
        # drawn as torch.nn.Conv2d draws its weights, and rounded so that --weights can give them again
        reach = 1 / math.sqrt(height * width)
        weights = (torch.rand(height, width, dtype=torch.float64) * 2 - 1) * reach
        weights = weights.mul(1000).round().div(1000)
    return Kernel(name, weights.float()[None])


def _bell(size: int) -> Tensor:
    """Gauss's curve, cut where it is down to a twentieth, with the sum 1."""
    place = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    curve = torch.exp(-(place**2) / (2 * (size / 5) ** 2))
    return curve / curve.sum()


def typed(text: str) -> Kernel:
    """The kernel of `--weights`: rows parted by `;`, numbers by spaces or commas, fractions such as 1/9.

    Raises:
        Trouble: if that is not what the text is.
    """
    # pages on the web write the minus sign as a character of its own
    rows = re.split(r"[;\n]", text.replace("−", "-").strip().strip(";"))
    numbers = [[_number(word) for word in row.replace(",", " ").split()] for row in rows]
    first = len(numbers[0])
    for place, row in enumerate(numbers, start=1):
        if not row:
            raise Trouble(f'row {place} of --weights is empty; write for example --weights "1 0 -1; 2 0 -2"')
        if len(row) != first:
            raise Trouble(
                f"the rows of --weights must be equally long, but row 1 has {first} "
                f"and row {place} has {len(row)} numbers"
            )
    return Kernel("your weights", torch.tensor([numbers], dtype=torch.float32))


def _number(word: str) -> float:
    above, stroke, below = word.partition("/")
    try:
        value = float(above) / float(below) if stroke else float(above)
    except (ValueError, ZeroDivisionError):
        raise Trouble(f"--weights takes numbers, but {word!r} is none") from None
    if not math.isfinite(value) or abs(value) > 1e6:
        raise Trouble(f"--weights takes numbers from -1000000 to 1000000, but got {word!r}")
    return value


def pair(option: str, text: str, least: int) -> tuple[int, int]:
    """An int for both axes, or `vertical,horizontal`.

    Raises:
        Trouble: if the text is neither, or a number is less than `least`.
    """
    words = text.replace(",", " ").replace("−", "-").split()
    try:
        numbers = [int(word) for word in words]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2):
        raise Trouble(
            f"{option} takes a whole number such as 2, or two for height and width such as 2,1, but got {text!r}"
        )
    if min(numbers) < least:
        raise Trouble(f"{option} must be at least {least}, but got {text!r}")
    return numbers[0], numbers[-1]
