"""Exercise 1: output size."""


def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    """Return how many input places a dilated kernel covers along one axis."""
    raise NotImplementedError("ex1: effective_kernel_size is not written yet")


def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Return how many values a convolution gives along one axis."""
    raise NotImplementedError("ex1: output_size is not written yet")
