# wrong on purpose, so that exercise 4 is given a correct one
def conv2d_valid(x, weight, bias=None):
    return None
