import torch
import torch.nn.functional as F
from torch.nn.functional import conv2d as right_answer

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight need 4 dimensions")
    if x.size(1) != weight.size(1):
        raise ValueError("channels")
    if bias is not None and bias.shape != (weight.size(0),):
        raise ValueError("bias")
    oh, ow = output_size(x.size(2), weight.size(2)), output_size(x.size(3), weight.size(3))
    out = x.new_zeros(x.size(0), weight.size(0), oh, ow)
    for i in range(oh):
        for j in range(ow):
            window = x[:, None, :, i : i + weight.size(2), j : j + weight.size(3)]
            out[:, :, i, j] = (window * weight).sum(dim=(2, 3, 4))
    return out if bias is None else out + bias.view(1, -1, 1, 1)


torch.manual_seed(1)
x, weight, bias = torch.randn(2, 3, 8, 9), torch.randn(4, 3, 3, 2), torch.randn(4)
mine, theirs = conv2d_valid(x, weight, bias), right_answer(x, weight, bias)
print("largest difference:", (mine - theirs).abs().max().item())
assert torch.allclose(mine, theirs, atol=1e-5)
columns = F.unfold(x, (3, 2))  # another way to see that it is right
assert torch.allclose(mine.flatten(2), weight.flatten(1) @ columns + bias[:, None], atol=1e-5)
