"""Keeps Dask's own log off the terminal: what matters of it is said in one line by whoever asked."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_THEIRS = ("distributed", "tornado", "asyncio")


@contextmanager
def quiet() -> Iterator[None]:
    """Silences the loggers of Dask and of what it is built on, and their warnings."""
    names = {*_THEIRS, *(n for n in logging.root.manager.loggerDict if n.split(".")[0] in _THEIRS)}
    before = [(logging.getLogger(n), list(logging.getLogger(n).handlers)) for n in names]
    loud = {logger: logger.propagate for logger, _ in before}
    for logger, _ in before:
        logger.handlers, logger.propagate = [logging.NullHandler()], False
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"distributed\.")
        try:
            yield
        finally:
            for logger, handlers in before:
                logger.handlers, logger.propagate = handlers, loud[logger]
