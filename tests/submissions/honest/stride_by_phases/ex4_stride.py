# Polyphase: the picture and the kernel are dealt out like cards, and what is under the same hand belongs
# together. Each hand is a convolution at stride 1.
from exercises.ex1_output_size import output_size
from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(x, weight, bias=None, stride=1):
    sh, sw = stride if isinstance(stride, (tuple, list)) else (stride, stride)
    if min(sh, sw) < 1:
        raise ValueError("stride is at least 1")
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight are 4-D")
    out_h, out_w = output_size(x.shape[2], weight.shape[2], sh), output_size(x.shape[3], weight.shape[3], sw)
    total = None
    for a in range(min(sh, weight.shape[2])):
        for b in range(min(sw, weight.shape[3])):
            part = conv2d_valid(x[:, :, a::sh, b::sw], weight[:, :, a::sh, b::sw], bias if a == b == 0 else None)
            part = part[:, :, :out_h, :out_w]
            total = part if total is None else total + part
    return total
