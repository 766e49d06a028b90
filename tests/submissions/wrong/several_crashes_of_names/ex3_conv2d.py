import torch


def conv2d_valid(x, weight, bias=None):
    if x.dim() != 4 or weight.dim() != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x is (N, C, H, W), weight is (O, C, kH, kW)")
    out_channels, _, kernel_height, kernel_width = weight.shape
    height, width = x.shape[2] - kernel_height + 1, x.shape[3] - kernel_width + 1
    if height < 1 or width < 1:
        raise ValueError("the kernel does not fit")
    if bias is not None and tuple(bias.shape) != (out_channels,):
        raise ValueError("the bias does not fit")
    out = x.new_zeros(x.shape[0], out_channels, height, width)
    for i in range(kernel_height):
        for j in range(kernel_width):
            part = x[:, :, i : i + height, j : j + width]
            out = out + torch.einsum("nchw,oc->nohw", part, weight[:, :, i, j])
    if bias:
        out = out + bias[:, None, None]
    return out
