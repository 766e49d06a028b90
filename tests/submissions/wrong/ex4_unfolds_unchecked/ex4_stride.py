import torch


def conv2d_strided(x, weight, bias=None, stride=1):
    sh, sw = stride if isinstance(stride, tuple) else (stride, stride)
    patches = x.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("nchwij,ocij->nohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]
