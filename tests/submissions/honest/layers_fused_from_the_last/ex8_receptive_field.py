# Two layers in a row are one wider layer, so all of them are folded into one, beginning at the end.
from dataclasses import dataclass
from functools import reduce
from operator import mul


@dataclass(frozen=True)
class Fused:
    reach: int = 1
    stride: int = 1

    def __post_init__(self):
        if self.reach < 1 or self.stride < 1:
            raise ValueError(f"impossible: {self}")

    def after(self, earlier: "Fused") -> "Fused":
        return Fused(earlier.reach + earlier.stride * (self.reach - 1), earlier.stride * self.stride)


def fused(layers):
    for _, _, dilation in layers:
        if dilation < 1:
            raise ValueError(f"dilation {dilation}")
    singles = [Fused(kernel + (kernel - 1) * (dilation - 1), stride) for kernel, stride, dilation in layers]
    return reduce(Fused.after, reversed(singles), Fused())


def jump(layers):
    return fused(layers).stride


def receptive_field(layers):
    return fused(layers).reach


class Sizes(tuple):
    def __new__(cls, value, least=1):
        made = super().__new__(cls, value if isinstance(value, (tuple, list)) else (value,) * 2)
        if any(each < least for each in made):
            raise ValueError(f"{value} is less than {least}")
        return made

    @property
    def product(self):
        return reduce(mul, self)


def count_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    _, channels = Sizes(groups), Sizes((in_channels, out_channels))
    left_over = [channel % groups for channel in channels]
    if left_over != [0, 0]:
        raise ValueError(f"left over: {left_over}")
    # a network of `groups` small layers side by side
    per_group = (channels.product // groups**2) * Sizes(kernel_size).product
    return groups * per_group + (out_channels if bias is True else 0)


def count_multiplications(
    input_size, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1
):
    places = 1
    for size, taps, step, zeros, spacing in zip(
        Sizes(input_size), Sizes(kernel_size), Sizes(stride), Sizes(padding, least=0), Sizes(dilation)
    ):
        room = size + 2 * zeros - fused([(taps, step, spacing)]).reach
        if room < 0:
            raise ValueError("too little room")
        places *= -(-(room + 1) // step)
    return places * count_parameters(in_channels, out_channels, kernel_size, groups, bias=False)
