def conv2d_valid(x, weight, bias=None):
    endless = []
    endless.append(endless)
    return endless
