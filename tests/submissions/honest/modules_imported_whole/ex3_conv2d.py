import torch

import exercises
import exercises.ex1_output_size


def conv2d_valid(x, weight, bias=None):
    if (x.dim(), weight.dim()) != (4, 4):
        raise ValueError("dim")
    if x.size(1) != weight.size(1) or bias is not None and tuple(bias.size()) != (weight.size(0),):
        raise ValueError("size")
    size = exercises.ex1_output_size.output_size
    rows, columns = size(x.size(2), weight.size(2)), size(x.size(3), weight.size(3))
    # the trace of picture times kernel, all at once: inner over the patch
    patches = x.unfold(2, weight.size(2), 1).unfold(3, weight.size(3), 1)
    patches = patches.permute(0, 2, 3, 1, 4, 5).reshape(x.size(0), rows, columns, weight[0].numel())
    out = torch.inner(patches, weight.reshape(weight.size(0), -1))
    if bias is not None:
        out = out + bias
    return torch.moveaxis(out, 3, 1)
