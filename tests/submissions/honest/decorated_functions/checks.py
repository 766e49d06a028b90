"""Decorators that check arguments, for all exercises."""

import functools
import inspect
import logging
import time
import warnings

log = logging.getLogger("homework")


def at_least(lowest, *names):
    """The named arguments (ints or pairs) have to be at least `lowest`."""

    def decorate(function):
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            for name in names:
                value = bound.arguments[name]
                for one in value if isinstance(value, tuple) else (value,):
                    if one < lowest:
                        raise ValueError(f"{function.__name__}: {name} must be at least {lowest}, not {value}")
            return function(*args, **kwargs)

        return checked

    return decorate


def tensors_match(function):
    @functools.wraps(function)
    def checked(x, weight, bias=None, *rest, **named):
        if x.ndim != 4 or weight.ndim != 4:
            raise ValueError("x and weight are 4-D")
        if x.shape[1] != weight.shape[1]:
            raise ValueError("channels do not match")
        if bias is not None and bias.shape != (weight.shape[0],):
            raise ValueError("bias does not match")
        return function(x, weight, bias, *rest, **named)

    return checked


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            log.debug("%s took %.3f s", function.__qualname__, time.perf_counter() - start)

    return wrapper


def deprecated(function):
    """Warns, as a library would."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        warnings.warn(f"{function.__name__} will get another name", DeprecationWarning, stacklevel=2)
        return function(*args, **kwargs)

    return wrapper


class count_calls:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function, self.calls = function, 0

    def __call__(self, *args, **kwargs):
        self.calls += 1
        return self.function(*args, **kwargs)
