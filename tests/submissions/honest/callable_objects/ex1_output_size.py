# Every export is an object that can be called.


class EffectiveKernelSize:
    def __call__(self, kernel_size, dilation=1):
        if kernel_size < 1 or dilation < 1:
            raise ValueError(f"{kernel_size} taps, {dilation} apart")
        return 1 + (kernel_size - 1) * dilation


class OutputSize:
    """Knows how far a kernel reaches because it is told when it is made."""

    def __init__(self, reach):
        self.reach = reach

    def __call__(self, input_size, kernel_size, stride=1, padding=0, dilation=1):
        if input_size < 1 or stride < 1 or padding < 0:
            raise ValueError("sizes and strides are positive, padding is not negative")
        room = input_size + 2 * padding - self.reach(kernel_size, dilation)
        if room < 0:
            raise ValueError(f"{-room} places are missing")
        return room // stride + 1


effective_kernel_size = EffectiveKernelSize()
output_size = OutputSize(effective_kernel_size)
