class Base(BaseException):
    pass


def conv2d_valid(x, weight, bias=None):
    raise Base("not an Exception")
