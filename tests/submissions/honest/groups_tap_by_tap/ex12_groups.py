# shift, multiply and add: one tap of all groups at a time, with matrix products that have a batch of groups
import torch


def pairs(*values):
    return [(v, v) if isinstance(v, int) else v for v in values]


def sizes(x, weight, stride, padding, dilation):
    found = []
    for axis in range(2):
        s, p, d = stride[axis], padding[axis], dilation[axis]
        if s < 1 or d < 1 or p < 0:
            raise ValueError(f"stride {s}, padding {p}, dilation {d}")
        room = x.shape[2 + axis] + 2 * p - d * (weight.shape[2 + axis] - 1) - 1
        if room < 0:
            raise ValueError("kernel larger than picture")
        found.append(room // s + 1)
    return found


def taps(x, weight, stride, padding, dilation):
    """For each tap its place in the kernel, and what of the padded picture it is multiplied by."""
    height, width = sizes(x, weight, stride, padding, dilation)
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    rows, columns = x.shape[2:]
    padded = torch.zeros(
        *x.shape[:2], rows + 2 * ph, columns + 2 * pw, dtype=x.dtype, device=x.device
    )
    padded[:, :, ph : ph + rows, pw : pw + columns] = x
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            yield i, j, padded[:, :, i * dh :: sh, j * dw :: sw][:, :, :height, :width]


def conv2d_grouped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("ranks")
    (n, c, _, _), (o, inner, _, _) = x.shape, weight.shape
    if groups < 1 or c != groups * inner or o % groups != 0:
        raise ValueError("groups")
    if bias is not None and tuple(bias.shape) != (o,):
        raise ValueError("bias")
    stride, padding, dilation = pairs(stride, padding, dilation)
    total = 0
    for i, j, part in taps(x, weight, stride, padding, dilation):
        numbers = part.reshape(n, groups, inner, part.shape[2] * part.shape[3])
        mixed = weight[:, :, i, j].reshape(groups, o // groups, inner) @ numbers
        total = total + mixed.reshape(n, o, *part.shape[2:])
    return total if bias is None else total + bias[None, :, None, None]


def depthwise_separable(x, depthwise, pointwise, stride=1, padding=0):
    if x.ndim != 4 or depthwise.ndim != 4 or pointwise.ndim != 4:
        raise ValueError("ranks")
    if depthwise.shape[0] != x.shape[1] or depthwise.shape[1] != 1:
        raise ValueError("depthwise")
    if pointwise.shape[1:] != torch.Size([x.shape[1], 1, 1]):
        raise ValueError("pointwise")
    stride, padding, dilation = pairs(stride, padding, 1)
    total = 0
    for i, j, part in taps(x, depthwise, stride, padding, dilation):
        total = total + part * depthwise[:, 0, i, j, None, None]
    n, c, height, width = total.shape
    return (pointwise[:, :, 0, 0] @ total.reshape(n, c, height * width)).reshape(n, len(pointwise), height, width)
