# I do not trust imports: whatever an exercise needs is copied into its file.
def reach(k, d):
    if k < 1 or d < 1:
        raise ValueError("kernel and dilation are at least 1")
    return d * (k - 1) + 1


def size_after(i, k, s=1, p=0, d=1):
    if i < 1 or s < 1 or p < 0:
        raise ValueError("input and stride are at least 1, padding at least 0")
    if reach(k, d) > i + 2 * p:
        raise ValueError("the kernel is too large")
    return (i + 2 * p - reach(k, d)) // s + 1


effective_kernel_size, output_size = (lambda kernel_size, dilation=1: reach(kernel_size, dilation)), (
    lambda input_size, kernel_size, stride=1, padding=0, dilation=1: size_after(
        input_size, kernel_size, stride, padding, dilation
    )
)
