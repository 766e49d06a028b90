def conv2d_valid(x, weight, bias=None):
    oh = x.shape[2] - weight.shape[2] + 1
    ow = x.shape[3] - weight.shape[3] + 1
    out = x.new_zeros(x.shape[0], weight.shape[0], oh, ow)
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            window = x[:, None, :, i : i + oh, j : j + ow]
            out = out + (window * weight[:, :, i, j][None, :, :, None, None]).sum(2)
    if bias is not None:
        out = out + bias.reshape(1, -1, 1, 1)
    return out
