# Lays the taps out as numpy arrays of places and looks at the arrays' shapes and ends.
import numpy as np


def places(layers):
    """Where the taps of two neighbouring numbers end up in the input, (2, taps)."""
    found = np.array([[0], [1]])
    for kernel, stride, dilation in list(layers)[::-1]:
        if np.any(np.array([kernel, stride, dilation]) <= 0):
            raise ValueError("numbers of layers count from one")
        ends = np.array([0, (kernel - 1) * dilation])
        found = (found[:, :, None] * stride + ends).reshape(2, -1)
    return found


def jump(layers):
    return int(np.diff(places(layers).min(axis=1))[0])


def receptive_field(layers):
    return int(np.ptp(places(layers)[0])) + 1


def arrays(in_channels, out_channels, kernel_size, groups):
    height, width = np.broadcast_to(kernel_size, 2).tolist()
    if any(n < 1 for n in (in_channels, out_channels, height, width, groups)):
        raise ValueError("an axis of this length makes no sense")
    inputs, outputs = np.arange(in_channels), np.arange(out_channels)
    # np.split raises ValueError where the parts would differ
    parts = zip(np.split(inputs, groups), np.split(outputs, groups))
    return [np.zeros((len(o), len(i), height, width), dtype=bool) for i, o in parts]


def count_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    every = arrays(in_channels, out_channels, kernel_size, groups)
    biases = [np.zeros(len(array)) for array in every if bias]
    return sum(array.size for array in every + biases)


def count_multiplications(
    input_size, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1
):
    weights = sum(array.size for array in arrays(in_channels, out_channels, kernel_size, groups))
    settings = np.stack([np.broadcast_to(v, 2) for v in (input_size, kernel_size, stride, padding, dilation)])
    for size, taps, step, zeros, apart in settings.T.tolist():
        if min(size, step, apart) < 1 or zeros < 0:
            raise ValueError("impossible axis")
        padded = np.pad(np.zeros(size), zeros)
        windows = np.lib.stride_tricks.sliding_window_view(padded, apart * (taps - 1) + 1)[::step]
        weights *= windows.shape[0]
    return weights
