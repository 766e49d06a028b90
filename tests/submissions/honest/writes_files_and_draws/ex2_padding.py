import io

import torch

from exercises.ex1_output_size import effective_kernel_size


def pad2d(x, padding):
    p = padding if isinstance(padding, tuple) else (padding, padding)
    if any(n < 0 for n in p):
        raise ValueError("padding")
    big = torch.empty(*x.shape[:2], x.shape[2] + 2 * p[0], x.shape[3] + 2 * p[1], dtype=x.dtype, device=x.device)
    big.zero_()
    middle = big[:, :, p[0] :, p[1] :][:, :, : x.shape[2], : x.shape[3]]
    middle.add_(x)
    return big


def same_padding(kernel_size, dilation=1):
    pairs = [v if isinstance(v, tuple) else (v, v) for v in (kernel_size, dilation)]
    answer = []
    for k, d in zip(*pairs):
        if effective_kernel_size(k, d) % 2 == 0:
            raise ValueError("no")
        answer.append(effective_kernel_size(k, d) // 2)
    return tuple(answer) if isinstance(kernel_size, tuple) or isinstance(dilation, tuple) else answer[0]


report = io.StringIO()
print(pad2d(torch.ones(1, 1, 2, 2), 1), file=report)
with open("frame.txt", "w+", encoding="utf-8") as file:
    file.write(report.getvalue())
    file.seek(0)
    assert file.read().startswith("tensor")
