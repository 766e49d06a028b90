# by hand: for each weight the mean of twice the error times the pixel that the weight lay on
import random

import torch


def seen(images, size, i, j):
    high, wide = images.shape[2] - size + 1, images.shape[3] - size + 1
    return images[:, :, i : i + high, j : j + wide]


def learn_kernel(images, targets, size, steps, lr, start=None):
    match tuple(images.shape):
        case (n, 1, h, w) if n > 0 and 0 < size <= min(h, w):
            pass
        case _:
            raise ValueError("images or size")
    if list(targets.shape) != [n, 1, h + 1 - size, w + 1 - size]:
        raise ValueError("targets")
    if steps < 0:
        raise ValueError("steps")
    if lr <= 0:
        raise ValueError("lr")
    if start is None:
        rows = [[random.gauss(0, 0.1) for _ in range(size)] for _ in range(size)]
        start = torch.tensor(rows, dtype=images.dtype, device=images.device)
    if list(start.shape) != [size, size]:
        raise ValueError("start")
    with torch.no_grad():
        kernel, losses = start.clone(), images.new_full((steps,), 0)
        for step in range(steps):
            error = -targets.clone()
            for i in range(size):
                for j in range(size):
                    error += kernel[i, j] * seen(images, size, i, j)
            losses[step] = error.pow(2).mean()
            for i in range(size):
                for j in range(size):
                    kernel[i, j] -= 2 * lr * (error * seen(images, size, i, j)).mean()
    return kernel, losses
