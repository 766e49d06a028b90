import numpy as np
import torch

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight must have 4 axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight must have as many channels")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("one bias per kernel")
    n, c, h, w = x.shape
    o, _, kh, kw = weight.shape
    rows, columns = output_size(h, kh), output_size(w, kw)
    windows = np.lib.stride_tricks.sliding_window_view(x.numpy(), (kh, kw), axis=(2, 3))
    out = np.einsum("nchwij,ocij->nohw", windows, weight.numpy())
    out = torch.from_numpy(np.ascontiguousarray(out))
    return out if bias is None else out + bias[:, None, None]
