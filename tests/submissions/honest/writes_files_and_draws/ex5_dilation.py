import sqlite3

import torch

from exercises.ex1_output_size import effective_kernel_size
from exercises.ex2_padding import pad2d
from exercises.ex4_stride import conv2d_strided

db = sqlite3.connect("calls.db")
db.execute("create table if not exists calls (height int, width int)")


def dilate_kernel(weight, dilation):
    rows, columns = dilation if isinstance(dilation, tuple) else (dilation, dilation)
    height = effective_kernel_size(weight.shape[2], rows)
    width = effective_kernel_size(weight.shape[3], columns)
    with db:
        db.execute("insert into calls values (?, ?)", (height, width))
    line = [
        weight[:, :, y // rows, x // columns] if y % rows == 0 == x % columns else torch.zeros_like(weight[:, :, 0, 0])
        for y in range(height)
        for x in range(width)
    ]
    return torch.stack(line, -1).view(*weight.shape[:2], height, width)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x, weight")
    return conv2d_strided(pad2d(x, padding), dilate_kernel(weight, dilation), bias, stride)
