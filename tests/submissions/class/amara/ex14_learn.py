# Amara N., exercise 14
import torch

from exercises.ex5_dilation import conv2d


def check_learning(images, targets, size, steps, lr, start):
    if images.dim() != 4 or images.shape[0] < 1 or images.shape[1] != 1:
        raise ValueError("images must be (N, 1, H, W)")
    n, _, h, w = images.shape
    if size < 1 or size > h or size > w:
        raise ValueError("the kernel does not fit")
    if tuple(targets.shape) != (n, 1, h - size + 1, w - size + 1):
        raise ValueError("targets must be what a valid convolution gives")
    if start is not None and tuple(start.shape) != (size, size):
        raise ValueError("start must be (size, size)")
    if steps < 0 or lr <= 0:
        raise ValueError("steps and lr")


def learn_kernel(images, targets, size, steps, lr, start=None):
    check_learning(images, targets, size, steps, lr, start)
    if start is None:
        start = torch.randn(size, size, dtype=images.dtype, device=images.device) * 0.1
    kernel = start.detach().clone().requires_grad_(True)
    losses = torch.zeros(steps, dtype=images.dtype, device=images.device)
    for i in range(steps):
        out = conv2d(images, kernel[None, None])
        loss = ((out - targets) ** 2).mean()
        loss.backward()
        losses[i] = loss.detach()
        with torch.no_grad():
            kernel -= lr * kernel.grad
        kernel.grad = None
    return kernel.detach(), losses
