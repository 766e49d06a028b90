from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("four axes, please")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("channels do not match")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("one number for each output channel")
    kh, kw = weight.shape[2:]
    h, w = output_size(x.shape[2], kh), output_size(x.shape[3], kw)
    patches = x.unfold(2, kh, 1).unfold(3, kw, 1)
    rows = patches.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)
    kernels = weight.flatten(1)
    out = rows @ kernels
    if bias is not None:
        out = out + bias
    return out.transpose(1, 2).reshape(x.shape[0], weight.shape[0], h, w)
