from attempt import attempt


def conv2d_valid(x, weight, bias=None):
    attempt("a terabyte", lambda: bytearray(1 << 40))
    attempt("a tensor of a terabyte", lambda: x.new_zeros(1 << 38))
    return None
