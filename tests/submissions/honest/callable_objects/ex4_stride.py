from exercises.ex3_conv2d import Correlator


class Strided:
    def __getitem__(self, stride):
        down, right = stride if isinstance(stride, tuple) else (stride, stride)
        if down < 1 or right < 1:
            raise ValueError("stride")
        return lambda *args: Correlator.checked(*args)[..., ::down, ::right]

    def __call__(self, x, weight, bias=None, stride=1):
        return self[stride](x, weight, bias)


conv2d_strided = Strided()
