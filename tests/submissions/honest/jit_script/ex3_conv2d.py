# The loops are compiled by torch.jit.script, types and all; the checks stay in Python, since TorchScript makes
# an error of its own out of every exception.
from typing import Optional

import torch
from torch import Tensor


@torch.jit.script
def correlate(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    height, width = x.size(2) - weight.size(2) + 1, x.size(3) - weight.size(3) + 1
    out = torch.zeros([x.size(0), weight.size(0), height, width], dtype=x.dtype, device=x.device)
    for i in range(weight.size(2)):
        for j in range(weight.size(3)):
            out = out + torch.einsum("nchw,oc->nohw", x[:, :, i : i + height, j : j + width], weight[:, :, i, j])
    if bias is not None:
        out = out + bias.view(-1, 1, 1)
    return out


def conv2d_valid(x: Tensor, weight: Tensor, bias: Optional[Tensor] = None) -> Tensor:
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight have four axes")
    if x.size(1) != weight.size(1) or x.size(2) < weight.size(2) or x.size(3) < weight.size(3):
        raise ValueError("x and weight do not go together")
    if bias is not None and list(bias.shape) != [weight.size(0)]:
        raise ValueError("one bias for each kernel")
    return correlate(x, weight, bias)
