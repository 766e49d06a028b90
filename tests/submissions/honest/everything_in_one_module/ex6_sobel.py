import mylib
import torch
from small import at_least_one, pair


def box_blur_kernel(size):
    return torch.ones(*pair(at_least_one(size))) * size**-2


def sharpen_kernel(amount=1.0):
    cross = torch.zeros(3, 3)
    cross[[0, 1, 1, 2], [1, 0, 2, 1]] = 1
    dot = torch.zeros(3, 3).index_fill_(0, torch.tensor([1]), 1).mul(torch.tensor([0.0, 1, 0]))
    return dot + amount * (4 * dot - cross)


def sobel_kernels():
    gx = torch.tensor(list(map(float, "-1 0 1 -2 0 2 -1 0 1".split()))).reshape(3, 3)
    return gx, gx.adjoint()


def sobel_edges(image):
    red_green_blue = (0.299, 0.587, 0.114)
    if image.ndim == 3 and image.shape[0] == 3:
        image = sum(map(torch.mul, image.unbind(), map(image.new_tensor, red_green_blue)))
    if image.ndim != 2:
        raise ValueError("neither grey nor RGB")
    a, b = (mylib.Tensors.conv2d(image[None, None], k.to(image)[None, None], padding=1) for k in sobel_kernels())
    return torch.stack([a, b]).norm(dim=0).squeeze(0, 1)
