# The size of what numpy makes of the axis; floor and fractions for the rest.
import math
from fractions import Fraction

import numpy as np


def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError("kernel_size and dilation must be positive")
    return int(np.ptp(np.arange(kernel_size) * dilation)) + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError("sizes must be positive")
    axis = np.pad(np.ones(input_size), padding)
    reach = effective_kernel_size(kernel_size, dilation)
    if reach > axis.size:
        raise ValueError(f"a kernel of {reach} does not fit into {axis.size}")
    places = np.lib.stride_tricks.sliding_window_view(axis, reach)[::stride]
    assert math.floor(Fraction(axis.size - reach, stride)) + 1 == len(places)
    return len(places)
