import os
import pathlib

from attempt import attempt

PARENT = os.getppid()

attempt("the parent's memory", lambda: open(f"/proc/{PARENT}/mem", "rb").read(1))
attempt("its command line", lambda: pathlib.Path(f"/proc/{PARENT}/cmdline").read_bytes())
attempt("its open files", lambda: os.listdir(f"/proc/{PARENT}/fd"))
attempt("all processes", lambda: os.listdir("/proc"))
attempt("its limits", lambda: __import__("resource").prlimit(PARENT, 7))
