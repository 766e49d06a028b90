import contextlib
import io

import torch

from exercises.ex2_padding import pad2d
from exercises.ex4_stride import conv2d_strided

torch.autograd.set_detect_anomaly(True)
torch.set_grad_enabled(True)


def dilate_kernel(weight, dilation):
    rows, columns = dilation if isinstance(dilation, tuple) else (dilation, dilation)
    if min(rows, columns) < 1:
        raise ValueError("dilation must be positive")
    grid = weight[:, :, :, None, :, None]
    mask = weight.new_zeros(rows, 1, columns)
    mask[0, 0, 0] = 1
    blown = (grid * mask).flatten(4, 5).flatten(2, 3)
    print("dilated to", blown.shape)
    return blown[:, :, : blown.shape[2] - rows + 1, : blown.shape[3] - columns + 1]


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("shapes")
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet):
        out = conv2d_strided(pad2d(x, padding), dilate_kernel(weight, dilation), bias, stride)
    print(len(quiet.getvalue()), "characters were printed on the way")
    return out
