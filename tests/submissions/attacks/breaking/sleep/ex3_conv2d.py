import time


def conv2d_valid(x, weight, bias=None):
    time.sleep(10**6)
