"""Each file says with __all__ what it gives away, and the next one takes it all with a star."""
__all__ = ["effective_kernel_size", "output_size", "positive"]


def positive(**named):
    for name, number in named.items():
        if number <= 0:
            raise ValueError(f"{name}={number}")


def effective_kernel_size(kernel_size, dilation=1):
    positive(kernel_size=kernel_size, dilation=dilation)
    return sum([dilation] * (kernel_size - 1), start=1)


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    positive(input_size=input_size, stride=stride, padding_plus_one=padding + 1)
    starts = range(-padding, input_size + padding - effective_kernel_size(kernel_size, dilation) + 1, stride)
    positive(number_of_stops=len(starts))
    return len(starts)
