import faulthandler


def conv2d_valid(x, weight, bias=None):
    faulthandler._sigsegv()
