def conv2d_valid(x, weight, bias=None):
    while True:
        pass
