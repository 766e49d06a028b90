import torch

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight do not fit")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias does not fit")
    kh, kw = weight.shape[-2:]
    oh, ow = output_size(x.shape[-2], kh), output_size(x.shape[-1], kw)
    out = torch.zeros(x.shape[0], weight.shape[0], oh, ow, dtype=x.dtype)
    for i in range(kh):
        rows = x[:, :, i : i + oh].unfold(3, kw, 1)
        out = out + torch.einsum("nchwj,ocj->nohw", rows, weight[:, :, i])
    return out if bias is None else out + bias[:, None, None]
