# One tap more, one step more: both functions call themselves. The cache spares the stack.
import sys
from functools import cache

sys.setrecursionlimit(10_000)


@cache
def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size <= 0 or dilation <= 0:
        raise ValueError("kernel_size and dilation are at least 1")
    if kernel_size == 1:
        return 1
    return effective_kernel_size(kernel_size - 1, dilation) + dilation


@cache
def _stops(room, stride):
    return 0 if room < 0 else 1 + _stops(room - stride, stride)


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if input_size <= 0 or stride <= 0 or padding < 0:
        raise ValueError("sizes and strides are at least 1, padding at least 0")
    stops = _stops(input_size + 2 * padding - effective_kernel_size(kernel_size, dilation), stride)
    if not stops:
        raise ValueError("does not fit")
    return stops
