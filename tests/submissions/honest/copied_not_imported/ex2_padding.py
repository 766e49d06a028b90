import torch


def pair(v):
    # copied into every file
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)


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


def pad2d(x, padding):
    ph, pw = pair(padding)
    if ph < 0 or pw < 0:
        raise ValueError("padding is at least 0")
    out = torch.zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw, dtype=x.dtype, device=x.device)
    out[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    return out


def same_padding(kernel_size, dilation=1):
    (k1, k2), (d1, d2) = pair(kernel_size), pair(dilation)
    z1, z2 = reach(k1, d1) - 1, reach(k2, d2) - 1
    if z1 % 2 or z2 % 2:
        raise ValueError("one side would need more than the other")
    return z1 // 2 if isinstance(kernel_size, int) and isinstance(dilation, int) else (z1 // 2, z2 // 2)
