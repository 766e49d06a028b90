# Each picture of the batch in a thread of its own.
from concurrent.futures import ThreadPoolExecutor

import torch


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")

    def one(picture):
        patches = picture.unfold(1, weight.shape[2], 1).unfold(2, weight.shape[3], 1)
        return torch.einsum("chwij,ocij->ohw", patches, weight)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(one, x))
    shape = (len(x), len(weight), x.shape[2] - weight.shape[2] + 1, x.shape[3] - weight.shape[3] + 1)
    out = torch.stack(done) if done else x.new_zeros(shape)
    return out if bias is None else out + bias[:, None, None]
