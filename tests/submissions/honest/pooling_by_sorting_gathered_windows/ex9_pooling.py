"""Index tables pick every window out of flat pictures; one place more holds what is not on the picture."""

from itertools import product

import torch


def table(x, kernel_size, stride, padding, dilation, ceil_mode):
    """Places of each window in a flat picture, `h * w` for those outside; what counts with padding; the size."""
    if x.ndim != 4:
        raise ValueError("x: four axes")
    h, w = x.shape[2:]
    found = []
    for axis, size in enumerate((h, w)):
        k, s, p, d = [
            v[axis] if isinstance(v, (tuple, list)) else v
            for v in (kernel_size, stride if stride is not None else kernel_size, padding, dilation)
        ]
        if k < 1 or s < 1 or d < 1 or p < 0 or 2 * p > k:
            raise ValueError("settings out of range")
        free = size + 2 * p - d * (k - 1) - 1
        count = (free + s - 1) // s + 1 if ceil_mode else free // s + 1
        while ceil_mode and count > 0 and (count - 1) * s - p >= size:
            count -= 1
        if count < 1:
            raise ValueError("no room")
        found.append([[n * s - p + t * d for t in range(k)] for n in range(count)])
    rows, columns = found
    (ph, pw) = (padding, padding) if isinstance(padding, int) else padding
    places, counted = [], []
    for ys, xs in product(rows, columns):
        window = list(product(ys, xs))
        places.append([y * w + c if 0 <= y < h and 0 <= c < w else h * w for y, c in window])
        counted.append([y < h + ph and c < w + pw for y, c in window])
    return torch.tensor(places, device=x.device), torch.tensor(counted, device=x.device), (len(rows), len(columns))


def gathered(x, places, outside):
    n, c = x.shape[:2]
    flat = torch.cat([x.reshape(n, c, x.shape[2] * x.shape[3]), x.new_full((n, c, 1), outside)], dim=2)
    return flat[:, :, places]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    places, _, size = table(x, kernel_size, stride, padding, dilation, ceil_mode)
    ordered, _ = gathered(x, places, float("-inf")).sort(dim=-1)
    return ordered[..., -1].reshape(*x.shape[:2], *size)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    places, counted, size = table(x, kernel_size, stride, padding, 1, ceil_mode)
    if not count_include_pad:
        counted = places < x.shape[2] * x.shape[3]
    shares = counted.to(x.dtype) / counted.sum(dim=1, keepdim=True)
    windows = gathered(x, places, 0.0)
    return torch.einsum("ncpk,pk->ncp", windows, shares).reshape(*x.shape[:2], *size)
