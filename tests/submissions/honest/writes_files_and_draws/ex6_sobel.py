import numpy as np
import torch
from PIL import Image, ImageDraw

from exercises.ex5_dilation import conv2d


def box_blur_kernel(size):
    if size < 1:
        raise ValueError("size")
    return torch.tensor([[1.0 / size**2 for _ in range(size)] for _ in range(size)])


def sharpen_kernel(amount=1.0):
    return torch.tensor([0, -amount, 0, -amount, 4 * amount + 1, -amount, 0, -amount, 0]).float().unflatten(0, (3, 3))


def sobel_kernels():
    gx = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype="float32")
    return torch.from_numpy(gx), torch.from_numpy(gx.T.copy())


def sobel_edges(image):
    match image.shape:
        case (3, _, _):
            grey = image[0] * 0.299 + image[1] * 0.587 + image[2] * 0.114
        case (_, _):
            grey = image
        case _:
            raise ValueError(tuple(image.shape))
    slopes = [conv2d(grey[None, None], kernel.to(grey)[None, None], padding=1) for kernel in sobel_kernels()]
    return torch.cat(slopes, 1).square().sum(1).squeeze(0).sqrt()


def save(name, picture):
    grey = (picture / picture.max() * 255).byte().numpy()
    Image.fromarray(grey).resize((120, 120)).save(name)


circle = Image.new("L", (40, 40))
ImageDraw.Draw(circle).ellipse((8, 8, 32, 32), fill=255)
edges = sobel_edges(torch.from_numpy(np.asarray(circle).copy()).float() / 255)
save("edges.png", edges)
assert Image.open("edges.png").size == (120, 120)
