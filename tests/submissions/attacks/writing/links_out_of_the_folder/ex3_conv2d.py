# what empties the folder could follow them
import os

import torch
from attempt import attempt

attempt("a link to a folder", lambda: os.symlink(os.path.dirname(torch.__file__), "folder"))
attempt("a link to a file", lambda: os.symlink(torch.__file__, "file"))
attempt("a hard link", lambda: os.link(torch.__file__, "hard"))
attempt("a device", lambda: os.mknod("device", 0o20666, os.makedev(1, 5)))
attempt("a pipe", lambda: os.mkfifo("pipe"))
