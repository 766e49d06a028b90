# a convolution is a matrix times the picture as a column; the gradient is the transposed matrix times what comes back
import itertools

import torch

from exercises.ex1_output_size import output_size


def places(x, weight, settings):
    """For each tap, which number of the padded picture meets which number of the output: (taps, out, padded)."""
    axes = []
    for axis, (step, border, apart) in enumerate(settings):
        size, taps = x.shape[2 + axis], weight.shape[2 + axis]
        out = output_size(size, taps, step, border, apart)
        met = torch.zeros(taps, out, size, dtype=x.dtype, device=x.device)
        for tap, place in itertools.product(range(taps), range(out)):
            pixel = place * step + tap * apart - border
            if 0 <= pixel < size:
                met[tap, place, pixel] = 1
        axes.append(met)
    return axes


def conv2d_backward(grad_out, x, weight, stride=1, padding=0, dilation=1):
    if x.ndim != 4 or weight.ndim != 4 or x.size(1) != weight.size(1):
        raise ValueError("x and weight do not match")
    stride, padding, dilation = ((s, s) if isinstance(s, int) else s for s in (stride, padding, dilation))
    rows, columns = places(x, weight, list(zip(stride, padding, dilation)))
    if grad_out.shape != (x.size(0), weight.size(0), rows.size(1), columns.size(1)):
        raise ValueError("grad_out has another shape than the output")
    spread = torch.einsum("noyx,iyh,jxw->noijhw", grad_out, rows, columns)
    return (
        torch.einsum("noijhw,ocij->nchw", spread, weight),
        torch.einsum("noijhw,nchw->ocij", spread, x),
        torch.einsum("noyx->o", grad_out),
    )
