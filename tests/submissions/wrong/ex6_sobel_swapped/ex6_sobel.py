import torch

from exercises.ex5_dilation import conv2d


def box_blur_kernel(size):
    if size < 1:
        raise ValueError("the size must be at least 1")
    return torch.full((size, size), 1 / size**2)


def sharpen_kernel(amount=1.0):
    a = amount
    return torch.tensor([[0, -a, 0], [-a, 1 + 4 * a, -a], [0, -a, 0]], dtype=torch.float32)


def sobel_kernels():
    gx = torch.tensor([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]])
    return gx, gx.T


def sobel_edges(image):
    if image.ndim == 3 and len(image) == 3:
        image = 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]
    if image.ndim != 2:
        raise ValueError("not a picture")
    weight = torch.stack(sobel_kernels()).unsqueeze(1).to(image)
    g = conv2d(image[None, None], weight, padding=1)[0]
    return (g**2).sum(0).sqrt()
