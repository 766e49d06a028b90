# Asks torch for the best device at the top of the file, as its tutorials do.
import torch

device = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"
print("on", torch.rand(1, 1, 5, 5).to(device).device)


# Amara N., exercise 3: look at every window of the picture without copying any

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight need four dimensions")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight need the same number of channels")
    n, c, h, w = x.shape
    o, _, kh, kw = weight.shape
    if bias is not None and bias.shape != (o,):
        raise ValueError("one bias for each output channel")
    size = (n, c, output_size(h, kh), output_size(w, kw), kh, kw)
    # one step down in the window is as far in memory as one step down in the picture
    steps = (*x.stride(), x.stride(2), x.stride(3))
    out = torch.einsum("nchwij,ocij->nohw", x.as_strided(size, steps), weight)
    return out if bias is None else out + bias.view(1, o, 1, 1)
