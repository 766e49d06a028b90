import torch

from exercises.ex5_dilation import conv2d


def box_blur_kernel(size):
    if size < 1:
        raise ValueError("at least one pixel")
    return torch.ones(size, size) / size**2


def sharpen_kernel(amount=1.0):
    a = amount
    return torch.tensor([[0.0, -a, 0.0], [-a, 1.0 + 4.0 * a, -a], [0.0, -a, 0.0]])


def sobel_kernels():
    gx = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    return gx, gx.T.clone()


def sobel_edges(image):
    if image.ndim == 3 and image.shape[0] == 3:
        image = 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]
    if image.ndim != 2:
        raise ValueError("(H, W) or (3, H, W)")
    gx, gy = (
        conv2d(image[None, None], kernel.to(image)[None, None], padding=1) for kernel in sobel_kernels()
    )
    return (gx * gx + gy * gy).sqrt()
