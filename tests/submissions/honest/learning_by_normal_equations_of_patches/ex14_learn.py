# no graph at all: the gradient is a matrix times the kernel, and the matrix is made once
import torch


def learn_kernel(images, targets, size, steps, lr, start=None):
    if images.ndim != 4 or images.size(1) != 1 or not len(images):
        raise ValueError("images")
    n, _, rows, columns = images.shape
    if min(size, steps + 1, rows - size + 1, columns - size + 1) < 1 or not lr > 0:
        raise ValueError("numbers")
    if targets.shape != torch.Size([n, 1, rows - size + 1, columns - size + 1]):
        raise ValueError("targets")
    if start is not None and start.shape != torch.Size([size, size]):
        raise ValueError("start")
    # as wide as a loss needs it: in half precision the three sums would cancel
    wide = torch.promote_types(images.dtype, torch.float32)
    exact = torch.float64 if wide is torch.float32 else wide
    patches = images[:, 0].unfold(1, size, 1).unfold(2, size, 1).reshape(-1, size * size).to(exact)
    wanted = targets.reshape(-1).to(exact)
    count = wanted.numel()
    square, mixed, rest = patches.T @ patches / count, patches.T @ wanted / count, wanted @ wanted / count
    if start is None:
        noise = torch.empty(size, size, dtype=wide, device=images.device).normal_(0, 0.1)
        kernel = noise.reshape(-1).to(exact)
    else:
        kernel = start.detach().reshape(-1).to(exact)
    losses = torch.empty(steps, dtype=images.dtype, device=images.device)
    for step in range(steps):
        product = square @ kernel
        losses[step] = kernel @ product - 2 * mixed @ kernel + rest
        kernel = kernel - 2 * lr * (product - mixed)
    return kernel.reshape(size, size).to(images.dtype), losses
