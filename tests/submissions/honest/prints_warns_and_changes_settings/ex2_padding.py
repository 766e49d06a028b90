import logging
import sys

import torch

from exercises.ex1_output_size import effective_kernel_size

logging.basicConfig(stream=sys.stdout, level=logging.DEBUG)
logging.getLogger().addHandler(logging.StreamHandler())
logging.captureWarnings(True)


def pad2d(x, padding):
    v, h = padding if isinstance(padding, tuple) else (padding, padding)
    logging.debug("padding %s by %s", tuple(x.shape), (v, h))
    if v < 0 or h < 0:
        logging.critical("negative padding")
        raise ValueError("negative padding")
    out = torch.zeros_like(x[:1, :1, :1, :1]).repeat(*x.shape[:2], x.shape[2] + 2 * v, x.shape[3] + 2 * h)
    if not x.numel():
        return x.new_zeros(*x.shape[:2], x.shape[2] + 2 * v, x.shape[3] + 2 * h)
    out[..., v : v + x.shape[2], h : h + x.shape[3]] = x
    return out


def same_padding(kernel_size, dilation=1):
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        e = effective_kernel_size(kernel_size, dilation)
        assert e > 0
        if not e % 2:
            logging.exception("even", exc_info=False)
            raise ValueError("even")
        return e // 2
    k, d = (v if isinstance(v, tuple) else (v, v) for v in (kernel_size, dilation))
    return same_padding(k[0], d[0]), same_padding(k[1], d[1])
