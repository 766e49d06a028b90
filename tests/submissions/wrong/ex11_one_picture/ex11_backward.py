import torch

from exercises.ex1_output_size import output_size
from exercises.ex5_dilation import conv2d, dilate_kernel


def both(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def refuse(grad_out, x, weight, stride, padding, dilation):
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight do not match")
    sizes = zip(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    expected = (x.shape[0], weight.shape[0], *(output_size(*axis) for axis in sizes))
    if grad_out.shape != expected:
        raise ValueError(f"grad_out must be {expected}")


def of_x(grad_out, x, weight, stride, padding, dilation):
    spread = dilate_kernel(grad_out, stride)
    (h, w), (kh, kw) = spread.shape[2:], weight.shape[2:]
    up, left = dilation[0] * (kh - 1), dilation[1] * (kw - 1)
    (n, c, rows, columns), (p, q) = x.shape, padding
    ground = x.new_zeros(n, weight.shape[0], rows + 2 * p + up, columns + 2 * q + left)
    ground[:, :, up : up + h, left : left + w] = spread
    turned = weight.flip(2, 3).transpose(0, 1)
    return conv2d(ground, turned, dilation=dilation)[:, :, p : p + rows, q : q + columns]


def of_weight(grad_out, x, weight, stride, padding, dilation):
    grad = torch.zeros_like(weight)
    for picture, sent_back in zip(x, grad_out):
        met = conv2d(picture[:, None], sent_back[:, None], None, dilation, padding, stride)
        grad = met[:, :, : weight.shape[2], : weight.shape[3]].transpose(0, 1)
    return grad


def conv2d_backward(grad_out, x, weight, stride=1, padding=0, dilation=1):
    settings = both(stride), both(padding), both(dilation)
    refuse(grad_out, x, weight, *settings)
    return (
        of_x(grad_out, x, weight, *settings),
        of_weight(grad_out, x, weight, *settings),
        grad_out.sum((0, 2, 3)),
    )
