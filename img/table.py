"""What the animations show: one table of parameters, and the sums that come from it.

The sums are plain loops over plain lists, written as the tutorial explains them. They use no library, so that
the tests can compare them with torch and the comparison means something.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Grid = list[list[int]]


def grid(text: str) -> Grid:
    """Read a grid of numbers: `"1 2; 3 4"` is `[[1, 2], [3, 4]]`."""
    rows = [[int(number) for number in row.split()] for row in text.split(";")]
    if len({len(row) for row in rows}) != 1:
        raise ValueError(f"all rows must have the same length: {text!r}")
    return rows


GX: Grid = grid("-1 0 1; -2 0 2; -1 0 1")
GY: Grid = grid("-1 -2 -1; 0 0 0; 1 2 1")


def turned(kernel: Grid) -> Grid:
    """Turn a kernel by 180 degrees."""
    return [row[::-1] for row in kernel[::-1]]


def size(grid: Grid) -> tuple[int, int]:
    """Height and width."""
    return len(grid), len(grid[0])


@dataclass(frozen=True)
class Animation:
    """One row of the table. Image and kernel have one grid for each channel, `;` ends a row."""

    title: str
    says: str  # what moves, for people who do not see it: this is the alt text
    image: tuple[str, ...]
    kernel: tuple[str, ...]
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    transposed: bool = False
    compares: bool = False  # two kernels: as it is, and turned by 180 degrees
    # Say how often the kernel fits, and not the formula: exercise 1 asks for it, and most animations come before.
    counted: bool = False
    names: tuple[str, str] = ("input", "output")
    slides: str = "kernel"  # what slides over the input

    @property
    def images(self) -> list[Grid]:
        return [grid(text) for text in self.image]

    @property
    def kernels(self) -> list[Grid]:
        return [grid(text) for text in self.kernel]

    @property
    def output_size(self) -> tuple[int, int]:
        """Height and width of the output, by the size formula."""
        sizes = zip(size(self.images[0]), size(self.kernels[0]), strict=True)
        height, width = (self._axis(i, k) for i, k in sizes)
        return height, width

    def _axis(self, i: int, k: int) -> int:
        if self.transposed:
            return (i - 1) * self.stride - 2 * self.padding + self.dilation * (k - 1) + 1
        return (i + 2 * self.padding - self.dilation * (k - 1) - 1) // self.stride + 1

    @property
    def size_text(self) -> str:
        """How the size of the output comes about: counted, or by the formula."""
        if not self.counted:
            return self.formula
        height, width = self.output_size
        return f"The {self.slides} has {height} places from top to bottom and {width} from left to right."

    @property
    def formula(self) -> str:
        """The size formula with the numbers put in; one axis if both are the same."""
        axes = dict.fromkeys(zip(size(self.images[0]), size(self.kernels[0]), strict=True))
        names = ("size",) if len(axes) == 1 else ("height", "width")
        p, s, d = self.padding, self.stride, self.dilation
        texts = []
        for name, (i, k) in zip(names, axes, strict=True):
            if self.transposed:
                text = f"({i} - 1)·{s} - 2·{p} + {d}·({k} - 1) + 1"
            else:
                text = f"floor(({i} + 2·{p} - {d}·({k} - 1) - 1) / {s}) + 1"
            texts.append(f"output {name}: {text} = {self._axis(i, k)}")
        return "\n".join(texts)


@dataclass(frozen=True)
class Step:
    """One frame: where the output cell is and how its number comes about. One grid for each channel."""

    row: int
    col: int
    patch: list[Grid]
    products: list[Grid]
    sum: int
    cells: list[list[tuple[int, int]]] = field(repr=False)  # where the patch lies on the ground


@dataclass(frozen=True)
class Sweep:
    """A kernel on its way over the input."""

    ground: list[Grid]  # what the kernel slides over: the input, and the zeros around and between
    real: list[list[bool]]  # which of these cells are input, and not zeros put there
    kernels: list[Grid]  # as they are laid down
    name: str
    steps: list[Step]


def _ground(animation: Animation) -> tuple[list[Grid], list[list[bool]]]:
    """Put the zeros around the input and, for a transposed convolution, between its cells."""
    height, width = size(animation.images[0])
    k_height, k_width = size(animation.kernels[0])
    if animation.transposed:
        # Going backwards, what was a stride is now a gap, and the kernel may stick out as far as it can.
        gap = animation.stride
        top = animation.dilation * (k_height - 1) - animation.padding
        left = animation.dilation * (k_width - 1) - animation.padding
    else:
        gap, top, left = 1, animation.padding, animation.padding
    rows, cols = (height - 1) * gap + 1 + 2 * top, (width - 1) * gap + 1 + 2 * left
    grounds = [[[0] * cols for _ in range(rows)] for _ in animation.images]
    real = [[False] * cols for _ in range(rows)]
    for y in range(height):
        for x in range(width):
            real[top + y * gap][left + x * gap] = True
            for ground, image in zip(grounds, animation.images, strict=True):
                ground[top + y * gap][left + x * gap] = image[y][x]
    return grounds, real


def sweep(animation: Animation, flipped: bool = False) -> Sweep:
    """Slide the kernel over the input and write down every sum.

    A transposed convolution, seen from its output, is a convolution with the kernel turned by 180 degrees.
    """
    grounds, real = _ground(animation)
    turn = flipped or animation.transposed
    kernels = [turned(kernel) if turn else kernel for kernel in animation.kernels]
    k_height, k_width = size(kernels[0])
    stride = 1 if animation.transposed else animation.stride
    height, width = animation.output_size
    steps = []
    for row in range(height):
        for col in range(width):
            ys = [row * stride + n * animation.dilation for n in range(k_height)]
            xs = [col * stride + n * animation.dilation for n in range(k_width)]
            cells = [[(y, x) for x in xs] for y in ys]
            patch = [[[ground[y][x] for y, x in line] for line in cells] for ground in grounds]
            products = [
                [[a * b for a, b in zip(*lines, strict=True)] for lines in zip(values, kernel, strict=True)]
                for values, kernel in zip(patch, kernels, strict=True)
            ]
            total = sum(sum(sum(line) for line in values) for values in products)
            steps.append(Step(row, col, patch, products, total, cells))
    name = "kernel, turned by 180°" if turn else "kernel as it is" if animation.compares else animation.slides
    return Sweep(grounds, real, kernels, name, steps)


def sweeps(name: str) -> list[Sweep]:
    """All that the animation of this name shows: one sweep, or two if it compares."""
    animation = ANIMATIONS[name]
    both = [sweep(animation)]
    if animation.compares:
        both.append(sweep(animation, flipped=True))
    return both


# Small numbers, so that every sum can be done in the head; no two rows or columns of a kernel are alike, so
# that a kernel laid down the wrong way round gives other numbers.
FIVE = "1 0 2 3 1; 2 1 0 1 0; 0 3 1 2 1; 1 2 0 0 3; 2 0 1 1 2"
SEVEN = (
    "1 0 2 1 0 3 1; 0 2 1 0 1 0 2; 3 1 0 2 0 1 0; 1 0 1 3 2 0 1;"
    "0 2 0 1 0 1 3; 2 0 1 0 3 0 1; 1 3 0 2 1 0 2"
)  # fmt: skip
KERNEL = "1 0 2; 0 1 0; -1 2 0"

ANIMATIONS: dict[str, Animation] = {
    "no_padding_no_strides": Animation(
        title="No padding, stride 1",
        says="A 3 by 3 kernel slides over a blue 5 by 5 input, one cell at a time, row by row. At each of its 9 "
        "places the nine products are added and fill one cell of the cyan 3 by 3 output.",
        image=(FIVE,),
        kernel=(KERNEL,),
        counted=True,
    ),
    "same_padding_no_strides": Animation(
        title="Same padding, stride 1",
        says="A ring of zeros lies around a blue 5 by 5 input. A 3 by 3 kernel slides over both, one cell at a "
        "time, and stops at 25 places, so the cyan output is 5 by 5, the same size as the input.",
        image=(FIVE,),
        kernel=(KERNEL,),
        padding=1,
        counted=True,
    ),
    "padding_strides": Animation(
        title="Padding 1, stride 2",
        says="A ring of zeros lies around a blue 5 by 5 input. A 3 by 3 kernel jumps two cells at a time, to the "
        "right and down, stops at 9 places and fills a cyan 3 by 3 output.",
        image=(FIVE,),
        kernel=(KERNEL,),
        stride=2,
        padding=1,
        counted=True,
    ),
    "dilation": Animation(
        title="Dilation 2",
        says="The nine weights of a 3 by 3 kernel lie on every other cell of a blue 7 by 7 input, so that they "
        "span 5 by 5 cells with gaps between. They slide one cell at a time and fill a cyan 3 by 3 output.",
        image=(SEVEN,),
        kernel=(KERNEL,),
        dilation=2,
        counted=True,
    ),
    "no_padding_strides": Animation(
        title="No padding, stride 2",
        says="A 3 by 3 kernel jumps two cells at a time over a blue 7 by 7 input, to the right and down, stops at "
        "9 places and fills a cyan 3 by 3 output.",
        image=(SEVEN,),
        kernel=(KERNEL,),
        stride=2,
    ),
    "full_padding": Animation(
        title="Full padding, stride 1",
        says="Two rings of zeros lie around a blue 3 by 3 input. A 3 by 3 kernel starts where only its last "
        "weight touches the input, slides one cell at a time over 25 places, and fills a cyan 5 by 5 output, "
        "larger than the input.",
        image=("1 0 2; 3 1 0; 0 2 1",),
        kernel=(KERNEL,),
        padding=2,
    ),
    "rectangular_kernel": Animation(
        title="A kernel that is not square",
        says="A kernel of 2 rows and 3 columns slides over a blue input of 5 rows and 6 columns, one cell at a "
        "time. It fits in 4 places down and 4 across and fills a cyan 4 by 4 output.",
        image=("1 0 2 3 1 0; 2 1 0 1 0 2; 0 3 1 2 1 1; 1 2 0 0 3 0; 2 0 1 1 2 1",),
        kernel=("1 0 2; -1 2 1",),
        counted=True,
    ),
    "channels": Animation(
        title="Three input channels, one output channel",
        says="Three blue 4 by 5 inputs, one for each channel, lie side by side, each above its own 3 by 3 kernel. "
        "The three kernels slide together; at each of 6 places the sums of the three channels are added and fill "
        "one cell of a single cyan 2 by 3 output.",
        image=(
            "1 0 2 3 1; 2 1 0 1 0; 0 3 1 2 1; 1 2 0 0 3",
            "0 2 1 0 1; 1 0 3 1 2; 2 1 0 0 1; 0 1 2 1 0",
            "2 1 0 1 0; 0 1 1 2 3; 1 0 2 1 0; 3 0 1 0 1",
        ),
        kernel=("1 0 2; 0 1 0; -1 2 0", "0 1 0; 1 -2 1; 0 1 1", "2 0 1; 0 0 -1; 1 1 0"),
        counted=True,
    ),
    "no_padding_strides_transposed": Animation(
        title="Transposed: no padding, stride 2",
        says="The cells of a blue 2 by 2 input are moved apart by a zero, and two rings of zeros are put around. "
        "A 3 by 3 kernel, turned by 180 degrees, slides over it one cell at a time and fills a cyan 5 by 5 "
        "output: the way back from the small grid to the large one.",
        image=("1 2; 3 -1",),
        kernel=(KERNEL,),
        stride=2,
        transposed=True,
    ),
    "gradient": Animation(
        title="Backwards: the gradient of a convolution",
        says="A ring of zeros lies around a blue 2 by 2 gradient that arrives at the output. The 2 by 2 kernel, "
        "turned by 180 degrees, slides over both, one cell at a time, and fills the cyan gradient of the input, "
        "3 by 3 numbers. The corner gets one product, the centre gets four.",
        image=("1 -1; 2 3",),
        kernel=("1 2; 3 4",),
        transposed=True,
        names=("gradient at the output", "gradient at the input"),
        counted=True,
    ),
    "weight_gradient": Animation(
        title="Backwards: the gradient of the weights, stride 2",
        says="A 2 by 2 gradient that arrives at the output lies on a blue 5 by 5 input. Its four numbers are two "
        "cells apart, since the kernel had moved in steps of 2. They slide one cell at a time and fill the cyan "
        "gradient of the weights, 3 by 3 numbers: one for each tap of the kernel.",
        image=(FIVE,),
        kernel=("1 -1; 2 3",),
        dilation=2,
        names=("input", "gradient of the weights"),
        slides="gradient at the output",
        counted=True,
    ),
    "flipped": Animation(
        title="The kernel as it is, and turned by 180°",
        says="Two 3 by 3 kernels, one the other turned by 180 degrees, slide together over a blue 5 by 5 input. "
        "Each fills its own cyan 3 by 3 output with the sums from the same patch, and the numbers differ: above "
        "is cross-correlation, what deep learning calls convolution; below is the mathematicians' convolution.",
        image=(FIVE,),
        kernel=(KERNEL,),
        compares=True,
        counted=True,
    ),
}  # fmt: skip
