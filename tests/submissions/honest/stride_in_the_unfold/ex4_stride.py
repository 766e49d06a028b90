# Only the patches that count are looked at: Tensor.unfold has a step.
from torch import Tensor, einsum


def conv2d_strided(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | tuple[int, int] = 1):
    try:
        sh, sw = stride  # type: ignore
    except TypeError:
        sh = sw = stride
    if sh <= 0 or sw <= 0:
        raise ValueError(f"{stride=}")
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError(f"{x.shape=}, {weight.shape=}")
    o, _, kh, kw = weight.shape
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("the kernel is too large")
    if bias is not None and bias.shape != (o,):
        raise ValueError(f"{bias.shape=}")
    out = einsum("bcyxkl,ockl->boyx", x.unfold(2, kh, sh).unfold(3, kw, sw), weight)
    return out if bias is None else out + bias.view(o, 1, 1)
