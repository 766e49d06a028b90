from itertools import product

import torch

from exercises.ex1_output_size import output_size
from exercises.ex2_padding import pad2d


def both(number):
    return [number] * 2 if isinstance(number, int) else list(number)


def check(x, weight, bias):
    problems = []
    if len(x.shape) != 4 or len(weight.shape) != 4:
        problems.append("four axes are needed")
    elif x.shape[1] != weight.shape[1]:
        problems.append("the kernels have other channels")
    elif bias is not None and bias.shape != (weight.shape[0],):
        problems.append("the bias has another length")
    if problems:
        raise ValueError("; ".join(problems))


def conv2d_fast(x, weight, bias=None, stride=1, padding=0, dilation=1):
    check(x, weight, bias)
    s, p, d = both(stride), both(padding), both(dilation)
    size = [output_size(x.shape[a + 2], weight.shape[a + 2], s[a], p[a], d[a]) for a in range(2)]
    places = size[0] * size[1]
    wide = pad2d(x, padding)
    if bias is None:
        total = x.new_zeros(x.shape[0], weight.shape[0], places)
    else:
        total = bias[None, :, None].expand(x.shape[0], -1, places)
    for tap in product(*map(range, weight.shape[2:])):
        window = [slice(t * d[a], t * d[a] + s[a] * (size[a] - 1) + 1, s[a]) for a, t in enumerate(tap)]
        mixer = weight[:, :, tap[0], tap[1]].unsqueeze(0).expand(x.shape[0], -1, -1)
        total = torch.baddbmm(total, mixer, wide[(..., *window)].flatten(2))
    return total.unflatten(2, size)
