import torch

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("4 dimensions, please")
    n, c, h, w = x.shape
    o, ci, kh, kw = weight.shape
    if c != ci or (bias is not None and bias.shape != (o,)):
        raise ValueError("channels do not match")
    out = x.new_zeros(n, o, output_size(h, kh), output_size(w, kw))
    for picture in range(n):
        patches = x[picture].unfold(1, kh, 1).unfold(2, kw, 1)
        out[picture] = torch.einsum("chwij,ocij->ohw", patches, weight)
        if bias is not None:
            out[picture] += bias[:, None, None]
        return out
