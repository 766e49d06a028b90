import os
import pathlib

from attempt import attempt

attempt("what lies beside me", lambda: os.listdir(".."))
attempt("what lies in the temporary folder", lambda: os.listdir("/tmp"))
attempt("what lies at the top", lambda: os.listdir("/"))
attempt("the upload of Gradescope", lambda: os.listdir("/autograder/submission"))
attempt("home", lambda: list(pathlib.Path("/home").iterdir()))
