import torch

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight do not fit")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias does not fit")
    kh, kw = weight.shape[-2:]
    oh, ow = output_size(x.shape[-2], kh), output_size(x.shape[-1], kw)
    out = x.new_zeros(x.shape[0], weight.shape[0], oh, ow)
    for i in range(oh):
        for j in range(ow):
            # the corner must not leave the picture
            left = min(i, ow - 1)
            patch = x[:, :, i : i + kh, left : left + kw]
            out[:, :, i, j] = torch.einsum("ncij,ocij->no", patch, weight)
    return out if bias is None else out + bias[:, None, None]
