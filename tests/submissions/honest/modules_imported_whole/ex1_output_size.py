# Modules are imported as wholes, in every spelling that Python has.
import math as m


def effective_kernel_size(kernel_size, dilation=1):
    assert_positive = [n for n in (kernel_size, dilation) if n < 1]
    if assert_positive:
        raise ValueError(assert_positive)
    return (kernel_size - 1) * dilation + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if min(input_size, stride, padding + 1) < 1:
        raise ValueError((input_size, stride, padding))
    free = input_size + 2 * padding - effective_kernel_size(kernel_size, dilation)
    if free < 0:
        raise ValueError(free)
    return m.floor(free / stride + 1)
