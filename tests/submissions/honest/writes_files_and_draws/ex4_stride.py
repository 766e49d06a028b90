import logging

from exercises.ex3_conv2d import conv2d_valid

logging.basicConfig(filename="homework.log", level=logging.DEBUG, force=True)
log = logging.getLogger(__name__)


def conv2d_strided(x, weight, bias=None, stride=1):
    log.info("stride %s", stride)
    vertical, horizontal = (stride, stride) if isinstance(stride, int) else stride
    if vertical < 1 or horizontal < 1:
        log.error("refused")
        raise ValueError(f"stride {stride}")
    return conv2d_valid(x, weight, bias)[:, :, ::vertical, ::horizontal]
