def conv2d_valid(x, weight, bias=None):
    raise ValueError("x" * (1 << 30))
