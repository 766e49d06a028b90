import os

from attempt import attempt


def many():
    for _ in range(100_000):
        os.open("/dev/null", os.O_RDONLY)
    return "a hundred thousand"


def conv2d_valid(x, weight, bias=None):
    attempt("descriptors", many)
    return None
