import torch

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.dim() != 4 or weight.dim() != 4 or x.size(1) != weight.size(1):
        raise ValueError("wrong shapes")
    if bias is not None and bias.shape != (weight.size(0),):
        raise ValueError("wrong bias")
    kh, kw = weight.shape[2:]
    output_size(x.size(2), kh), output_size(x.size(3), kw)
    windows = x[:, 0].unfold(1, kh, 1).unfold(2, kw, 1)
    out = torch.einsum("nhwij,oij->nohw", windows, weight[:, 0])
    return out if bias is None else out + bias.reshape(-1, 1, 1)
