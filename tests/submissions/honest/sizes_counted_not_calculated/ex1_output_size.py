# No formula: lay the kernel down, move it on, count.
import itertools


def effective_kernel_size(taps: int, spacing: int = 1) -> int:
    if min(taps, spacing) < 1:
        raise ValueError("there is no such kernel")
    squares = ["tap"]
    while squares.count("tap") < taps:
        squares += ["gap"] * (spacing - 1) + ["tap"]
    return len(squares)


def output_size(length: int, taps: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    if length < 1 or stride < 1 or padding < 0:
        raise ValueError("there is no such picture")
    reach = effective_kernel_size(taps, dilation)
    stops = 0
    for start in itertools.count(0, stride):
        if start + reach > padding + length + padding:
            break
        stops += 1
    if stops == 0:
        raise ValueError("the kernel does not fit")
    return stops
