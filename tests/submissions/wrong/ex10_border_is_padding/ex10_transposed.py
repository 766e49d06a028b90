import torch
import torch.nn.functional as F

from exercises.ex5_dilation import conv2d, dilate_kernel


def pairs(*settings):
    return [(s, s) if isinstance(s, int) else s for s in settings]


def refuse(x, weight, bias, stride, padding, more, dilation):
    ok = x.dim() == 4 and weight.dim() == 4 and x.size(1) == weight.size(0)
    ok = ok and (bias is None or list(bias.shape) == [weight.size(1)])
    for k in (0, 1):
        ok = ok and stride[k] > 0 and dilation[k] > 0 and padding[k] >= 0
        ok = ok and 0 <= more[k] < max(stride[k], dilation[k])
        ok = ok and size(x, weight, k, stride, more, dilation) > 2 * padding[k]
    if not ok:
        raise ValueError("these arguments make no sense together")


def size(x, weight, k, stride, more, dilation):
    return (x.size(2 + k) - 1) * stride[k] + dilation[k] * (weight.size(2 + k) - 1) + 1 + more[k]


def conv_transpose2d_by_stamping(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding, more, dilation = pairs(stride, padding, output_padding, dilation)
    refuse(x, weight, bias, stride, padding, more, dilation)
    h, w = (size(x, weight, k, stride, more, dilation) for k in (0, 1))
    (a, b), (c, d) = stride, dilation
    high, wide = c * (weight.size(2) - 1) + 1, d * (weight.size(3) - 1) + 1
    out = x.new_zeros(len(x), weight.size(1), h, w)
    for i in range(x.size(2)):
        for j in range(x.size(3)):
            stamp = torch.tensordot(x[:, :, i, j], weight, 1)
            out[:, :, i * a : i * a + high : c, j * b : j * b + wide : d] += stamp
    p, q = padding
    out = out[:, :, p : h - p, q : w - q]
    return out if bias is None else out + bias.view(-1, 1, 1)


def conv_transpose2d_by_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding, more, dilation = pairs(stride, padding, output_padding, dilation)
    refuse(x, weight, bias, stride, padding, more, dilation)
    spread = F.pad(dilate_kernel(x, stride), (0, more[1], 0, more[0]))
    turned = torch.flip(weight, (2, 3)).transpose(0, 1)
    return conv2d(spread, turned, bias, 1, padding, dilation)
