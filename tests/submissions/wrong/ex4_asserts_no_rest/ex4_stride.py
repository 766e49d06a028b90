from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(x, weight, bias=None, stride=1):
    sv, sh = stride if isinstance(stride, tuple) else (stride, stride)
    if min(sv, sh) < 1:
        raise ValueError("a stride of 0 goes nowhere")
    out = conv2d_valid(x, weight, bias)
    assert (out.shape[2] - 1) % sv == 0 and (out.shape[3] - 1) % sh == 0
    return out[:, :, ::sv, ::sh]
