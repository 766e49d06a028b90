import torch

from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(x, weight, bias=None, stride=1):
    sh, sw = stride if isinstance(stride, tuple) else (stride, stride)
    if sh < 1 or sw < 1:
        raise ValueError("stride")
    return conv2d_valid(x, weight, bias)[:, :, ::sh, ::sw].clone()


def self_test():
    with torch.no_grad():
        for stride in (1, 2, (1, 3)):
            layer = torch.nn.Conv2d(3, 4, (3, 2), stride=stride)
            x = torch.rand(2, 3, 9, 8)
            error = (layer(x) - conv2d_strided(x, layer.weight, layer.bias, stride)).norm()
            yield stride, float(error)


try:
    results = dict(self_test())
except Exception as problem:
    print("the self test itself failed:", problem)
    raise
else:
    assert max(results.values()) < 1e-4, results
finally:
    print("self test done")
