"""Ends itself by the signal of a trap, and sets out to outlive it."""

import os
import signal

from attempt import attempt


def handled():
    return signal.signal(signal.SIGTRAP, lambda *_: None)


def ignored():
    return signal.signal(signal.SIGTRAP, signal.SIG_IGN)


attempt("handling traps", handled)
attempt("ignoring traps", ignored)
attempt("a signal to its process", lambda: os.kill(os.getpid(), signal.SIGTRAP))
attempt("a signal to its thread", lambda: signal.raise_signal(signal.SIGTRAP))
attempt("a signal to its group", lambda: os.killpg(0, signal.SIGTRAP))
