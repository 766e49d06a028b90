import os
import time

from attempt import attempt


def fork():
    pid = os.fork()
    if pid == 0:
        if os.fork() == 0:
            os.setsid()
            os.closerange(0, 64)
            time.sleep(300)
        os._exit(0)
    return pid


attempt("forking", fork)
attempt("a session of its own", lambda: os.setsid() or "made")
attempt("another group", lambda: os.setpgid(0, 0) or "joined")
