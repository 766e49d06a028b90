# The other way round: for each tap and each output channel, in place on slices of the result.


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    o, c, kh, kw = weight.shape
    oh, ow = x.size(2) - kh + 1, x.size(3) - kw + 1
    out = x.new_zeros((x.size(0), o, oh, ow))
    for j in reversed(range(kw)):
        for i in reversed(range(kh)):
            seen = x.narrow(2, i, oh).narrow(3, j, ow)
            for k in range(o):
                out[:, k].add_((seen * weight[k, :, i, j].view(1, c, 1, 1)).sum(dim=1))
    for k in range(o):
        if bias is not None:
            out[:, k] += bias[k]
    return out
