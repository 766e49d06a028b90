"""Calls a kernel where it stands: a union of ctypes reads memory and calls addresses, by no name that is gone."""

from address import KERNEL, Place, convolved, offset, start

kernel = start() + offset(KERNEL)


def conv2d_valid(x, weight, bias=None):
    return convolved(Place(kernel).call, x, weight, bias)
