# Tries itself out while it is imported, and writes what it sees to temporary files.
import tempfile

import torch

from exercises.ex1_output_size import effective_kernel_size


def pad2d(x, padding):
    p = padding if isinstance(padding, tuple) else (padding, padding)
    if any(n < 0 for n in p):
        raise ValueError("padding")
    shape = [*x.shape[:2], x.shape[2] + 2 * p[0], x.shape[3] + 2 * p[1]]
    # a view of the middle of the zeros
    big = x.new_zeros(shape)
    big.as_strided(x.shape, big.stride(), p[0] * big.stride(2) + p[1]).copy_(x)
    return big


def same_padding(kernel_size, dilation=1):
    pairs = [v if isinstance(v, tuple) else (v, v) for v in (kernel_size, dilation)]
    answer = []
    for k, d in zip(*pairs):
        if effective_kernel_size(k, d) % 2 == 0:
            raise ValueError("no")
        answer.append(effective_kernel_size(k, d) // 2)
    return tuple(answer) if isinstance(kernel_size, tuple) or isinstance(dilation, tuple) else answer[0]


with tempfile.TemporaryDirectory() as folder, open(f"{folder}/frame.txt", "w") as file:
    print(pad2d(torch.ones(1, 1, 2, 2), 1), file=file)
