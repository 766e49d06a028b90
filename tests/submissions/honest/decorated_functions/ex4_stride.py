from checks import at_least, count_calls

from exercises.ex3_conv2d import conv2d_valid


@count_calls
@at_least(1, "stride")
def conv2d_strided(x, weight, bias=None, stride=1):
    step = stride if isinstance(stride, tuple) else (stride,) * 2
    keep = tuple(slice(None, None, s) for s in step)
    return conv2d_valid(x, weight, bias)[(..., *keep)]
