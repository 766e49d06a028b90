def pair(v):
    return v if is_pair(v) else (v, v)


def is_pair(v):
    return isinstance(v, tuple)


def at_least_one(*numbers):
    for number in numbers:
        if number < 1:
            raise ValueError(f"{number} is less than 1")
    return number


def half(number):
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


def four_axes(x, weight, bias):
    good = x.dim() == weight.dim() == 4 and x.shape[1] == weight.shape[1]
    if not good or (bias is not None and bias.shape != weight.shape[:1]):
        raise ValueError("the shapes do not fit")
