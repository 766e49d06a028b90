# Amara N., exercise 10
import torch
import torch.nn.functional as F

from exercises.ex5_dilation import conv2d, dilate_kernel


def pair(value):
    return (value, value) if isinstance(value, int) else value


def check_transposed(x, weight, bias, stride, padding, output_padding, dilation):
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight must be 4-D")
    if x.shape[1] != weight.shape[0]:
        raise ValueError("x and weight must have the same number of input channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[1],):
        raise ValueError("there must be one bias per output channel")
    for k in 0, 1:
        s, p, more, d = stride[k], padding[k], output_padding[k], dilation[k]
        if s < 1 or d < 1 or p < 0 or more < 0:
            raise ValueError("stride or dilation below 1, or a negative padding")
        if more >= s and more >= d:
            raise ValueError("output_padding is too large")
        if (x.shape[2 + k] - 1) * s + d * (weight.shape[2 + k] - 1) + 1 + more <= 2 * p:
            raise ValueError("nothing is left")


def conv_transpose2d_by_stamping(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding = pair(stride), pair(padding)
    output_padding, dilation = pair(output_padding), pair(dilation)
    check_transposed(x, weight, bias, stride, padding, output_padding, dilation)
    (n, c, h, w), (_, o, _, _) = x.shape, weight.shape
    stamp = dilate_kernel(weight, dilation)
    kh, kw = stamp.shape[2:]
    sh, sw = stride
    out = x.new_zeros(n, o, (h - 1) * sh + kh + output_padding[0], (w - 1) * sw + kw + output_padding[1])
    for i in range(h):
        for j in range(w):
            copies = torch.einsum("nc,cokl->nokl", x[:, :, i, j], stamp)
            out[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += copies
    (top, left), (bottom, right) = padding, out.shape[2:]
    out = out[:, :, top : bottom - top, left : right - left]
    if bias is not None:
        out = out + bias.reshape(1, -1, 1, 1)
    return out


def conv_transpose2d_by_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding = pair(stride), pair(padding)
    output_padding, dilation = pair(output_padding), pair(dilation)
    check_transposed(x, weight, bias, stride, padding, output_padding, dilation)
    border_h = dilation[0] * (weight.shape[2] - 1) - padding[0]
    border_w = dilation[1] * (weight.shape[3] - 1) - padding[1]
    # a negative border cuts
    frame = (border_w, border_w + output_padding[1], border_h, border_h + output_padding[0])
    ground = F.pad(dilate_kernel(x, stride), frame)
    return conv2d(ground, weight.transpose(0, 1).flip(2, 3), bias, dilation=dilation)
