# Landlock guards what is in files, not their modes
import os

import torch
from attempt import attempt

FILE = torch.__file__

attempt("changing a mode", lambda: os.chmod(FILE, 0o777))
attempt("changing an owner", lambda: os.chown(FILE, os.getuid(), -1))
attempt("changing times", lambda: os.utime(FILE, (0, 0)))
attempt("setting an attribute", lambda: os.setxattr(FILE, "user.attack", b"1"))
attempt("changing the mode of the package", lambda: os.chmod(os.path.dirname(FILE), 0))
attempt("cutting it off", lambda: os.truncate(FILE, 0))
