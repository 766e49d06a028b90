# the groups are an axis of their own, and einsum keeps it: no loop, and no earlier exercise
import torch


def two(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def windows(x, size, stride, padding, dilation):
    (sh, sw), (ph, pw), (dh, dw) = two(stride), two(padding), two(dilation)
    if min(sh, sw, dh, dw) < 1 or min(ph, pw) < 0:
        raise ValueError("stride and dilation from 1, padding from 0")
    n, c, h, w = x.shape
    around = x.new_zeros(n, c, h + 2 * ph, w + 2 * pw)
    around[:, :, ph : ph + h, pw : pw + w] = x
    reach = dh * (size[0] - 1) + 1, dw * (size[1] - 1) + 1
    if reach[0] > around.shape[2] or reach[1] > around.shape[3]:
        raise ValueError("the kernel is too large")
    return around.unfold(2, reach[0], sh).unfold(3, reach[1], sw)[..., ::dh, ::dw]


def conv2d_grouped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError(f"four axes, please, not {x.ndim} and {weight.ndim}")
    outputs, inner, *size = weight.shape
    if groups < 1 or inner * groups != x.shape[1] or outputs % groups:
        raise ValueError(f"{groups} groups do not fit to {tuple(x.shape)} and {tuple(weight.shape)}")
    if bias is not None and bias.shape != (outputs,):
        raise ValueError("one bias per kernel")
    seen = windows(x, size, stride, padding, dilation)
    seen = seen.reshape(len(x), groups, inner, *seen.shape[2:])
    kernels = weight.reshape(groups, outputs // groups, inner, *size)
    out = torch.einsum("ngcyxij,gocij->ngoyx", seen, kernels).flatten(1, 2)
    return out if bias is None else out + bias.reshape(-1, 1, 1)


def depthwise_separable(x, depthwise, pointwise, stride=1, padding=0):
    if not x.ndim == depthwise.ndim == pointwise.ndim == 4:
        raise ValueError("four axes, please")
    if depthwise.shape[:2] != (x.shape[1], 1) or pointwise.shape[1:] != (x.shape[1], 1, 1):
        raise ValueError("the kernels do not fit")
    seen = windows(x, depthwise.shape[2:], stride, padding, 1)
    return torch.einsum("ncyxij,cij,oc->noyx", seen, depthwise[:, 0], pointwise[:, :, 0, 0])
