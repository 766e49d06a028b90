"""The largest of a window is the largest of its rows' largest, and sums are differences of running sums."""

from functools import reduce

import torch


class Axis:
    """What happens along one axis: where windows begin, in the picture's own numbering."""

    def __init__(self, size, kernel, stride, padding, dilation, ceil_mode):
        for name, value in (("kernel_size", kernel), ("stride", stride), ("dilation", dilation)):
            if value <= 0:
                raise ValueError(f"{name} is {value}")
        if not (0 <= padding and padding * 2 <= kernel):
            raise ValueError(f"padding is {padding}")
        last = size + padding - dilation * (kernel - 1) - 1  # the last place that sticks out nowhere
        starts = list(range(-padding, last + 1, stride))
        following = -padding + len(starts) * stride
        # rounded up, there may be one more, if the place before it was inside
        if ceil_mode and following < size and following - stride < last:
            starts.append(following)
        if not starts:
            raise ValueError("too large a window")
        self.size, self.kernel, self.padding, self.dilation, self.starts = size, kernel, padding, dilation, starts

    def largest(self, x, dim):
        taps = []
        for tap in range(self.kernel):
            places = torch.tensor([start + tap * self.dilation for start in self.starts], device=x.device)
            outside = (places < 0) | (places >= self.size)
            shape = [1] * x.dim()
            shape[dim] = -1
            taken = x.index_select(dim, places.clamp(0, self.size - 1))
            taps.append(taken.masked_fill(outside.view(shape), float("-inf")))
        return reduce(torch.maximum, taps)

    def summed(self, x, dim):
        """Sums of the pixels in each window."""
        nothing = torch.zeros_like(x.narrow(dim, 0, 1))
        running = torch.cat([nothing, x.cumsum(dim)], dim)
        first = torch.tensor([max(start, 0) for start in self.starts], device=x.device)
        end = torch.tensor([min(start + self.kernel, self.size) for start in self.starts], device=x.device)
        return running.index_select(dim, end) - running.index_select(dim, first)

    def counts(self, with_padding):
        if with_padding:
            return [min(self.kernel, self.size + self.padding - start) for start in self.starts]
        return [min(start + self.kernel, self.size) - max(start, 0) for start in self.starts]


def axes(x, kernel_size, stride, padding, dilation, ceil_mode):
    if len(x.shape) != 4:
        raise ValueError("pictures have four axes")
    given = [kernel_size, kernel_size if stride is None else stride, padding, dilation]
    vertical, horizontal = zip(*[(g, g) if isinstance(g, int) else g for g in given])
    return Axis(x.shape[2], *vertical, ceil_mode), Axis(x.shape[3], *horizontal, ceil_mode)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    vertical, horizontal = axes(x, kernel_size, stride, padding, dilation, ceil_mode)
    return horizontal.largest(vertical.largest(x, 2), 3)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    vertical, horizontal = axes(x, kernel_size, stride, padding, 1, ceil_mode)
    wide = x.double()  # running sums need the digits
    sums = horizontal.summed(vertical.summed(wide, 2), 3)
    rows = wide.new_tensor(vertical.counts(count_include_pad))
    columns = wide.new_tensor(horizontal.counts(count_include_pad))
    return (sums / rows[:, None] / columns).to(x.dtype)
