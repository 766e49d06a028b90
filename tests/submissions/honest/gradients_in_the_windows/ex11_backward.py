# as_strided shows the windows of a frame; what is added to a window is added to the frame
import torch

from exercises.ex1_output_size import output_size as size_of


def windows_of(frame, out, taps, stride, dilation):
    n, c, down, right = frame.stride()
    steps = (n, c, down * stride[0], right * stride[1], down * dilation[0], right * dilation[1])
    return frame.as_strided((*frame.shape[:2], *out, *taps), steps)


def conv2d_backward(grad_out, x, weight, stride=1, padding=0, dilation=1):
    stride, padding, dilation = [v if isinstance(v, tuple) else (v, v) for v in (stride, padding, dilation)]
    if not (x.dim() == weight.dim() == grad_out.dim() == 4 and x.size(1) == weight.size(1)):
        raise ValueError("ranks or channels do not match")
    out = tuple(size_of(*axis) for axis in zip(x.shape[2:], weight.shape[2:], stride, padding, dilation))
    if grad_out.size(0) != x.size(0) or grad_out.size(1) != weight.size(0) or grad_out.shape[2:] != out:
        raise ValueError("grad_out does not match the output")
    n, c, h, w = x.shape
    (p, q), taps = padding, tuple(weight.shape[2:])
    frame = torch.zeros((n, c, h + 2 * p, w + 2 * q), dtype=x.dtype, device=x.device)
    frame[:, :, p : p + h, q : q + w].copy_(x)
    windows = windows_of(frame, out, taps, stride, dilation)
    grad_weight = torch.tensordot(grad_out, windows, dims=([0, 2, 3], [0, 2, 3]))
    back = torch.zeros_like(frame)
    sent = torch.tensordot(grad_out, weight, dims=([1], [0])).permute(0, 3, 1, 2, 4, 5)
    # one place of the kernel at a time: all of its windows begin elsewhere, so that none overlap
    for y in range(out[0]):
        for z in range(out[1]):
            windows_of(back, out, taps, stride, dilation)[:, :, y, z] += sent[:, :, y, z]
    return back[:, :, p : p + h, q : q + w], grad_weight, grad_out.flatten(2).sum(2).sum(0)
