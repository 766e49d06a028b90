import torch

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.dim() != 4 or weight.dim() != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight do not match")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias and weight do not match")
    k = weight.shape[3]
    size = output_size(x.shape[3], k)
    out = 0
    for i in range(k):
        for j in range(k):
            out = out + torch.einsum("nchw,oc->nohw", x[:, :, i : i + size, j : j + size], weight[:, :, i, j])
    if bias is not None:
        out = out + bias.view(1, -1, 1, 1)
    return out
