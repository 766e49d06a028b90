from torch import *
from torch.linalg import *
from exercises.ex1_output_size import *


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4 or x.size(1) != weight.size(1):
        raise ValueError("not for each other")
    n, o = x.size(0), weight.size(0)
    h, w = output_size(x.size(2), weight.size(2)), output_size(x.size(3), weight.size(3))
    patches = x.unfold(2, weight.size(2), 1).unfold(3, weight.size(3), 1)
    y = multi_dot([weight.flatten(1), patches.permute(1, 4, 5, 0, 2, 3).flatten(3).flatten(0, 2)])
    y = y.view(o, n, h, w).swapaxes(0, 1)
    if bias is None:
        return y
    if bias.shape != (o,):
        raise ValueError("bias")
    return add(y, bias.view(o, 1, 1))
