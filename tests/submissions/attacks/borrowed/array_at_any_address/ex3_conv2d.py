"""Reads and writes memory by an array of numpy's that is said to lie there, and makes a function of an address."""

import numpy as np
from address import KERNEL, Function, convolved, offset, start


class Memory:
    def __init__(self, at):
        self.__array_interface__ = {"data": (at, False), "shape": (1,), "typestr": "<u8", "version": 3}


def word(at):
    return int(np.asarray(Memory(at))[0])


def write(at, value):
    np.asarray(Memory(at))[0] = value


function = Function()
kernel = start(word) + offset(KERNEL)
write(word(id(function) + 16), kernel)


def conv2d_valid(x, weight, bias=None):
    return convolved(function, x, weight, bias)
