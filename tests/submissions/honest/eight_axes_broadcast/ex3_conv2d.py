# Everything at once: one product with an axis for each letter of the formula, then the sum. Needs memory.


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    kh, kw = weight.shape[2:]
    a = x.unfold(2, kh, 1).unfold(3, kw, 1)[:, None]
    b = weight[None, :, :, None, None]
    out = (a * b).sum(dim=(-1, -2, 2))
    if bias is not None:
        out = out + bias.view([1, -1] + [1] * 2)
    return out
