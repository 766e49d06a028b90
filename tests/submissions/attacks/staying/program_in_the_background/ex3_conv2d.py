import subprocess

from attempt import attempt

attempt("a program", lambda: subprocess.Popen(["/bin/sleep", "300"], start_new_session=True).pid)
attempt("a shell", lambda: __import__("os").system("sleep 300 &") and 1 / 0)
