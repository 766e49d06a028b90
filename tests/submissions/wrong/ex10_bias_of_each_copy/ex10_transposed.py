import torch

from exercises.ex5_dilation import conv2d


def to_pair(value):
    if isinstance(value, int):
        return value, value
    return value


def look_at(x, weight, bias, stride, padding, output_padding, dilation):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("4 axes expected")
    if x.shape[1] != weight.shape[0]:
        raise ValueError("channels do not fit")
    if bias is not None and bias.shape != (weight.shape[1],):
        raise ValueError("bias does not fit")
    size = []
    for k in range(2):
        s, p, o, d = stride[k], padding[k], output_padding[k], dilation[k]
        if s < 1 or d < 1 or p < 0 or o < 0:
            raise ValueError("too small")
        if o >= s and o >= d:
            raise ValueError("output padding too large")
        size.append((x.shape[k + 2] - 1) * s + d * (weight.shape[k + 2] - 1) + 1 + o)
        if size[k] - 2 * p < 1:
            raise ValueError("nothing left")
    return size


def conv_transpose2d_by_stamping(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding = to_pair(stride), to_pair(padding)
    output_padding, dilation = to_pair(output_padding), to_pair(dilation)
    height, width = look_at(x, weight, bias, stride, padding, output_padding, dilation)
    out = x.new_zeros(x.shape[0], weight.shape[1], height, width)
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            top, left = i * dilation[0], j * dilation[1]
            bottom = top + (x.shape[2] - 1) * stride[0] + 1
            right = left + (x.shape[3] - 1) * stride[1] + 1
            values = torch.einsum("nchw,cd->ndhw", x, weight[:, :, i, j])
            if bias is not None:
                values = values + bias[:, None, None]
            out[:, :, top : bottom : stride[0], left : right : stride[1]] += values
    out = out[:, :, padding[0] : height - padding[0], padding[1] : width - padding[1]]
    return out


def conv_transpose2d_by_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding = to_pair(stride), to_pair(padding)
    output_padding, dilation = to_pair(output_padding), to_pair(dilation)
    height, width = look_at(x, weight, bias, stride, padding, output_padding, dilation)
    top, left = dilation[0] * (weight.shape[2] - 1), dilation[1] * (weight.shape[3] - 1)
    zeros = x.new_zeros(x.shape[0], x.shape[1], height + top, width + left)
    for y in range(x.shape[2]):
        for z in range(x.shape[3]):
            zeros[:, :, top + y * stride[0], left + z * stride[1]] = x[:, :, y, z]
    out = conv2d(zeros, weight.flip(2).flip(3).transpose(0, 1), bias, dilation=dilation)
    return out[:, :, padding[0] : height - padding[0], padding[1] : width - padding[1]]
