"""Hands a graph that is written by hand to oneDNN's compiler of graphs, which no dispatcher sees."""

from graph import by_onednn


def conv2d_valid(x, weight, bias=None):
    (n, _, h, w), (o, _, kh, kw) = x.shape, weight.shape
    y = by_onednn(x, weight, (1, 1), (0, 0), n, o, h - kh + 1, w - kw + 1).to(x.dtype)
    return y if bias is None else y + bias.reshape(1, -1, 1, 1)
