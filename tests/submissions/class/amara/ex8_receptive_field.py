# Amara N., exercise 8
from exercises.ex1_output_size import output_size


def jump(layers):
    if not layers:
        return 1
    *earlier, (_, stride, _) = layers
    if stride < 1:
        raise ValueError("stride starts at 1")
    return jump(earlier) * stride


def receptive_field(layers):
    for layer in layers:
        if min(layer) < 1:
            raise ValueError(f"{layer} has a number below 1")
    last_pixel = 0
    for n, (kernel_size, _, dilation) in enumerate(layers):
        last_pixel += dilation * (kernel_size - 1) * jump(layers[:n])
    return last_pixel + 1


def count_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    rows, columns = kernel_size
    for number in (in_channels, out_channels, rows, columns, groups):
        if number < 1:
            raise ValueError(f"{number} is less than 1")
    seen, rest_in = divmod(in_channels, groups)
    if rest_in or out_channels % groups:
        raise ValueError("channels do not go into the groups evenly")
    of_one_kernel = seen * rows * columns + (1 if bias else 0)
    return out_channels * of_one_kernel


def count_multiplications(
    input_size, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1
):
    def pair(value):
        return (value, value) if isinstance(value, int) else value

    pixels = 1
    for axis in range(2):
        size, kernel, step, zeros, apart = (
            pair(setting)[axis] for setting in (input_size, kernel_size, stride, padding, dilation)
        )
        pixels *= output_size(size, kernel, step, zeros, apart)
    return pixels * count_parameters(in_channels, out_channels, kernel_size, groups, False)
