def conv2d_valid(x, weight, bias=None):
    return conv2d_valid(x, weight, bias)
