def conv2d_valid(x, weight, bias=None):
    return __import__("torch").nn.functional.conv2d(x, weight, bias)
