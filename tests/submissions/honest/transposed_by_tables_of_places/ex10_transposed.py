# for each axis a table of which input number meets which output number at which tap; no loop over numbers
import torch

PAIRS = ("stride", "padding", "output_padding", "dilation")


def axes(x, weight, bias, **settings):
    """For each axis (how many, taps, stride, padding, dilation, size of the result)."""
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError(f"4 axes are needed, not {x.dim()} and {weight.dim()}")
    if len(weight) != x.shape[1]:
        raise ValueError("input channels differ")
    if bias is not None and list(bias.shape) != [weight.shape[1]]:
        raise ValueError("wrong bias")
    pairs = [settings[n] if isinstance(settings[n], tuple) else (settings[n],) * 2 for n in PAIRS]
    out = []
    for i, k, (s, p, more, d) in zip(x.shape[2:], weight.shape[2:], zip(*pairs)):
        size = s * (i - 1) + d * (k - 1) + 1 + more - 2 * p
        if s <= 0 or d <= 0 or p < 0 or more < 0 or (more >= s and more >= d) or size <= 0:
            raise ValueError("cannot be")
        out.append((i, k, s, p, d, size))
    return out


def conv_transpose2d_by_stamping(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    given = dict(stride=stride, padding=padding, output_padding=output_padding, dilation=dilation)
    tables = []
    for i, k, s, p, d, size in axes(x, weight, bias, **given):
        places = (torch.arange(i) * s)[:, None] + torch.arange(k) * d - p
        table = torch.arange(size)[:, None, None] == places
        tables.append(table.to(device=x.device, dtype=x.dtype))
    rows, columns = tables
    spread = torch.einsum("yhk,nchw->nckyw", rows, x)
    full = torch.einsum("xwl,nckyw->ncklyx", columns, spread)
    out = torch.einsum("ncklyx,cokl->noyx", full, weight)
    return out if bias is None else out + bias.reshape(-1, 1, 1)


def conv_transpose2d_by_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    given = dict(stride=stride, padding=padding, output_padding=output_padding, dilation=dilation)
    taken = []
    for i, k, s, p, d, size in axes(x, weight, bias, **given):
        # output number y meets tap k over input number (y + p - k * d) / s, where that is one
        wanted = torch.arange(size)[:, None] + p - torch.arange(k) * d
        there = (wanted % s == 0) & (wanted >= 0) & (wanted < i * s)
        taken.append(torch.where(there, wanted // s, i).to(x.device))
    more = torch.cat([x, torch.zeros_like(x[:, :, :1])], 2)
    more = torch.cat([more, torch.zeros_like(more[:, :, :, :1])], 3)
    rows, columns = taken
    patches = more[:, :, rows][..., columns]
    n, c, y, k, z, m = patches.shape
    patches = patches.permute(0, 2, 4, 1, 3, 5).reshape(n, y * z, c * k * m)
    out = patches @ weight.permute(0, 2, 3, 1).reshape(c * k * m, weight.shape[1])
    out = out.transpose(1, 2).reshape(n, weight.shape[1], y, z)
    return out if bias is None else bias.view(1, -1, 1, 1) + out
