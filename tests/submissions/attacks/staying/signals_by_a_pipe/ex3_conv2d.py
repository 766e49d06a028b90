# the kernel sends a signal to whoever owns a pipe
import fcntl
import os
import signal

from attempt import attempt

F_SETSIG = 10
read, write = os.pipe()


def kill(pid):
    fcntl.fcntl(read, fcntl.F_SETOWN, pid)
    fcntl.fcntl(read, F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(read, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(write, b"x")
    return pid


attempt("killing the parent", lambda: kill(os.getppid()))
