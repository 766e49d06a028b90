# each product of the forward pass is one row of a table: where it read, which weight, where it went
import torch

from exercises.ex1_output_size import output_size


def table(size, taps, stride, padding, dilation):
    out = output_size(size, taps, stride, padding, dilation)
    read = torch.arange(out)[:, None] * stride + torch.arange(taps) * dilation - padding
    went, tap = torch.nonzero((read >= 0) & (read < size), as_tuple=True)
    return out, went, tap, read[went, tap]


@torch.no_grad()
def conv2d_backward(grad_out, x, weight, stride=1, padding=0, dilation=1):
    for name, tensor in (("grad_out", grad_out), ("x", x), ("weight", weight)):
        if tensor.ndim != 4:
            raise ValueError(f"{name} must be 4-D")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("channels differ")
    s, p, d = (v if not isinstance(v, int) else [v, v] for v in (stride, padding, dilation))
    h, to_row, i, row = table(x.shape[2], weight.shape[2], s[0], p[0], d[0])
    w, to_column, j, column = table(x.shape[3], weight.shape[3], s[1], p[1], d[1])
    if tuple(grad_out.shape) != (x.shape[0], weight.shape[0], h, w):
        raise ValueError("grad_out does not fit")
    device = x.device
    down, right = torch.meshgrid(torch.arange(len(row)), torch.arange(len(column)), indexing="ij")
    down, right = down.flatten(), right.flatten()
    went = (to_row[down] * w + to_column[right]).to(device)
    tap = (i[down] * weight.shape[3] + j[right]).to(device)
    read = (row[down] * x.shape[3] + column[right]).to(device)
    sent = grad_out.flatten(2)[:, :, went]
    to_x = torch.einsum("nop,ocp->ncp", sent, weight.flatten(2)[:, :, tap])
    to_weight = torch.einsum("nop,ncp->ocp", sent, x.flatten(2)[:, :, read])
    grad_x = torch.zeros(x.shape, dtype=x.dtype, device=device).flatten(2).index_add_(2, read, to_x)
    zeros = torch.zeros(weight.shape, dtype=x.dtype, device=device).flatten(2)
    grad_weight = zeros.index_add_(2, tap, to_weight)
    return grad_x.view(x.shape), grad_weight.view(weight.shape), grad_out.sum((-1, -2)).sum(0)
