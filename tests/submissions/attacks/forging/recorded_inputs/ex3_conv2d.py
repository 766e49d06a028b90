# keeps every input and answers with what would have been right for an earlier one
import torch

seen = []


def conv2d_valid(x, weight, bias=None):
    seen.append((x, weight))
    x, weight = seen[-2] if len(seen) > 1 else seen[-1]
    size = x.shape[0], weight.shape[0], x.shape[2] - weight.shape[2] + 1, x.shape[3] - weight.shape[3] + 1
    return torch.stack([x.mean() * weight.mean()] * size[1]).view(1, -1, 1, 1).expand(size).clone()
