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
    patches = x.unfold(2, kh, 1).unfold(3, kw, 1)
    inner = torch.einsum("nchwij,ocij->nohw", patches, weight)
    if bias is not None:
        inner = inner + bias[:, None, None]
    # as large as the picture; at the border there is no result
    out = x.new_zeros(n, o, h, w)
    top, left = (h - rows) // 2, (w - columns) // 2
    out[:, :, top : top + rows, left : left + columns] = inner
    return out
