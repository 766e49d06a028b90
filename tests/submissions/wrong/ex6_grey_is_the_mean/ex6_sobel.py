import torch

from exercises.ex5_dilation import conv2d


def box_blur_kernel(size):
    return torch.ones(size, size) / (size * size)


def sharpen_kernel(amount=1.0):
    identity = torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
    laplace = torch.tensor([[0.0, -1, 0], [-1, 4, -1], [0, -1, 0]])
    return identity + amount * laplace


def sobel_kernels():
    gx = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    return gx, gx.transpose(0, 1)


def sobel_edges(image):
    if image.dim() == 3:
        if image.shape[0] != 3:
            raise ValueError("a colour picture has 3 channels")
        image = image.mean(0)
    if image.dim() != 2:
        raise ValueError("a picture has 2 or 3 dimensions")
    gx, gy = sobel_kernels()
    weight = torch.stack([gx, gy])[:, None].to(image)
    edges = conv2d(image[None, None], weight, padding=1)
    return edges.norm(dim=1)[0]
