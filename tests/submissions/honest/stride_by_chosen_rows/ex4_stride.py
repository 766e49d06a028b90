# Everything is computed, and index_select takes the rows and columns on the list.
import torch
import exercises.ex3_conv2d as ex3


def conv2d_strided(*tensors, stride=1, **named):
    *tensors, stride = tensors if len(tensors) == 4 else (*tensors, stride)
    steps = stride if isinstance(stride, tuple) else (stride, stride)
    if any(step < 1 for step in steps):
        raise ValueError("a stride below 1 does not move on")
    out = ex3.conv2d_valid(*tensors, **named)
    for axis, step in enumerate(steps, start=2):
        out = out.index_select(axis, torch.arange(0, out.shape[axis], step, device=out.device))
    return out
