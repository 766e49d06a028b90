import sys
import warnings

import torch

from exercises.ex1_output_size import output_size

torch.set_default_dtype(torch.float64)  # for the try below; set back at the end


def progress(iterable):
    """A bar for those who wait."""
    items = list(iterable)
    for done, item in enumerate(items, 1):
        sys.stderr.write(f"\r[{'#' * done}{'.' * (len(items) - done)}]")
        yield item
    sys.stderr.write("\n")


def conv2d_valid(x, weight, bias=None):
    if x.dim() != 4 or weight.dim() != 4 or x.size(1) != weight.size(1):
        warnings.warn(f"strange shapes {x.shape}, {weight.shape}")
        raise ValueError("shapes")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias")
    h, w = output_size(x.size(2), weight.size(2)), output_size(x.size(3), weight.size(3))
    print("x", x.shape, "weight", weight.shape, "->", (h, w))
    out = x.new_zeros((x.size(0), weight.size(0), h, w))
    for i in progress(range(weight.size(2))):
        strip = x[:, :, i : i + h].unfold(3, weight.size(3), 1)
        out = out + torch.einsum("nchwj,ocj->nohw", strip, weight[:, :, i])
    print(out.flatten()[:3].tolist() if out.device.type == "cpu" else "on the GPU")
    return out if bias is None else out + bias.view(-1, 1, 1)


picture = torch.rand(1, 1, 4, 4)
assert conv2d_valid(picture, picture).dtype is torch.float64
torch.set_default_dtype(torch.float32)
