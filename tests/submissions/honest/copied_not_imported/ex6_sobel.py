import torch


def pair(v):
    # copied into every file
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)


def reach(k, d):
    if k < 1 or d < 1:
        raise ValueError("kernel and dilation are at least 1")
    return d * (k - 1) + 1


def size_after(i, k, s=1, p=0, d=1):
    if i < 1 or s < 1 or p < 0:
        raise ValueError("input and stride are at least 1, padding at least 0")
    if reach(k, d) > i + 2 * p:
        raise ValueError("the kernel is too large")
    return (i + 2 * p - reach(k, d)) // s + 1


def pad2d(x, padding):
    ph, pw = pair(padding)
    if ph < 0 or pw < 0:
        raise ValueError("padding is at least 0")
    out = torch.zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw, dtype=x.dtype, device=x.device)
    out[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    return out


def convolve(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight do not go together")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias and weight do not go together")
    (sh, sw), (dh, dw) = pair(stride), pair(dilation)
    x = pad2d(x, padding)
    oh, ow = size_after(x.shape[2], weight.shape[2], sh, 0, dh), size_after(x.shape[3], weight.shape[3], sw, 0, dw)
    taps = [
        x[:, :, i * dh : i * dh + (oh - 1) * sh + 1 : sh, j * dw : j * dw + (ow - 1) * sw + 1 : sw]
        for i in range(weight.shape[2])
        for j in range(weight.shape[3])
    ]
    out = torch.einsum("tnchw,oct->nohw", torch.stack(taps), weight.flatten(2))
    return out if bias is None else out + bias.view(-1, 1, 1)


def box_blur_kernel(size):
    if size < 1:
        raise ValueError("size is at least 1")
    return torch.ones(size, size) / size**2


def sharpen_kernel(amount=1.0):
    return torch.tensor([[0.0, -amount, 0.0], [-amount, 1 + 4 * amount, -amount], [0.0, -amount, 0.0]])


def sobel_kernels():
    gx = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    return gx, gx.transpose(0, 1)


def sobel_edges(image):
    if image.ndim == 3 and image.shape[0] == 3:
        image = 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]
    if image.ndim != 2:
        raise ValueError("an image is (H, W) or (3, H, W)")
    both = torch.stack(sobel_kernels())[:, None].to(image)
    return convolve(image[None, None], both, padding=1).square().sum(1).sqrt()[0]
