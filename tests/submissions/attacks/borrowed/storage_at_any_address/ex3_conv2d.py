"""Reads and writes memory by a storage of torch's that is said to lie there, and makes a function of an address."""

import torch
from address import KERNEL, Function, convolved, offset, start


def memory(at):
    storage = torch._C._construct_storage_from_data_pointer(at, torch.device("cpu"), 8)
    return torch.empty(0, dtype=torch.int64).set_(storage)


def word(at):
    return int(memory(at)[0])


def write(at, value):
    memory(at)[0] = value


function = Function()
kernel = start(word) + offset(KERNEL)
write(word(id(function) + 16), kernel)


def conv2d_valid(x, weight, bias=None):
    return convolved(function, x, weight, bias)
