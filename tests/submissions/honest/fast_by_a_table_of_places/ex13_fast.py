import torch

from exercises.ex1_output_size import output_size
from exercises.ex2_padding import pad2d


def indices(width, taps, places, spacing, step):
    """Where in a flat picture each tap of each place is."""
    across = [torch.arange(k).mul(d).view(-1, 1) + torch.arange(n).mul(s) for k, n, d, s in zip(taps, places, spacing, step)]
    return across[0].mul(width)[:, None, :, None] + across[1][None, :, None, :]


def conv2d_fast(x, weight, bias=None, stride=1, padding=0, dilation=1):
    try:
        (n, channels, *sides), (kernels, expected, *taps) = x.shape, weight.shape
        ok = len(sides) == len(taps) == 2 and channels == expected
    except ValueError:
        ok = False
    if not ok or (bias is not None and list(bias.shape) != [kernels]):
        raise ValueError("these shapes do not belong together")
    step, border, spacing = (v if isinstance(v, tuple) else (v, v) for v in (stride, padding, dilation))
    places = tuple(map(output_size, sides, taps, step, border, spacing))
    table = indices(sides[1] + 2 * border[1], taps, places, spacing, step).to(x.device)
    seen = pad2d(x, border).flatten(2)[:, :, table]
    out = torch.tensordot(weight, seen, dims=([1, 2, 3], [1, 2, 3])).movedim(1, 0)
    if bias is not None:
        out = out + bias.view(kernels, 1, 1)
    return out
