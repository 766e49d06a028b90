# what a convolution sends back to its input is the transposed convolution; so ask autograd for that
import torch

from exercises.ex5_dilation import conv2d


def sizes(x, weight, bias, stride, padding, output_padding, dilation):
    if not (x.ndim == weight.ndim == 4) or x.size(1) != weight.size(0):
        raise ValueError("shapes do not match")
    if bias is not None and (bias.ndim != 1 or len(bias) != weight.size(1)):
        raise ValueError("bias does not match")
    found = []
    for axis, each in enumerate(zip(stride, padding, output_padding, dilation)):
        s, p, more, d = each
        if min(s, d) < 1 or min(p, more) < 0 or more >= max(s, d):
            raise ValueError(f"settings {each} make no sense")
        size = (x.size(2 + axis) - 1) * s - 2 * p + d * (weight.size(2 + axis) - 1) + 1 + more
        if size < 1:
            raise ValueError("nothing would be left")
        found.append(size)
    return found


def both(value):
    return [value] * 2 if type(value) is int else list(value)


def sent_back(forward, x, weight, bias, stride, padding, output_padding, dilation):
    stride, padding, output_padding, dilation = map(both, (stride, padding, output_padding, dilation))
    height, width = sizes(x, weight, bias, stride, padding, output_padding, dilation)
    with torch.enable_grad():
        picture = x.new_zeros(x.size(0), weight.size(1), height, width).requires_grad_()
        # output padding that is not less than the stride is a whole step more: the last steps count for nothing
        answer = forward(picture, weight, tuple(stride), tuple(padding), tuple(dilation))
        answer = answer[:, :, : x.size(2), : x.size(3)]
        (back,) = torch.autograd.grad(answer, picture, x, create_graph=True)
    if not (torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)):
        back = back.detach()
    return back if bias is None else back + bias[:, None, None]


def by_windows(picture, weight, stride, padding, dilation):
    (n, c, h, w), (top, left) = picture.shape, padding
    padded = picture.new_zeros(n, c, h + 2 * top, w + 2 * left)
    padded[:, :, top : top + h, left : left + w] = picture
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, weight.shape[2:])]
    windows = padded.unfold(2, reach[0], stride[0]).unfold(3, reach[1], stride[1])
    return torch.einsum("nohwkl,cokl->nchw", windows[..., :: dilation[0], :: dilation[1]], weight)


def by_exercise_5(picture, weight, stride, padding, dilation):
    return conv2d(picture, weight, None, stride, padding, dilation)


def conv_transpose2d_by_stamping(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    return sent_back(by_windows, x, weight, bias, stride, padding, output_padding, dilation)


def conv_transpose2d_by_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    return sent_back(by_exercise_5, x, weight, bias, stride, padding, output_padding, dilation)
