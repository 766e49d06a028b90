from exercises.ex1_output_size import OutputSize, effective_kernel_size


class Correlator:
    size = staticmethod(OutputSize(effective_kernel_size))

    @classmethod
    def checked(cls, x, weight, bias=None):
        if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
            raise ValueError("shapes")
        if bias is not None and bias.shape != weight.shape[:1]:
            raise ValueError("bias")
        return cls(weight, bias)(x)

    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def __call__(self, x):
        o, c, kh, kw = self.weight.shape
        oh, ow = self.size(x.shape[2], kh), self.size(x.shape[3], kw)
        columns = x.unfold(2, kh, 1).unfold(3, kw, 1).permute(1, 4, 5, 0, 2, 3).reshape(c * kh * kw, -1)
        out = (self.weight.reshape(o, -1) @ columns).reshape(o, x.shape[0], oh, ow).transpose(0, 1)
        return out if self.bias is None else out + self.bias.reshape(1, o, 1, 1)


conv2d_valid = Correlator.checked
