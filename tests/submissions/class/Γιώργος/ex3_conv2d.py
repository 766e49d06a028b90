from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("λάθος σχήμα")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("λάθος bias")
    kh, kw = weight.shape[2:]
    oh, ow = output_size(x.shape[2], kh), output_size(x.shape[3], kw)
    out = x.new_zeros(x.shape[0], weight.shape[0], oh, ow)
    i = 0
    while i < oh:
        j = 0
        while j < ow:
            patch = x[:, None, :, i : i + kh, j : j + kw]
            out[:, :, i, j] = (patch * weight).sum((2, 3, 4))
        i += 1
    return out if bias is None else out + bias[:, None, None]
