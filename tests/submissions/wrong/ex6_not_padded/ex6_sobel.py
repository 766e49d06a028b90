import torch

from exercises.ex5_dilation import conv2d


def box_blur_kernel(size):
    return torch.ones(size, size) / (size * size)


def sharpen_kernel(amount=1.0):
    kernel = torch.zeros(3, 3)
    for i, j in ((0, 1), (1, 0), (1, 2), (2, 1)):
        kernel[i, j] = -amount
    kernel[1, 1] = 1 + 4 * amount
    return kernel


def sobel_kernels():
    gx = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return gx, gx.T


def sobel_edges(image):
    if image.ndim == 3 and image.shape[0] == 3:
        r, g, b = image
        image = 0.299 * r + 0.587 * g + 0.114 * b
    if image.ndim != 2:
        raise ValueError("image must be (H, W) or (3, H, W)")
    kernels = torch.stack(sobel_kernels())[:, None].to(image)
    gx, gy = conv2d(image[None, None], kernels)[0]
    return torch.sqrt(gx**2 + gy**2)
