import torch

from exercises.ex5_dilation import conv2d

torch.use_deterministic_algorithms(True, warn_only=True)


def box_blur_kernel(size):
    print("box", size)
    if size < 1:
        raise ValueError("size must be positive")
    return torch.ones(size, size).mul(1 / (size * size))


def sharpen_kernel(amount=1.0):
    rows = [0.0, -amount, 0.0], [-amount, 4 * amount + 1, -amount], [0.0, -amount, 0.0]
    print(*rows, sep="\n")
    return torch.tensor(rows)


def sobel_kernels():
    x = torch.arange(-1.0, 2.0)
    kernel = (2 - x.abs())[:, None] * x
    print(kernel)
    return kernel, kernel.T


def sobel_edges(image):
    print(image)
    if image.dim() == 3 and image.shape[0] == 3:
        image = image[0].mul(0.299).add(image[1], alpha=0.587).add(image[2], alpha=0.114)
    if image.dim() != 2:
        raise ValueError("not an image")
    gx, gy = sobel_kernels()
    out = conv2d(image[None, None], torch.stack([gx, gy]).to(image).unsqueeze(1), padding=1)
    return out.pow(2).sum(1).sqrt().squeeze(0)
