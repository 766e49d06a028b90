import torch

from exercises.ex5_dilation import conv2d


def box_blur_kernel(size):
    if size < 1:
        raise ValueError("the size must be at least 1")
    return torch.ones(size, size) / size**2


def sharpen_kernel(amount=1.0):
    return torch.tensor([[0, -amount, 0], [-amount, 1 + 4 * amount, -amount], [0, -amount, 0]]).float()


def sobel_kernels():
    gx = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    return gx, gx.T


def sobel_edges(image):
    if image.ndim == 3 and image.shape[0] == 3:
        image = (torch.tensor([0.299, 0.587, 0.114]) @ image.view(3, -1)).view(image.shape[1:])
    if image.ndim != 2:
        raise ValueError("neither grey nor colour")
    kernels = torch.stack(sobel_kernels())[:, None]
    gx, gy = conv2d(image[None, None].float(), kernels, padding=1)[0]
    return torch.sqrt(gx * gx + gy * gy)
