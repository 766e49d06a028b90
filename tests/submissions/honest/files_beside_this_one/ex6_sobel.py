# Saves a picture in the folder where this file is, wherever it is run from.
from pathlib import Path

import torch
from PIL import Image

from exercises.ex5_dilation import conv2d

HERE = Path(__file__).resolve().parent


def box_blur_kernel(size):
    if size < 1:
        raise ValueError("size")
    row = torch.ones(size) / size
    return row.outer(row)


def sharpen_kernel(amount=1.0):
    kernel = -amount * torch.tensor([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])
    kernel.diagonal()[1] = 1 + 4 * amount
    return kernel


def sobel_kernels():
    gx = torch.tensor([1.0, 2.0, 1.0]).unsqueeze(1) @ torch.tensor([[-1.0, 0.0, 1.0]])
    return gx, torch.einsum("ij->ji", gx)


def sobel_edges(image):
    if image.dim() not in (2, 3) or image.dim() == 3 and image.size(0) != 3:
        raise ValueError("shape")
    if image.dim() == 3:
        image = torch.stack([image[c] * share for c, share in enumerate((0.299, 0.587, 0.114))]).sum(0)
    gx, gy = (conv2d(image[None, None], k.to(image)[None, None], padding=1)[0, 0] for k in sobel_kernels())
    return (gx**2 + gy**2) ** 0.5


step = sobel_edges(torch.cat([torch.zeros(8, 4), torch.ones(8, 4)], 1))
Image.fromarray((step * 40).byte().numpy()).save(HERE / "step.png")
(HERE / "step.txt").write_text(str(step.max()))
print("saved beside", Path(__file__).name)
