# Decorators check the arguments; the functions are left with the formula. They live in checks.py.
import functools

from checks import at_least, deprecated, timed


@functools.lru_cache
@at_least(1, "kernel_size", "dilation")
def effective_kernel_size(kernel_size, dilation=1):
    return dilation * (kernel_size - 1) + 1


@timed
@deprecated
@at_least(1, "input_size", "kernel_size", "stride", "dilation")
@at_least(0, "padding")
def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    moves, _ = divmod(input_size + 2 * padding - effective_kernel_size(kernel_size, dilation), stride)
    if moves < 0:
        raise ValueError("the kernel does not fit")
    return moves + 1
