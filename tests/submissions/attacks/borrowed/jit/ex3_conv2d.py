import torch


@torch.jit.script
def product(x, weight):
    return torch.conv2d(x, weight)


def conv2d_valid(x, weight, bias=None):
    return product(x, weight)
