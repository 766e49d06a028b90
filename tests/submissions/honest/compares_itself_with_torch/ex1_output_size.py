# Every file tries itself out while it is imported, and torch's own functions say what is right.
import torch
import torch.nn.functional as F


def effective_kernel_size(kernel_size, dilation=1):
    """
    >>> effective_kernel_size(3, dilation=2)
    5
    """
    if kernel_size < 1 or dilation < 1:
        raise ValueError("at least 1")
    return (kernel_size - 1) * dilation + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    """
    >>> output_size(7, 3, stride=2, padding=1, dilation=2)
    3
    """
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError("at least 1")
    if input_size + 2 * padding < effective_kernel_size(kernel_size, dilation):
        raise ValueError("does not fit")
    return (input_size + 2 * padding - effective_kernel_size(kernel_size, dilation)) // stride + 1


for args in [(7, 3), (9, 2, 3), (8, 3, 2, 1), (9, 2, 1, 0, 3)]:
    i, k, s, p, d = (*args, 1, 1, 0, 1)[: len(args)] + (1, 1, 1, 0, 1)[len(args) :]
    expected = F.conv1d(torch.zeros(1, 1, i), torch.zeros(1, 1, k), None, s, p, d).shape[-1]
    assert output_size(i, k, s, p, d) == expected, args

import doctest, sys

print(doctest.testmod(sys.modules[__name__]))
