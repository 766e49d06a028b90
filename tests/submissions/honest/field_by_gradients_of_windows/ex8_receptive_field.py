# Asks autograd: windows are summed up layer by layer, and the gradient says which pixels were in them.
import torch

from exercises.ex1_output_size import output_size


def _gradient(layers, which):
    size = 2
    for kernel, stride, dilation in reversed(layers):
        if kernel < 1 or stride < 1 or dilation < 1:
            raise ValueError(f"impossible layer {(kernel, stride, dilation)}")
        size = (size - 1) * stride + dilation * (kernel - 1) + 1
    x = torch.ones(size, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel, stride, dilation in layers:
        y = y.unfold(0, dilation * (kernel - 1) + 1, stride)[:, ::dilation].mean(1)
    assert len(y) == 2
    y[which].backward()
    return x.grad.nonzero().flatten().tolist()


def receptive_field(layers):
    seen = _gradient(layers, 0)
    return seen[-1] - seen[0] + 1


def jump(layers):
    return _gradient(layers, 1)[0] - _gradient(layers, 0)[0]


def _pair(v):
    return torch.as_tensor(v).expand(2).tolist()


def count_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    height, width = _pair(kernel_size)
    if min(in_channels, out_channels, height, width, groups) <= 0:
        raise ValueError("everything starts at 1")
    # chunks of the same length, or the groups do not divide
    inputs, outputs = torch.empty(in_channels).chunk(groups), torch.empty(out_channels).chunk(groups)
    for parts in (inputs, outputs):
        if len(parts) != groups or len({len(part) for part in parts}) != 1:
            raise ValueError("uneven groups")
    weight = torch.empty(out_channels, len(inputs[0]), height, width, device="meta")
    return weight.numel() + (out_channels if bias else 0)


def count_multiplications(
    input_size, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1
):
    total = count_parameters(in_channels, out_channels, kernel_size, groups, bias=False)
    for axis in zip(*map(_pair, (input_size, kernel_size, stride, padding, dilation))):
        total *= output_size(*axis)
    return total
