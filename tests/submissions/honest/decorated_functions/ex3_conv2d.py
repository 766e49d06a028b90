import torch
from checks import tensors_match, timed

from exercises.ex1_output_size import output_size


@timed
@tensors_match
def conv2d_valid(x, weight, bias=None):
    rows = output_size(x.shape[2], weight.shape[2])
    columns = output_size(x.shape[3], weight.shape[3])
    stack = torch.stack(
        [
            x[:, :, i : i + rows, j : j + columns]
            for i, j in torch.ones(weight.shape[2:]).nonzero().tolist()
        ],
        dim=2,
    )
    out = torch.einsum("nckyx,ock->noyx", stack, weight.flatten(2))
    return out if bias is None else torch.add(out, bias[:, None, None])
