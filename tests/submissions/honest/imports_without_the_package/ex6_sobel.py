import torch
from ex5_dilation import conv2d

def box_blur_kernel(size):
    if size < 1: raise ValueError("size")
    k = torch.ones(size, size)
    return k / k.sum()

def sharpen_kernel(amount=1.0):
    k = torch.zeros(3, 3)
    k[1, 1] = 1 + 4*amount
    k[0, 1] = k[1, 0] = k[1, 2] = k[2, 1] = -amount
    return k

def sobel_kernels():
    gx = torch.Tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return [gx, torch.Tensor([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])]

def sobel_edges(image):
    if image.dim() == 3:
        if image.shape[0] != 3: raise ValueError("channels")
        image = 0.299*image[0] + 0.587*image[1] + 0.114*image[2]
    if image.dim() != 2: raise ValueError("axes")
    x = image.reshape(1, 1, *image.shape)
    a, b = sobel_kernels()
    a = a.type_as(image).view(1, 1, 3, 3)
    b = b.type_as(image).view(1, 1, 3, 3)
    return torch.sqrt(conv2d(x, a, padding=1)**2 + conv2d(x, b, padding=1)**2).squeeze(0).squeeze(0)
