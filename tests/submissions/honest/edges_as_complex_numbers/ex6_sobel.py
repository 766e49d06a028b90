# gx + i gy: one slope is the real part, the other the imaginary part, and the edge is its absolute value.
# The kernels come from each other by turning.
import torch

from exercises.ex5_dilation import conv2d


def box_blur_kernel(size):
    if size < 1:
        raise ValueError("size")
    return torch.full((size, size), size**-2.0)


def sharpen_kernel(amount=1.0):
    kernel = torch.zeros(3, 3)
    for neighbour in ((0, 1), (1, 0), (1, 2), (2, 1)):
        kernel[neighbour] -= amount
    kernel[1, 1] = 1 - kernel.sum()
    return kernel


def sobel_kernels():
    gx = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return gx, gx.T


def sobel_edges(image):
    if image.shape[:-2] not in (torch.Size([]), torch.Size([3])) or image.ndim < 2:
        raise ValueError("neither grey nor colour")
    exact = torch.promote_types(image.dtype, torch.float32)
    grey = image.to(exact)
    if grey.ndim == 3:
        grey = torch.einsum("chw,c->hw", grey, grey.new_tensor([0.299, 0.587, 0.114]))
    slopes = [conv2d(grey[None, None], k.to(grey)[None, None], padding=1) for k in sobel_kernels()]
    return torch.complex(*slopes).abs()[0, 0].to(image.dtype)
