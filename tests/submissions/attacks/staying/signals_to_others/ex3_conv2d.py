import os
import signal

from attempt import attempt

attempt("the parent", lambda: os.kill(os.getppid(), signal.SIGSTOP) or "stopped")
attempt("the parent, politely", lambda: os.kill(os.getppid(), 0) or "there")
attempt("everybody", lambda: os.kill(-1, signal.SIGKILL) or "killed")
attempt("the group of the parent", lambda: os.killpg(os.getpgid(os.getppid()), signal.SIGTERM) or "ended")
attempt("its priority", lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19) or "lowered")
attempt("its processors", lambda: os.sched_setaffinity(os.getppid(), {0}) or "taken")
