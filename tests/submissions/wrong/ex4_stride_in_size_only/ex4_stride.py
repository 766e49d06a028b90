from exercises.ex1_output_size import output_size
from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(x, weight, bias=None, stride=1):
    sv, sh = stride if isinstance(stride, tuple) else (stride, stride)
    if min(sv, sh) < 1:
        raise ValueError("stride must be at least 1")
    out = conv2d_valid(x, weight, bias)
    rows = output_size(x.shape[2], weight.shape[2], sv)
    columns = output_size(x.shape[3], weight.shape[3], sh)
    return out[:, :, :rows, :columns]
