from exercises.ex1_output_size import *
from exercises.ex3_conv2d import *
from exercises.ex2_padding import *


def conv2d_strided(x, weight, bias=None, stride=1):
    down, right = two(stride)
    positive(down=down, right=right)
    out = conv2d_valid(x, weight, bias)
    return out.unfold(2, 1, down).unfold(3, 1, right)[..., 0, 0]
