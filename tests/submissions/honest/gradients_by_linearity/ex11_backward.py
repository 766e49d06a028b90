# both gradients are sums over the places of the output: one place at a time, from its window and back into it
from exercises.ex1_output_size import output_size
from exercises.ex2_padding import pad2d


class Geometry:
    def __init__(self, x, weight, stride, padding, dilation):
        self.stride, self.padding, self.dilation = (
            (v, v) if isinstance(v, int) else tuple(v) for v in (stride, padding, dilation)
        )
        if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
            raise ValueError("x and weight do not belong together")
        self.image, self.taps = x.shape[2:], weight.shape[2:]
        self.out = [
            output_size(size, k, s, p, d)
            for size, k, s, p, d in zip(self.image, self.taps, self.stride, self.padding, self.dilation)
        ]

    def window(self, y, z):
        starts = y * self.stride[0], z * self.stride[1]
        axes = zip(starts, self.taps, self.dilation)
        return (..., *(slice(at, at + d * (k - 1) + 1, d) for at, k, d in axes))

    def without_frame(self, padded):
        (p, q), (h, w) = self.padding, self.image
        return padded[:, :, p : h + p, q : w + q]


def conv2d_backward(grad_out, x, weight, stride=1, padding=0, dilation=1):
    geometry = Geometry(x, weight, stride, padding, dilation)
    if [*grad_out.shape] != [x.shape[0], weight.shape[0], *geometry.out]:
        raise ValueError("grad_out does not belong to this output")
    padded = pad2d(x, geometry.padding)
    back, grad_weight = padded * 0, weight * 0
    for y in range(geometry.out[0]):
        for z in range(geometry.out[1]):
            here, sent = geometry.window(y, z), grad_out[:, :, y, z]
            back[here] += (sent @ weight.reshape(len(weight), -1)).reshape(padded[here].shape)
            grad_weight = grad_weight + (sent.T @ padded[here].reshape(len(x), weight[0].numel())).reshape(
                weight.shape
            )
    return geometry.without_frame(back), grad_weight, grad_out.sum((0, 2, 3))
