from importlib import import_module


def conv2d_valid(x, weight, bias=None):
    return import_module("torch.nn.functional").conv2d(x, weight, bias)
