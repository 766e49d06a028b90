# Two loops over the taps of the kernel; the picture is shifted under each tap and added up.


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    n, c, h, w = x.shape
    o, _, kh, kw = weight.shape
    out_h, out_w = h - kh + 1, w - kw + 1
    out = x.new_zeros(n, o, out_h, out_w)
    for i in range(kh):
        for j in range(kw):
            shifted = x[:, :, i : i + out_h, j : j + out_w]
            out = out + (shifted.unsqueeze(1) * weight[None, :, :, i, j, None, None]).sum(2)
    if bias is not None:
        out += bias[:, None, None]
    return out
