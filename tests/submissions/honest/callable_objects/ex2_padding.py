from exercises.ex1_output_size import effective_kernel_size as reach


class _Pair:
    def __init__(self, value):
        self.was_pair = isinstance(value, tuple)
        self.v, self.h = value if self.was_pair else (value, value)


class _Padder:
    def __call__(self, x, padding):
        p = _Pair(padding)
        if p.v < 0 or p.h < 0:
            raise ValueError("negative")
        height, width = x.shape[-2:]
        frame = x.new_zeros(x.shape[:-2] + (height + 2 * p.v, width + 2 * p.h))
        frame.narrow(-2, p.v, height).narrow(-1, p.h, width).copy_(x)
        return frame


class Same:
    @staticmethod
    def along(k, d):
        lost = reach(k, d) - 1
        if lost % 2 == 1:
            raise ValueError(f"{lost} is odd")
        return lost // 2

    def pair_or_int(self, kernel_size, dilation=1):
        k, d = _Pair(kernel_size), _Pair(dilation)
        both = self.along(k.v, d.v), self.along(k.h, d.h)
        return both if k.was_pair or d.was_pair else both[0]


pad2d = _Padder()
same_padding = Same().pair_or_int
