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


def one_picture(picture, weight, h, w, stride, dilation):
    out = picture.new_zeros(weight.size(1), h, w)
    high, wide = (dilation[k] * (weight.size(2 + k) - 1) + 1 for k in (0, 1))
    for i in range(picture.size(1)):
        for j in range(picture.size(2)):
            top, left = i * stride[0], j * stride[1]
            stamp = torch.tensordot(picture[:, i, j], weight, 1)
            out[:, top : top + high : dilation[0], left : left + wide : dilation[1]] += stamp
    return out


def conv_transpose2d_by_stamping(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding, more, dilation = pairs(stride, padding, output_padding, dilation)
    refuse(x, weight, bias, stride, padding, more, dilation)
    h, w = (size(x, weight, k, stride, more, dilation) for k in (0, 1))
    done = [one_picture(picture, weight, h, w, stride, dilation) for picture in x]
    p, q = padding
    out = torch.stack(done)[:, :, p : h - p, q : w - q]
    return out if bias is None else out + bias.view(-1, 1, 1)


def conv_transpose2d_by_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding, more, dilation = pairs(stride, padding, output_padding, dilation)
    refuse(x, weight, bias, stride, padding, more, dilation)
    p, q = (dilation[k] * (weight.size(2 + k) - 1) - padding[k] for k in (0, 1))
    spread = F.pad(dilate_kernel(x, stride), (q, q + more[1], p, p + more[0]))
    turned = torch.flip(weight, (2, 3)).transpose(0, 1)
    return conv2d(spread, turned, bias, 1, 0, dilation)
