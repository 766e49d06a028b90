# Talks all the time, on both streams, and sets torch, numpy, warnings and random up to its liking.
import random
import sys
import traceback
import warnings

import numpy as np
import torch

print("exercise 1 \N{GRINNING FACE}", end="\r\n\n", flush=True)
print("warming up" + "." * 5000)
random.seed(0), np.random.seed(0), torch.manual_seed(0)
torch.set_printoptions(precision=2, sci_mode=False, linewidth=200)
torch.set_num_threads(2)
np.seterr(all="raise")
np.set_printoptions(precision=3)
warnings.simplefilter("always")
sys.setrecursionlimit(5000)


def effective_kernel_size(kernel_size, dilation=1):
    print(f"effective_kernel_size({kernel_size=}, {dilation=})")
    if kernel_size < 1 or dilation < 1:
        print("Error: at least 1!", file=sys.stderr)
        raise ValueError("at least 1")
    return (kernel_size - 1) * dilation + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    warnings.warn("I am computing", UserWarning)
    sys.stderr.write("Traceback (most recent call last): just kidding\n")
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError("at least 1")
    try:
        covered = effective_kernel_size(kernel_size, dilation)
    except ValueError as error:
        traceback.print_exc()
        raise ValueError("the kernel makes no sense") from error
    if covered > input_size + 2 * padding:
        raise ValueError("too large")
    return (input_size + 2 * padding - covered) // stride + 1


print(output_size(7, 3), "of", 5, "PASSED [100%]")
