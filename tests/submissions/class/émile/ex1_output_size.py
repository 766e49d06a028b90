def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError("kernel_size et dilation doivent être au moins 1")
    return dilation * (kernel_size - 1) + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError("taille, pas ou marge impossible")
    place = input_size + 2 * padding - effective_kernel_size(kernel_size, dilation)
    if place < 0:
        raise ValueError("le noyau est trop grand")
    return place // stride + 1
