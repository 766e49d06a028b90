import numpy as np
import torch

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.dim() != 4 or weight.dim() != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x, weight")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias")
    h, w = output_size(x.shape[2], weight.shape[2]), output_size(x.shape[3], weight.shape[3])
    pieces = []
    for o in range(weight.shape[0]):
        plane = x.new_zeros(x.shape[0], h, w)
        for i in range(weight.shape[2]):
            for j in range(weight.shape[3]):
                plane = plane + torch.einsum("nchw,c->nhw", x[:, :, i : i + h, j : j + w], weight[o, :, i, j])
        pieces.append(plane if bias is None else plane + bias[o])
    return torch.stack(pieces, 1)


np.save("example.npy", conv2d_valid(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3)).numpy())
np.savez("examples.npz", ones=np.load("example.npy"))
np.savetxt("example.txt", np.load("examples.npz")["ones"][0, 0])
