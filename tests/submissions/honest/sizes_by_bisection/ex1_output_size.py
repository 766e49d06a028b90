# Asks "does one more stop still fit?" and halves the interval.
from bisect import bisect_right


class Reach:
    """The places that the first k stops need, as a sequence."""

    def __init__(self, kernel, stride, longest):
        self.kernel, self.stride, self.longest = kernel, stride, longest

    def __len__(self):
        return self.longest

    def __getitem__(self, stop):
        return stop * self.stride + self.kernel


def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    for name, value in locals().items():
        if value < 1:
            raise ValueError(f"{name} is {value}")
    return len(range(0, kernel_size * dilation)[: 1 - dilation or None])


def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    if not (input_size >= 1 and stride >= 1 and padding >= 0):
        raise ValueError(dict(input_size=input_size, stride=stride, padding=padding))
    padded = input_size + (padding << 1)
    found = bisect_right(Reach(effective_kernel_size(kernel_size, dilation), stride, padded), padded)
    if found < 1:
        raise ValueError("no room")
    return found
