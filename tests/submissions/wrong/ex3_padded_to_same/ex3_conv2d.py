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
    # the picture should keep its size
    framed = x.new_zeros(n, c, h + kh - 1, w + kw - 1)
    top, left = (kh - 1) // 2, (kw - 1) // 2
    framed[:, :, top : top + h, left : left + w] = x
    patches = framed.unfold(2, kh, 1).unfold(3, kw, 1)
    out = torch.einsum("nchwij,ocij->nohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]
