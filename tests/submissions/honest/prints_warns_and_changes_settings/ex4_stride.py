import atexit
import threading

from exercises.ex3_conv2d import conv2d_valid

atexit.register(print, "goodbye")
lock = threading.RLock()
calls = 0


def conv2d_strided(x, weight, bias=None, stride=1):
    global calls
    with lock:
        calls += 1
        print("call number", calls, "stride", stride)
        s = stride if isinstance(stride, tuple) else (stride, stride)
        if not all(one > 0 for one in s):
            raise ValueError("stride must be positive")
        return conv2d_valid(x, weight, bias)[:, :, :: s[0], :: s[1]]
