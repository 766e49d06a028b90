from exercises.ex2_padding import _Pair, pad2d
from exercises.ex4_stride import conv2d_strided


class Spread:
    __slots__ = ("spacing",)

    def __init__(self, dilation):
        self.spacing = _Pair(dilation)
        if self.spacing.v < 1 or self.spacing.h < 1:
            raise ValueError("dilation")

    def __matmul__(self, weight):
        v, h = self.spacing.v, self.spacing.h
        out = weight.new_zeros(*weight.shape[:2], v * (weight.shape[2] - 1) + 1, h * (weight.shape[3] - 1) + 1)
        out[..., ::v, ::h] = weight
        return out


class Whole:
    def __call__(self, x, weight, bias=None, stride=1, padding=0, dilation=1):
        if x.ndim != 4 or weight.ndim != 4:
            raise ValueError("axes")
        return conv2d_strided[stride](pad2d(x, padding), Spread(dilation) @ weight, bias)


class _Dilate:
    def __call__(self, weight, dilation):
        return Spread(dilation) @ weight


dilate_kernel, conv2d = _Dilate(), Whole()
