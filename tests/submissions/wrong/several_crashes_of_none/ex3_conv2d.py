import torch

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("these shapes do not go together")
    o, c, kh, kw = weight.shape
    size = output_size(x.shape[2], kh), output_size(x.shape[3], kw)
    if bias is not None and bias.shape != (o,):
        raise ValueError("one number for each output channel")
    out = x.new_zeros(x.shape[0], o, *size)
    for i in range(kh):
        for j in range(kw):
            part = x[:, :, i : i + size[0], j : j + size[1]]
            out = out + torch.einsum("nchw,oc->nohw", part, weight[:, :, i, j])
    return out + bias.view(1, o, 1, 1)
