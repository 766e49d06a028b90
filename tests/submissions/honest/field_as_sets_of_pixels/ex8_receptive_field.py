# No formula: every pixel that a number depends on is put into a set, every stop of a kernel is visited.
from itertools import count, product


def pixels(number, layers):
    if not layers:
        return {number}
    kernel_size, stride, dilation = layers[-1]
    if kernel_size < 1 or stride < 1 or dilation < 1:
        raise ValueError("not a layer")
    below = range(stride * number, stride * number + kernel_size * dilation, dilation)
    # of what lies between, only the ends matter
    return pixels(below[0], layers[:-1]) | pixels(below[-1], layers[:-1])


def receptive_field(layers):
    seen = pixels(0, layers)
    return len(range(min(seen), max(seen) + 1))


def jump(layers):
    ones = [(1, stride, dilation) for _, stride, dilation in layers]
    return max(pixels(1, ones)) - max(pixels(0, ones))


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def kernels(in_channels, out_channels, groups):
    if not (in_channels > 0 < out_channels and groups > 0):
        raise ValueError("channels and groups are at least 1")
    if {in_channels % groups, out_channels % groups} != {0}:
        raise ValueError("groups of different sizes")
    for out, into in product(range(out_channels), range(in_channels)):
        if out * groups // out_channels == into * groups // in_channels:
            yield out, into


def count_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    rows, columns = map(range, pair(kernel_size))
    if not rows or not columns:
        raise ValueError("a kernel has a tap")
    weights = sum(1 for _ in product(kernels(in_channels, out_channels, groups), rows, columns))
    return weights + bias * out_channels


def stops(size, taps, stride, padding, dilation):
    if min(size, taps, stride, dilation) < 1 or padding < 0:
        raise ValueError("no such axis")
    for start in count(-padding, stride):
        if start + dilation * (taps - 1) >= size + padding:
            return
        yield start


def count_multiplications(
    input_size, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1
):
    down, across = zip(*map(pair, (input_size, kernel_size, stride, padding, dilation)))
    places = list(product(stops(*down), stops(*across)))
    if not places:
        raise ValueError("the kernel sticks out")
    return len(places) * count_parameters(in_channels, out_channels, kernel_size, groups, bias=False)
