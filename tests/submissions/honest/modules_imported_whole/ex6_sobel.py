import torch

from exercises import ex5_dilation


def box_blur_kernel(size):
    if size < 1:
        raise ValueError(size)
    return torch.ones(1).div(size**2).expand(size, size)


def sharpen_kernel(amount=1.0):
    k = torch.zeros(9)
    k[1::2] = -amount
    k[4] = 4 * amount + 1
    return k.view(3, 3)


def sobel_kernels():
    gy = torch.stack([-torch.tensor([1.0, 2, 1]), torch.zeros(3), torch.tensor([1.0, 2, 1])])
    return gy.rot90(-1).flip(1), gy


def sobel_edges(image):
    shape = tuple(image.shape)
    if len(shape) == 3 and shape[0] == 3:
        image = torch.addmv(image.new_zeros(()), image.permute(1, 2, 0).reshape(-1, 3), image.new_tensor([0.299, 0.587, 0.114]))
        image = image.view(shape[1:])
    elif len(shape) != 2:
        raise ValueError(shape)
    gx, gy = (ex5_dilation.conv2d(image[None, None], k.to(image)[None, None], None, 1, 1) for k in sobel_kernels())
    return torch.sqrt(gx * gx + gy * gy)[0, 0]
