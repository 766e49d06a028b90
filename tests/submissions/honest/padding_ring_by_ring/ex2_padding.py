# One ring of zeros after the other, by recursion; stack and cat only.
import torch
from torch import Tensor

from exercises.ex1_output_size import effective_kernel_size, output_size


def pad2d(x: Tensor, padding) -> Tensor:
    match padding:
        case int():
            return pad2d(x, (padding, padding))
        case (0, 0):
            return x.clone()
        case (0, columns) if columns > 0:
            edge = torch.zeros_like(x[..., :1])
            return pad2d(torch.cat((edge, x, edge), -1), (0, columns - 1))
        case (rows, columns) if rows > 0 and columns >= 0:
            edge = torch.zeros_like(x[..., :1, :])
            return pad2d(torch.cat((edge, x, edge), -2), (rows - 1, columns))
    raise ValueError(f"padding={padding}")


def same_padding(kernel_size, dilation=1):
    if isinstance(kernel_size, tuple) or isinstance(dilation, tuple):
        ks = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * 2
        ds = dilation if isinstance(dilation, tuple) else (dilation,) * 2
        return tuple(same_padding(k, d) for k, d in zip(ks, ds))
    size = effective_kernel_size(kernel_size, dilation)
    guess = size // 2
    if output_size(size, kernel_size, 1, guess, dilation) != size:
        raise ValueError("no padding does it")
    return guess
