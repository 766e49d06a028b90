def conv2d_valid(x, weight, bias=None):
    error = ValueError("the first")
    for number in range(10_000):
        after = ValueError(f"number {number}")
        after.__cause__ = after.__context__ = error
        error = after
    raise error
